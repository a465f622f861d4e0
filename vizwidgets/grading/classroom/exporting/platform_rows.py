"""Which row of a learning platform's table belongs to which student."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key")


@dataclass(frozen=True)
class Identity:
    """What is known of one person, in the platform's table or in the course's.

    Parameters
    ----------
    number : str
        The platform's; empty where unknown.
    email, name : str
        As written; empty where unknown.
    """

    number: str = ""
    email: str = ""
    name: str = ""

    @property
    def traits(self) -> tuple[str, str, str]:
        """Number, address and name as far as two spellings of them agree."""
        return self.number.strip(), self.email.strip().casefold(), _plain(self.name)

    def contradicts(self, other: Identity) -> bool:
        """Whether the two can not be one person: something that both have differs, and nothing agrees."""
        both = [(a, b) for a, b in zip(self.traits[1:], other.traits[1:], strict=True) if a and b]
        return bool(both) and all(a != b for a, b in both)


def matched_rows(rows: Mapping[int, Identity], students: Mapping[str, Identity]) -> dict[int, str]:
    """Return the student of each row: by number, else by mail address, else by a name that only one has.

    Parameters
    ----------
    rows : mapping
        Row of the platform's table: who stands there.
    students : mapping
        Folder of a student: what the course knows.

    Returns
    -------
    dict
        Each row and each student at most once. Two of one name are told apart by number or address alone.

    Examples
    --------
    >>> rows = {1: Identity("7", name="Müller, Ann"), 2: Identity("8", name="Li, Wei")}
    >>> matched_rows(rows, {"ann": Identity(name="ann müller"), "wei": Identity("8"), "bob": Identity("9")})
    {2: 'wei', 1: 'ann'}
    """
    found: dict[int, str] = {}
    for trait in range(3):
        open_rows = {row: who for row, who in rows.items() if row not in found}
        open_students = {name: who for name, who in students.items() if name not in found.values()}
        students_by = _by_trait(open_students, trait)
        for value, row in _by_trait(open_rows, trait).items():
            name = students_by.get(value)
            if name is not None and not (trait and _numbers_differ(rows[row], students[name])):
                found[row] = name
    return found


def _by_trait(people: Mapping[Key, Identity], trait: int) -> dict[str, Key]:
    """Return who alone has a number, an address or a name."""
    values = {key: who.traits[trait] for key, who in people.items()}
    count = Counter(values.values())
    return {value: key for key, value in values.items() if value and count[value] == 1}


def _numbers_differ(one: Identity, other: Identity) -> bool:
    return bool(one.traits[0] and other.traits[0] and one.traits[0] != other.traits[0])


def _plain(name: str) -> str:
    """Return a name in which case, commas and the order of its words do not matter."""
    words = unicodedata.normalize("NFKC", name).casefold().replace(",", " ").split()
    return " ".join(sorted(words))
