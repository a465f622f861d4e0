"""Follows every link of a built site, and looks for what a page would ask another host for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# what a browser fetches by itself when it shows a page; a link that a reader may follow is none of it
FETCHED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"}


@dataclass
class Page(HTMLParser):
    """What a page links to, what it fetches, its anchors, and its pictures without words."""

    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    without_words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one tag."""
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and FETCHED_LINKS & set(values.get("rel", "").split()):
            self.fetched.append(values.get("href", ""))
        for name in (FETCHED.get(tag, ""), "data-src"):  # a deck fetches a film when its slide comes
            if values.get(name):
                self.fetched.append(values[name].partition("#")[0])  # what follows is said to a film
        if tag == "img" and not values.get("alt", "").strip() and values.get("role") != "presentation":
            self.without_words.append(values.get("src", ""))


@cache
def read_page(path: Path) -> Page:
    """Return what a page holds."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def faults(site: Path) -> Iterator[str]:
    """Yield what is wrong with the pages of a site, as 'page: what'.

    Parameters
    ----------
    site : Path
        Folder of the site. Every HTML file in it is looked at.
    """
    for path in sorted(site.rglob("*.html")):
        name, page = path.relative_to(site).as_posix(), read_page(path)
        for address in filter(leaves, page.fetched):
            yield f"{name}: fetches {address} from another host"
        yield from (f"{name}: a picture without words, {source}" for source in page.without_words)
        for address in {*page.links, *page.fetched}:
            if why := broken(site, path, address):
                yield f"{name}: {address} {why}"


def leaves(address: str) -> bool:
    """Return whether an address names a host.

    Examples
    --------
    >>> leaves("https://example.org/x.js"), leaves("//example.org"), leaves("../a.html#b"), leaves("data:,x")
    (True, True, False, False)
    """
    return bool(urlsplit(address).netloc)


def broken(site: Path, path: Path, address: str) -> str:
    """Say why a link of the page at `path` leads nowhere; nothing for one that holds, or names a host."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return ""
    goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
    if not goal.is_relative_to(site.resolve()):
        return "leaves the site's folder"
    goal = goal / "index.html" if goal.is_dir() else goal
    if not goal.is_file():
        return "is not there"
    anchor = unquote(parts.fragment).removeprefix("/")  # the slide goat of a deck is called #/goat
    if anchor and goal.suffix == ".html" and anchor not in read_page(goal).anchors:
        return "has no such place"
    return ""
