"""How Sphinx builds the website. Nothing is executed here: the lessons have run."""

from __future__ import annotations

from importlib.metadata import distribution
from typing import Any

from ipython_pygments_lexers import IPython3Lexer
from sphinx.application import Sphinx

# MathJax as one file, letters included: it also works in a folder on a disk, where fonts may not be fetched.
MATHJAX = "tex-svg.js"
MATHJAX_AT = distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax")

project = "vizwidgets"
author = "The vizwidgets authors"
language = "en"
html_title = "What does a network look at?"

extensions = ["myst_nb", "sphinx.ext.mathjax"]
nb_execution_mode = "off"
nb_merge_streams = True
nb_output_stderr = "remove"  # warnings, with paths of the computer on which the lesson ran
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # a widget needs a kernel; a film stands in its place
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_favicon = "static/icon.svg"
html_static_path = ["static", f"{MATHJAX_AT}/{MATHJAX}", "../vizwidgets/widgets/prediction.css"]
mathjax_path = MATHJAX
html_css_files = ["prediction.css", "course.css"]
html_js_files = [("course.js", {"defer": "defer"}), ("predictions.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False


def say_levels(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the headings of the contents a level, without which screen readers cannot place them."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: Sphinx) -> None:
    """Make code and contents what readers of these pages need."""
    app.add_lexer("python", IPython3Lexer)  # as in a notebook: a line may begin with ! or %
    app.connect("html-page-context", say_levels, priority=900)  # when the theme has made the contents
