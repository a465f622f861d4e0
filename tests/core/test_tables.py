"""Tables of results, as text and as HTML."""

from __future__ import annotations

from html.parser import HTMLParser

from vizwidgets.core.tables import html_table, percent, text_table

CELLS = [("layer", "share"), ("a<b>", "10.0 %"), ("conv1", "–")]


class Texts(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_columns_stand_beneath_each_other() -> None:
    lines = text_table(CELLS).splitlines()
    assert lines == ["layer   share", "a<b>   10.0 %", "conv1       –"]


def test_html_holds_the_same_words_and_no_tags_of_names() -> None:
    page = html_table(CELLS, "a caption & more")
    assert Texts(page).texts == ["a caption & more", *(cell for row in CELLS for cell in row)]


def test_shares_are_written_in_percent() -> None:
    assert [percent(share) for share in (0, 0.12345, 1, float("nan"))] == ["0.0 %", "12.3 %", "100.0 %", "–"]
