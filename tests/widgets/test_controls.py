"""Controls: what is shown is what holds."""

from __future__ import annotations

import pytest
import traitlets

from vizwidgets.widgets.controls import bind, choose_from, dropdown, log_slider, weight_slider


class Owner(traitlets.HasTraits):
    value = traitlets.Float(0.002)


@pytest.mark.parametrize("value", [0.002, 0.02, 0.0123456, 1e-5, 100.0])
def test_a_slider_shows_the_very_number_and_writes_none_back(value):
    owner = Owner(value=value)
    control = log_slider("Learning rate", "", -5, 2)
    bind(owner, "value", control, pytest.fail)
    assert owner.value == control.value == value


def test_a_log_slider_has_places_as_one_writes_them():
    places = [value for _, value in log_slider("", "", -3, -1).options]
    assert places == [0.001, 0.0015, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1]


def test_a_value_of_its_own_gets_a_place_in_order_and_the_usual_ones_stay():
    owner, control = Owner(), weight_slider("Total variation", "")
    bind(owner, "value", control, pytest.fail)
    owner.value = 0.3
    places = [value for _, value in control.options]
    assert places == sorted(places) and 0.3 in places and {0.0, 0.2, 50.0} <= set(places)
    control.value = 0.5
    assert owner.value == 0.5


def test_a_refused_value_is_said_and_the_old_one_comes_back():
    class Strict(Owner):
        @traitlets.validate("value")
        def _check(self, proposal):
            if proposal["value"] > 1:
                raise ValueError("at most 1")
            return proposal["value"]

    owner, control, said = Strict(), log_slider("", "", -5, 2), []
    bind(owner, "value", control, said.append)
    control.value = 10.0
    assert said == ["at most 1"] and owner.value == control.value == 0.002


def test_the_page_hears_of_other_options_and_of_the_choice_at_once(monkeypatch):
    control, sent = dropdown("", "", ["a", "b", "c"]), []
    control.value = "c"
    monkeypatch.setattr(control, "send_state", lambda key=None: sent.append(control.get_state(key)))
    choose_from(control, ["x", "a", "c"], "c")
    assert sent == [{"_options_labels": ("x", "a", "c"), "index": 2}]
    choose_from(control, ["x", "a", "c"], "c")
    assert sent[1:] in ([], [{}])  # nothing new
