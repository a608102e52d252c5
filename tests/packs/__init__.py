"""The packs: what is printed, what is in the file, what is not."""
