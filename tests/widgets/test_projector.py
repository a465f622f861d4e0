"""The projector mode as far as Python goes: one switch, honest arguments, and a stage for every view."""

from __future__ import annotations

import importlib
import pkgutil

import anywidget
import pytest

import vizwidgets.widgets
from vizwidgets.widgets import projector as home


def views() -> list[type[anywidget.AnyWidget]]:
    """Return every widget with JavaScript of its own that lies in an explorer."""
    for module in pkgutil.iter_modules(vizwidgets.widgets.__path__, "vizwidgets.widgets."):
        importlib.import_module(module.name)
    found, waiting = [], [anywidget.AnyWidget]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += [each for each in children if "repairAround(el)" in str(each.__dict__.get("_esm", ""))]
    return found


@pytest.fixture
def shown(monkeypatch) -> list[object]:
    """What is displayed."""
    displayed: list[object] = []
    monkeypatch.setattr(home, "display", displayed.append)
    monkeypatch.setattr(home.Projector, "_newest", None)
    return displayed


def test_a_call_shows_a_switch_that_is_on_and_another_call_takes_its_place(shown):
    assert home.projector() is None
    home.projector(False)
    assert [each.is_on for each in shown] == [True, False]
    assert shown[0].comm is None and shown[1].comm is not None  # closed, and alive


def test_a_switch_is_refused_that_is_neither_on_nor_off(shown):
    for wrong in ("off", 0, None):
        with pytest.raises(TypeError, match=r"must be True or False; got .*vw\.projector\(False\) ends it"):
            home.projector(wrong)
    assert shown == []


def test_its_words_in_a_saved_notebook_are_the_same_on_every_machine():
    bundle, _ = home.Projector()._repr_mimebundle_()
    assert bundle["text/plain"] == "Projector(on)"


def test_every_view_of_an_explorer_brings_the_stage_and_its_look():
    names = {each.__name__ for each in views()}
    assert {"LiveView", "GraphView", "WallView", "PrototypeView", "SaliencyView", "PictureView"} <= names
    for view in views():
        assert str(view._esm).count("const offerStage = ") == 1, view
    for view in views():
        if view.__name__ != "PictureUpload":  # lies in an explorer whose view has the look
            assert ":is(.vw-stage" in str(view._css), view
