"""Slides from the lessons: `python -m slides` (or `make slides`) makes a reveal.js deck of each lesson.

A cell with the tag `slide` is a slide; what it says of itself stands in its metadata (`facts`). Its words
come from the lesson, its pictures from the lesson as it ran (`website` keeps that) or from the films of good
runs; the prose around it becomes the speaker's notes. It is no part of the library: students need none of it.
"""
