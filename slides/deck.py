"""The decks as pages: one for each lesson, and the map of them all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from vizwidgets.draw.film import Film

from .facts import PATHS
from .lecture import HEADINGS
from .outputs import Picture
from .slide import Part, Slide

PAGE = Path(__file__).parent / "page"
WIDE, LONG = 1.6, 50  # a picture as wide, or code with as many letters in a line, leaves no room beside it
SMALLEST, LARGEST = 24, 40  # pixels; letters of code and print fill the slide within these limits,
WITH_PICTURE = 26  # and leave room for a picture
LETTER = 0.552  # width of a letter over its height, set as close as the style sheet does
_TO_DECK = re.compile(r'href="(\d\d_\w+)\.html"')
_PAGES = Environment(loader=FileSystemLoader(PAGE), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True)
class Deck:
    """The slides of a lesson.

    Attributes
    ----------
    stem : str
        Name of the lesson's file: "01_sheep_or_goat".
    slides : tuple of Slide
        In the order of the lesson; the first one is the title.
    films : mapping
        From the id of a slide's cell to the film that stands in the place of its picture.
    """

    stem: str
    slides: tuple[Slide, ...]
    films: Mapping[str, Film] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The lesson's number: "01"."""
        return self.stem.partition("_")[0]

    @property
    def title(self) -> str:
        """The title of its first slide, which is the lesson's."""
        return self.slides[0].facts.title

    def count(self, minutes: int) -> int:
        """Return how many slides lie on the path of 5, 15 or 45 minutes."""
        return sum(slide.facts.minutes <= minutes for slide in self.slides)


def write_deck(deck: Deck, folder: Path, site: str = "", decks: Collection[str] = ()) -> Path:
    """Write a deck with its pictures and return its page; `site` as in `write_decks`, `decks`: all."""
    for slide in deck.slides:
        for place, part in enumerate(slide.parts):
            if part.picture:
                picture = folder / _address(deck.stem, slide, place)
                picture.parent.mkdir(parents=True, exist_ok=True)
                picture.write_bytes(part.picture.data)
    page = folder / f"{deck.stem}.html"
    text = without_lost_links(deck_page(deck, site), [deck.stem, *decks], site)
    page.write_text(text, encoding="utf-8")
    return page


def deck_page(deck: Deck, site: str = "") -> str:
    """Return the page of a deck; `site` as in `write_decks`."""
    return _PAGES.get_template("deck.html").render(
        title=deck.title,
        number=deck.number,
        stem=deck.stem,
        slides=deck.slides,
        site=site,
        layout=lambda slide: _layout(slide, slide is deck.slides[0]),
        address=lambda slide, place: _address(deck.stem, slide, place),
        letters=_letters,
    )


def without_lost_links(page: str, decks: Collection[str], site: str = "") -> str:
    """Return a page whose links to decks that are missing lead to the lesson on the website, or to the map.

    Examples
    --------
    >>> without_lost_links('<a href="05_saliency.html">', ["04_vgg16_filters"])
    '<a href="index.html">'
    """

    def mended(link: re.Match[str]) -> str:
        if link[1] in decks:
            return link[0]
        return f'href="{site}lessons/{link[1]}.html"' if site else 'href="index.html"'

    return _TO_DECK.sub(mended, page)


def map_page(decks: Sequence[Deck], site: str = "") -> str:
    """Return the page that leads from the lecture's slides to ours, and to section, function and exercise."""
    every = [(deck, slide) for deck in decks for slide in deck.slides]
    lecture = [(name, [pair for pair in every if pair[1].facts.lecture == name]) for name in HEADINGS]
    return _PAGES.get_template("map.html").render(
        decks=decks, paths=PATHS, site=site, lecture=[(name, found) for name, found in lecture if found]
    )


def write_style(folder: Path) -> None:
    """Write the style sheets and the script that all decks share."""
    for path in [*PAGE.glob("*.css"), *PAGE.glob("*.js")]:
        shutil.copyfile(path, folder / path.name)


def _address(stem: str, slide: Slide, place: int) -> str:
    return f"pictures/{stem}/{slide.cell}-{place}.webp"


def _letters(slide: Slide) -> int:
    """Return the height of a slide's letters of code and print in pixels: as large as there is room for.

    A slide has 1130 pixels for the longest line, and 420 for all lines.
    """
    texts = [part for part in slide.parts if part.kind in ("code", "printed")]
    if not texts:
        return SMALLEST
    rows = sum(part.html.count("\n") + 1 for part in texts)
    largest = min(1130 / (LETTER * max(part.width for part in texts)), 420 / (1.35 * rows))
    has_picture = any(part.kind == "picture" for part in slide.parts)
    return int(min(WITH_PICTURE if has_picture else LARGEST, max(SMALLEST, largest)))


def _layout(slide: Slide, is_first: bool) -> str:
    """Return how the parts lie: "first", "beside" or "stacked"."""
    if is_first:
        return "first"
    match slide.parts:
        case [Part(kind="code", width=width), Part(kind="picture", picture=Picture(shape=shape))]:
            return "beside" if width < LONG and shape < WIDE else "stacked"
    return "stacked"
