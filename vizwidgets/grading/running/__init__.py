"""Notebooks of others, run within limits of time, memory, disk and output."""
