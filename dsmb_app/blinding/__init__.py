"""The choke point: what each level of unblinding may show, and the gate that sees to it."""
