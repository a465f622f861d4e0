"""Street scenes: drawn ones with the class of every pixel, and folders of photographs in the same form."""

from .camvid import camvid_folder
from .classes import SCENE_CLASSES, SCENE_COLORS, VOID, VOID_COLOR
from .rendering import scenes
from .scene_set import Scenes
from .splits import scene_split
from .street_folder import street_folder

__all__ = [
    "SCENE_CLASSES",
    "SCENE_COLORS",
    "VOID",
    "VOID_COLOR",
    "Scenes",
    "camvid_folder",
    "scene_split",
    "scenes",
    "street_folder",
]
