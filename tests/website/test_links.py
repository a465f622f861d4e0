"""The checker of links finds what is broken, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from website.links import faults

GOOD = """<link rel="stylesheet" href="a.css"><h1 id="top">x</h1><img src="a.css" alt="words">
<a href="#top">1</a><a href="sub/b.html#place">2</a>
<a href="https://example.org/paper">3</a><a href="sub">4</a>"""


@pytest.fixture
def site(tmp_path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.css").write_text("")
    (tmp_path / "sub" / "b.html").write_text('<p id="place"><a href="../index.html">up</a>')
    (tmp_path / "sub" / "index.html").write_text("")
    (tmp_path / "index.html").write_text(GOOD)
    return tmp_path


def test_a_site_whose_links_hold_has_no_faults(site):
    assert list(faults(site)) == []


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ('<a href="gone.html">', "page.html: gone.html is not there"),
        ('<a href="sub/b.html#gone">', "page.html: sub/b.html#gone has no such place"),
        ('<a href="#gone">', "page.html: #gone has no such place"),
        ('<a href="../other.html">', "page.html: ../other.html leaves the site's folder"),
        ('<img src="gone.png" alt="x">', "page.html: gone.png is not there"),
        ('<img src="a.css">', "page.html: a picture without words, a.css"),
        ('<img src="a.css" alt=" ">', "page.html: a picture without words, a.css"),
        ('<iframe data-src="gone.html#x"></iframe>', "page.html: gone.html is not there"),
        ('<script src="//cdn.org/x.js"></script>', "page.html: fetches //cdn.org/x.js from another host"),
        ('<link rel="icon" href="https://x.org/i">', "page.html: fetches https://x.org/i from another host"),
    ],
)
def test_each_kind_of_fault_is_found(site, added, fault):
    (site / "page.html").write_text(added)
    assert list(faults(site)) == [fault]
