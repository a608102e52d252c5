"""Short conversations: open, lock, unblind, export."""
