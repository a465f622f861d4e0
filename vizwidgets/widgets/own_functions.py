"""Functions of the student's own in the place of built-in ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vizwidgets.core.own_function import ImageFunction, is_followed, name_of, newest
from vizwidgets.core.regularizers import check_function
from vizwidgets.draw.curves import named


class OwnFunctions(Mapping[str, ImageFunction]):
    """Functions by what they stand for; they follow their cells, but only when asked to.

    Parameters
    ----------
    **given : callable or None
        By what each stands for; None is none.

    Raises
    ------
    TypeError
        If one can not be called.

    Examples
    --------
    >>> functions = OwnFunctions(total_variation=len, p_norm=None)
    >>> list(functions), functions.words("total_variation")
    (['total_variation'], 'total variation: yours, len')
    """

    def __init__(self, **given: ImageFunction | None) -> None:
        self._functions = {name: function for name, function in given.items() if function is not None}
        for name, function in self._functions.items():
            check_function(name, function)
        self._followed = {name for name, function in self._functions.items() if is_followed(function)}

    def __getitem__(self, name: str) -> ImageFunction:
        return self._functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def renew(self) -> bool:
        """Take up the newest definition of each, and return whether there was one.

        A function that its name did not stand for when it was given, such as an older version that was kept
        under another name, stays as it is.
        """
        before = self._functions
        self._functions = {
            name: newest(function) if name in self._followed else function
            for name, function in before.items()
        }
        return self._functions != before

    @property
    def remedy(self) -> str:
        """What to do where one of them fails."""
        if len(self._followed) == len(self):
            return "Mend your function and run its cell again; Reset takes it up."
        return "Mend your function and run the cell that made this explorer again."

    def words(self, name: str) -> str:
        """Say that a function is the student's own, and what it is called."""
        return f"{named([name])[0]}: yours, {name_of(self[name])}"
