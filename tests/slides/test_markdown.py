"""Blocks of markdown get the kinds by which slides choose, and formulas pass unharmed."""

from __future__ import annotations

from slides.markdown import blocks, bold_points, html, plain


def test_a_question_is_found_within_a_paragraph_and_over_lines():
    text = "One is missing. **Predict first.** What does\na network show?\n\nMore."
    assert blocks(text) == [("question", "What does\na network show?"), ("prose", "More.")]
    assert blocks("**Predict first**: how many?") == [("question", "how many?")]


def test_heading_and_text_beneath_it_are_two_blocks():
    assert blocks("### A norm\nThe ink.") == [("heading", "### A norm"), ("prose", "The ink.")]


def test_tables_and_lists_are_told_from_prose():
    kinds = [kind for kind, _ in blocks("| a |\n|---|\n| 1 |\n\n- x\n- y\n\n1. z\n\n-1 is less.")]
    assert kinds == ["table", "list", "list", "prose"]


def test_formulas_are_no_markdown():
    assert html("$$a_{r,s} * b_{r,s} * c$$") == "<p>\\[a_{r,s} * b_{r,s} * c\\]</p>\n"
    assert html("so $x_1 < x_2$ and $y_1$") == "<p>so \\(x_1 &lt; x_2\\) and \\(y_1\\)</p>\n"


def test_a_link_to_a_lesson_leads_to_its_deck():
    assert 'href="04_vgg16_filters.html"' in html("see [lesson 04](04_vgg16_filters.ipynb)")


def test_a_dollar_in_code_or_of_money_is_no_formula():
    assert html("`a $ b` costs 5 $ or 7 $") == "<p><code>a $ b</code> costs 5 $ or 7 $</p>\n"


def test_of_a_list_its_bold_words_can_be_shown_alone():
    assert bold_points("- **Where.** Here.\n- no\n- **What**: this") == "- Where\n- What"


def test_plain_words_have_no_marks():
    assert plain("**1.** See [lesson 04](04.ipynb), $f$\nand `x`") == "1. See lesson 04, f and x"
