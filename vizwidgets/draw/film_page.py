"""The page that plays a film: everything it needs stands in it, and it may ask no host for anything."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .film_file import DATA_BEGINS, DATA_ENDS, film_data, source_line

if TYPE_CHECKING:
    from .film import Film

HERE = Path(__file__).parent
SCRIPTS = ("chart.js", "film_screen.js", "film_player.js", "film_page.js")  # one script
STYLES = ("film_player.css", "film_page.css")
NO_SCRIPT = "The film plays where scripts are allowed; this is its last picture."


def film_page(film: Film, format_name: str) -> str:
    """Return a film as one HTML page.

    A policy in its head lets the browser run only our script and load only what stands in the page: also a
    title or a record that somebody made up can do no more than be read. The film comes last, so that a page
    that is cut short has lost some of it, and says so.

    Parameters
    ----------
    film : Film
        What is played.
    format_name : str
        Which version of the format this is, for `parse_page`.
    """
    script, style = _joined(SCRIPTS), _joined(STYLES)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="{format_name}">
<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(film.title)}</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<main><div id="film"></div>
<noscript>{_without_script(film)}</noscript></main>
<script>{script}</script>
{DATA_BEGINS}{film_data(film, format_name)}{DATA_ENDS}
</body>
</html>
"""


@cache
def _joined(names: tuple[str, ...]) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _without_script(film: Film) -> str:
    picture = base64.b64encode(film.pictures[-1]).decode()
    return (
        f"<h1>{escape(film.title)}</h1>\n"
        f'<img src="data:image/webp;base64,{picture}" alt="{escape(film.alt)}, {escape(film.words[-1])}">\n'
        f"<p>{escape(film.words[-1])}</p>\n<p>{NO_SCRIPT}</p>\n<p>{escape(source_line(film))}</p>"
    )
