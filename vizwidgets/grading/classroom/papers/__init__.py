"""Pages for people: texts to read, feedback, a report."""
