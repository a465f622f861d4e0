"""What a `TransferLab` hands out as Python."""

from __future__ import annotations

from vizwidgets.models.transfer_trial import TransferOrder

from .transfer_traits import CHOSEN, USUAL, usual_settings

DEFAULTS = {"cut": None, "frozen": 0}


def lab_code(order: TransferOrder) -> str:
    """Return the Python that measures the point of an order, and what can be done with it.

    Examples
    --------
    >>> print(lab_code(TransferOrder("MNIST digits", "small digits", 2, "from scratch", seed=3)))
    import vizwidgets as vw
    <BLANKLINE>
    order = vw.TransferOrder("MNIST digits", "small digits", 2, "from scratch", seed=3)
    trial = vw.transfer_trial(order)
    steps = list(trial.training)  # trial.training.model is the network
    point = trial.finish()
    point.score
    """
    which = f'"{order.source}", "{order.target}", {order.num_labels}, "{order.strategy}", seed={order.seed}'
    usual = {**DEFAULTS, **usual_settings(order.source, order.strategy)}
    values = {name: getattr(order, name) for name in (*CHOSEN, *USUAL) if name in usual}
    changed = [f", {name}={value!r}" for name, value in values.items() if value != usual[name]]
    return "\n".join(
        [
            "import vizwidgets as vw",
            "",
            f"order = vw.TransferOrder({which}{''.join(changed)})",
            "trial = vw.transfer_trial(order)",
            "steps = list(trial.training)  # trial.training.model is the network",
            "point = trial.finish()",
            "point.score",
        ]
    )
