"""How Sphinx builds the website. Nothing is executed here: the lessons have run."""

project = "vizwidgets"
author = "The vizwidgets authors"
language = "en"
html_title = "What does a network look at?"

extensions = ["myst_nb", "sphinx.ext.mathjax"]
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # a widget needs a kernel; a film stands in its place
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["course.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
