"""Shared words and shapes. Imports nothing of ours, no SQL, no Qt."""
