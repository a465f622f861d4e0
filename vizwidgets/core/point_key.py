"""What tells one measured point from every other one, before a file and after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as a JSON file gives them back: tuples as lists, a function by its name.

    Examples
    --------
    >>> plain_settings({"size": (96, 128), "augment": max})
    {'size': [96, 128], 'augment': 'max'}
    """
    text = json.dumps(dict(settings), default=lambda value: getattr(value, "__name__", str(value)))
    return json.loads(text)


def point_key(of: Any) -> tuple[str, str, str, int, int, str]:
    """Return what tells a point, or the order for one, from every other one; its settings are plain."""
    settings = json.dumps(of.settings, sort_keys=True)
    return of.source, of.target, of.strategy, of.num_labels, of.seed, settings
