"""The course as a website: lessons that have run, turned into pages that ask no other host for anything."""
