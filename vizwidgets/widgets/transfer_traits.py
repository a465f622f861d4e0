"""What the controls of a `TransferLab` hold: traits, their checks, and the order that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets

from vizwidgets.core.phases import STRATEGIES, check_strategy
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.whole_numbers import check_seed
from vizwidgets.models.transfer_sources import PHOTOGRAPHS, check_fit, transfer_source
from vizwidgets.models.transfer_trial import TransferOrder

from .transfer_facts import Facts

# strategy: settings that decide nothing about it; an order leaves them as they are by default
IDLE = {
    "from scratch": ("cut", "frozen", "backbone_lr"),
    "pretrained only": ("cut", "frozen", "head_lr", "backbone_lr", "num_steps"),
    "feature extractor": ("frozen", "backbone_lr"),
}
USUAL = ("num_steps", "head_lr", "backbone_lr")  # follow source and strategy until they are changed
TASKS = ("source", "target")
CHOSEN = ("num_labels", "strategy", "seed", "cut", "frozen")


class TransferTraits(traitlets.HasTraits):
    """Source, target, labels, strategy, depth and learning rates, each checked when it is set."""

    source = traitlets.Unicode("MNIST digits", help="The task that the network comes from.")
    target = traitlets.Unicode("small digits", help="The task it is reused for, or a folder of photographs.")
    num_labels = traitlets.Int(10, help="Labelled target images of each class.")
    strategy = traitlets.Unicode("head, then all", help="How the network is carried over.")
    seed = traitlets.Int(0, help="Of the labelled images, the order and the new weights.")
    cut = traitlets.Unicode("", allow_none=True, help="First layer that begins anew; empty: only the head.")
    frozen = traitlets.Unicode("", help="Last layer that stays frozen to the end; empty: none.")
    num_steps = traitlets.Int(240, help="Updates of the weights.")
    head_lr = traitlets.Float(3e-3, help="Largest learning rate of the layers that begin anew.")
    backbone_lr = traitlets.Float(1e-3, help="Largest learning rate of the layers that are kept.")

    facts: Facts | None = None  # of the source and the target of the moment, once they are known
    _layers: Mapping[str, tuple[str, ...]] = {}  # of each source that was looked at

    def values(self) -> dict[str, Any]:
        """Return what the controls hold; learning rates and steps that are the usual ones as None."""
        values = {name: getattr(self, name) for name in (*TASKS, *CHOSEN, *USUAL)}
        usual = usual_settings(self.source, self.strategy)
        photographs = "" if self.facts is None else self.facts.task.fingerprint
        usual_ones = {name: None for name in USUAL if values[name] == usual[name]}
        return {**values, **usual_ones, "photographs": photographs}

    def know(self, facts: Facts) -> None:
        """Take over what was found out about source and target."""
        self.facts = facts
        self._layers = {**self._layers, facts.source: facts.layers}

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers with weights of the source, as far as they are known."""
        return self._layers.get(self.source, ())

    @property
    def usual_strategies(self) -> tuple[str, ...]:
        """The strategies that make sense for source and target."""
        return strategies_of(self.source, self.facts is not None and self.facts.has_same_classes)

    # -- checks ---------------------------------------------------------------------------------------

    @traitlets.validate("source")
    def _check_source(self, proposal: dict[str, Any]) -> str:
        transfer_source(proposal["value"])
        return proposal["value"]

    @traitlets.validate("target")
    def _check_target(self, proposal: dict[str, Any]) -> str:
        name = proposal["value"].strip()
        if name == PHOTOGRAPHS:
            raise ValueError("write the path of your folder of photographs, with one folder per class in it.")
        check_fit(self.source, name, first_strategy(self.source))
        return name

    @traitlets.validate("strategy")
    def _check_strategy(self, proposal: dict[str, Any]) -> str:
        name = proposal["value"]
        check_strategy(name)
        check_fit(self.source, self.target, name)
        if name == "pretrained only" and self.facts is not None and not self.facts.has_same_classes:
            names = ", ".join(self.facts.task.class_names[:6])
            raise ValueError(
                f"pretrained only asks {self.source!r} for its own classes; "
                f"{self.target!r} has others: {names}."
            )
        return name

    @traitlets.validate("num_labels")
    def _check_num_labels(self, proposal: dict[str, Any]) -> int:
        most = self.facts.task.max_labels if self.facts is not None else 10**6
        if not 1 <= proposal["value"] <= most:
            raise ValueError(f"num_labels must be in 1..{most} for {self.target!r}; got {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("seed")
    def _check_seed(self, proposal: dict[str, Any]) -> int:
        return check_seed(proposal["value"])

    @traitlets.validate("cut", "frozen")
    def _check_layer(self, proposal: dict[str, Any]) -> str:
        name, layer = proposal["trait"].name, proposal["value"]
        if not layer:
            return ""
        if layer not in self.layers:
            known = ", ".join(self.layers) or "not known yet"
            raise ValueError(f"{name} must be a layer with weights; got {layer!r}. There are: {known}.")
        if name == "cut" and layer == self.layers[-1]:
            return ""  # only the head begins anew
        return layer

    @traitlets.validate(*USUAL)
    def _check_training(self, proposal: dict[str, Any]) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        TrainSettings(**{"num_steps" if name == "num_steps" else "lr": value})
        return value

    def depth_trouble(self) -> str:
        """Say what is wrong with the depth, or return the empty string: only kept layers can be frozen."""
        layers = self.layers
        if not layers or not self.frozen or "frozen" in IDLE.get(self.strategy, ()):
            return ""
        num_kept = layers.index(self.cut) if self.cut else len(layers) - 1
        if layers.index(self.frozen) < num_kept:
            return ""
        first = self.cut or layers[-1]
        return f"{self.frozen} can not stay frozen: {first} and all after it begin anew."


def order_of(values: Mapping[str, Any]) -> TransferOrder:
    """Return the order of such values; what decides nothing about its strategy is left out of it."""
    idle = IDLE.get(values["strategy"], ())
    kept = {name: it for name, it in values.items() if name not in idle}
    return TransferOrder(**{name: it for name, it in kept.items() if it or name not in ("cut", "frozen")})


def usual_settings(source: str, strategy: str) -> dict[str, Any]:
    """Return steps and learning rates that belong to a source and a strategy."""
    known = transfer_source(source)
    return {"num_steps": known.num_steps, **vars(known.rates_of(strategy))}


def first_strategy(source: str) -> str:
    """Return the strategy that a lab begins with: the lecture's, where the source has learned something."""
    known = transfer_source(source).strategies
    return known[0] if known else "head, then all"


def first_target(source: str) -> str:
    """Return the target that a lab begins with."""
    return transfer_source(source).targets[0]


def is_fitting(source: str, target: str, strategy: str) -> bool:
    """Return whether a source can be reused for a target by a strategy."""
    try:
        check_fit(source, target, strategy)
    except ValueError:
        return False
    return True


def strategies_of(source: str, has_same_classes: bool) -> tuple[str, ...]:
    """Return the strategies that make sense for a source and a target."""
    known = transfer_source(source).strategies or STRATEGIES
    return tuple(name for name in known if name != "pretrained only" or has_same_classes)
