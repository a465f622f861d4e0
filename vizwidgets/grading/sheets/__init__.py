"""A graded sheet: its folders, its cells, how it is built, and the proof that it can be trusted."""
