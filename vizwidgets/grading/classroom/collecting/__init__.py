"""From what a platform hands out to one folder for each student."""
