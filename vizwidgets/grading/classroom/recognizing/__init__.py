"""Whose answer is this: statements and texts are found by what they are."""
