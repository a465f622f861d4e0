"""A class: what is collected, graded, read, returned and exported."""
