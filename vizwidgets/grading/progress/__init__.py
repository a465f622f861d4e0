"""What a student has predicted and solved: one file on this computer, for that student alone."""
