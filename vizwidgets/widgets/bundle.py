"""What a notebook is given of a widget of ours, with ipywidgets 8 and with the 7 that Colab has."""

from __future__ import annotations

import sys
from typing import Any

import ipywidgets

VIEW = "application/vnd.jupyter.widget-view+json"


def view_bundle(widget: ipywidgets.DOMWidget, **options: Any) -> dict[str, Any]:
    """Return the data that makes a page draw a widget; in Colab, let it draw those of other packages.

    Parameters
    ----------
    widget : DOMWidget
        The widget.
    **options
        What IPython says of the kinds of data it wants.

    Returns
    -------
    dict
        Data by kind, to which a picture and words can be added.

    Examples
    --------
    >>> sorted(view_bundle(ipywidgets.VBox()))
    ['application/vnd.jupyter.widget-view+json', 'text/plain']
    """
    if colab := sys.modules.get("google.colab.output"):
        colab.enable_custom_widget_manager()
    make = getattr(ipywidgets.DOMWidget, "_repr_mimebundle_", None)
    if make is None:  # ipywidgets 7
        view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
        return {"text/plain": repr(widget), VIEW: view}
    bundle = make(widget, **options)
    return dict(bundle[0] if isinstance(bundle, tuple) else bundle)
