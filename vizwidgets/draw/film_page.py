"""The page that plays a film."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .film_file import DATA_BEGINS, DATA_ENDS, film_data

if TYPE_CHECKING:
    from .film import Film


def film_page(film: Film, format_name: str) -> str:
    """Return a film as one HTML page."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="generator" content="{format_name}">\n<title>{escape(film.title)}</title>\n</head>\n'
        f"<body>\n{DATA_BEGINS}{film_data(film, format_name)}{DATA_ENDS}\n</body>\n</html>\n"
    )
