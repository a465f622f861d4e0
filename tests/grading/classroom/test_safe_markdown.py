"""What strangers wrote is shown as HTML in which nothing acts."""

from __future__ import annotations

import html
import random

import pytest

from tests.grading.classroom.papers import Page
from vizwidgets.grading.classroom.papers.code_html import code_html
from vizwidgets.grading.classroom.papers.safe_markdown import MOST, safe_markdown

PLAIN_TAGS = {
    "p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "br", "hr", "del", "table", "thead",
    "tbody", "tr", "th", "td",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[me](javascript:alert(1))",
    '[me](https://example.org "title\\" onclick=alert(1)")',
    "![picture](https://example.org/spy.png)",
    "<https://example.org>",
    "[ref]\n\n[ref]: https://example.org",
    "```py' onload='x\ncode\n```",
    "<svg/onload=alert(1)>",
    "| a | b |\n|:--|--:|\n| <b>1</b> | [x](data:text/html,hi) |",
    "# <iframe src=//example.org>",
    "&lt;script&gt; &#60;script&#62;",
    "<!-- comment --> text <![CDATA[ x ]]>",
    "<style>*{display:none}</style>",
    "3. <li onclick=x>",
    "<img src='<script>alert(1)</script>.png' alt=\"<b onload='x'>\">",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_comes_through(text):
    page = Page(safe_markdown(text))
    assert set(page.tags) <= PLAIN_TAGS
    assert page.attributes == []


def test_no_mixture_of_signs_makes_a_tag_that_acts():
    dice = random.Random(0)
    pieces = [
        *HOSTILE,
        "`",
        "*",
        "_",
        "[",
        "](",
        ")",
        "\n",
        "> ",
        "- ",
        "<",
        ">",
        '"',
        "'",
        "&",
        "|",
        "\\",
        "~~",
    ]
    for _ in range(300):
        page = Page(safe_markdown("".join(dice.choices(pieces, k=dice.randint(2, 12)))))
        assert set(page.tags) <= PLAIN_TAGS
        assert page.attributes == []


def test_words_are_kept_with_their_emphasis_lists_and_tables():
    shown = safe_markdown("**one** *two*\n\n- three\n\n| a | b |\n|---|---|\n| 4 | 5 |")
    assert "<strong>one</strong> <em>two</em>" in shown
    assert "<li>three</li>" in shown
    assert "<td>4</td>" in shown


def test_a_link_is_shown_with_its_address():
    assert "https://example.org/?a=1&b=2" in Page(safe_markdown("[look](https://example.org/?a=1&b=2)")).text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("![](attachment:edges.png)", "edges.png"),
        ("![my edges](attachment:3f2a.png)", "my edges"),
        ("![](figures/my%20edges.png)", "my edges.png"),
        ("so: ![](https://example.org/a/b.png)", "b.png"),
        (f"![](data:image/png;base64,{'iVBORw0K' * 5000}==)", "without a name"),
        ('<img src="attachment:edges.png" width="400">', "edges.png"),
        ("before <IMG alt='my edges' src=x.png/> after", "my edges"),
        ('<div align="center">\n<img src="a/edges.png">\n</div>', "edges.png"),
    ],
)
def test_a_picture_is_named_and_the_notebook_pointed_to(text, name):
    page = Page(safe_markdown(f"{text}\n\nWords below."))
    assert f"[picture: {name}" in page.text and "; see the notebook]" in page.text
    assert "Words below." in page.text
    assert set(page.tags) <= PLAIN_TAGS and page.attributes == []


def test_a_picture_in_code_is_code():
    assert "`" not in safe_markdown("`<img src=x>`")
    assert "<img src=x>" in Page(safe_markdown("`<img src=x>`")).text


def test_a_very_long_text_is_cut_and_says_so():
    shown = safe_markdown("word " * 10_000)
    assert len(shown) < MOST + 200
    assert "30,000 further characters" in shown


@pytest.mark.parametrize(
    "code",
    ["def f(x):\n    return '<b>' & \"ü\"  # <script>", "not python ((( <img>", "\tx = 1\r\n", "", "\x00λ"],
)
def test_code_is_shown_as_it_was_written_and_nothing_in_it_acts(code):
    shown = code_html(code)
    page = Page(shown)
    assert set(page.tags) <= {"span"}
    assert {name for name, _ in page.attributes} <= {"class"}
    without = "".join(part.partition(">")[2] if k else part for k, part in enumerate(shown.split("<")))
    assert html.unescape(without) == code.replace("\r\n", "\n")
