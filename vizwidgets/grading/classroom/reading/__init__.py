"""What strangers handed in, read with care: archives, notebooks, tables, names."""
