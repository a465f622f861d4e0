"""Sheep and goats, drawn: animals as layers with exact masks, over backgrounds of your choice."""

from .animals import KINDS, Animal, compose, draw_animal
from .backgrounds import BACKGROUNDS, draw_background
from .herd import SheepGoats, sheep_goats
from .photo_folder import photo_folder
from .pictures import Pictures

__all__ = [
    "BACKGROUNDS",
    "KINDS",
    "Animal",
    "Pictures",
    "SheepGoats",
    "compose",
    "draw_animal",
    "draw_background",
    "photo_folder",
    "sheep_goats",
]
