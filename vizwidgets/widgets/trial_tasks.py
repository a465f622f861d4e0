"""What the targets of a queue are called on the page, where there is more than one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from vizwidgets.core.trial import Order


def short_name(target: str) -> str:
    """Return what a target is called on the page: of a folder its own name alone.

    Examples
    --------
    >>> short_name("/home/ada/my streets"), short_name("camera look")
    ('my streets', 'camera look')
    """
    return PurePath(target).name or target


def task_names(orders: Iterable[Order]) -> dict[tuple[str, str], str]:
    """Return a name for each source and target that differ among the orders; nothing if all are alike.

    Only what differs is named: the source only where there are several. Of two folders with the same name
    the whole paths are.

    Examples
    --------
    >>> here, there = (Order("game", target, 4, "from scratch") for target in ("camera", "/b/other"))
    >>> task_names([here, here]), task_names([here, there])
    ({}, {('game', 'camera'): 'camera', ('game', '/b/other'): 'other'})
    """
    tasks = dict.fromkeys((order.source, order.target) for order in orders)
    if len(tasks) < 2:
        return {}
    sources, targets = ({task[place] for task in tasks} for place in (0, 1))
    short = {target: short_name(target) for target in targets}
    if len(set(short.values())) < len(targets):
        short = {target: target for target in targets}
    has_sources = len(sources) > 1
    return {task: f"{task[0]} → {short[task[1]]}" if has_sources else short[task[1]] for task in tasks}
