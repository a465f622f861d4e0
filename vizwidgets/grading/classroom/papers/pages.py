"""HTML pages that ask nothing of any server: one file each, light and dark, for screen, phone and paper."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, **values: Any) -> str:
    """Return a page; every value is escaped unless it is `Markup`.

    Parameters
    ----------
    template : str
        Name of a file in ``templates/``.
    **values
        What it shows.
    """
    return _environment().get_template(template).render(**values)


def in_words(points: float | None) -> str:
    """Return points as people write them.

    Examples
    --------
    >>> in_words(3.0), in_words(2.5), in_words(1 / 3), in_words(None)
    ('3', '2.5', '0.33', '–')
    """
    return "–" if points is None else f"{round(points, 2):g}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = in_words
    environment.globals["style"] = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment
