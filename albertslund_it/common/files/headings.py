"""What is said of a file's headings, and what a set of them is known by."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from albertslund_it.common.files.spreadsheets import heading_key

# Headings of the files that we hand out with faults in: they are for people, and for us.
FAULT_HEADING, WAITING_HEADING = "Fejl", "Venter som"
OURS = frozenset(map(heading_key, (FAULT_HEADING, WAITING_HEADING)))
# Above cells that no heading stood above: they are refused while anything stands in them.
SURPLUS_HEADING = "Uden overskrift"
_SURPLUS = re.compile(re.escape(heading_key(SURPLUS_HEADING)) + "[0-9]+")


def is_surplus(key: str) -> bool:
    """Return whether a heading's key is one that we put above cells without a heading."""
    return bool(_SURPLUS.fullmatch(key))


def is_ours(key: str) -> bool:
    """Return whether a heading's key is of a file that we handed out, and no column of its own."""
    return key in OURS or is_surplus(key)


@dataclass(frozen=True)
class ColumnChoice:
    """What a person has said of a file's columns, and what is to stand in all of its rows.

    `mapped` gives the field of a heading by its key, '' for one that is not to be read; `values`
    the text of a field for every row that has none of its own, '' where that is to be no more.
    `spelt` are the headings' keys as the person wrote them.
    """

    mapped: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    spelt: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.mapped or self.values)

    def over(self, before: "ColumnChoice") -> "ColumnChoice":
        """Return what holds when this is said after something else."""
        taken = {name for name in self.mapped.values() if name}
        kept = {key: name for key, name in before.mapped.items() if name not in taken}
        values = {**before.values, **self.values}
        return ColumnChoice(
            {**kept, **self.mapped}, {name: value for name, value in values.items() if value}
        )


def headings_digest(headings: Sequence[object]) -> str:
    """Return what a set of headings is remembered by, whatever their order."""
    keys = sorted(key for key in {*map(heading_key, headings)} if key and not is_ours(key))
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()
