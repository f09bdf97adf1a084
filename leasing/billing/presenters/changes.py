"""What has changed in a run's proposal since somebody saw it, and why a preparation has lapsed."""

from collections.abc import Iterable
from dataclasses import replace

from albertslund_it.common.money import format_kroner
from leasing.billing.selectors.proposal import DepartmentChange, UnitChange

NOTES = {
    "": "",
    "new": "ny",
    "gone": "ikke med mere",
    "renamed": "opgørelsens nummer eller enhedens navn er et andet",
    "spread": "fordelt anderledes på kvartaler og slags",
}
# After »men«.
WHY_LAPSED = {
    "": "",
    "unknown": "det er ikke gemt, hvilket forslag det var",
    "changed": "forslaget er ændret siden",
    "no_account": "kontoen kendes ikke længere",
}


def changes_in_words(changes: Iterable[DepartmentChange]) -> list[DepartmentChange]:
    """Return the changes as a page shows them: their notes in words."""
    return [
        replace(one, units=[replace(unit, note=NOTES[unit.note]) for unit in one.units])
        for one in changes
    ]


def sentences_of_changes(changes: Iterable[DepartmentChange]) -> list[str]:
    """Return a line for each department and unit that differs."""
    lines = []
    for department in changes_in_words(changes):
        lines.append(_sentence(department))
        for unit in department.units:
            lines.append(f"  {_sentence(unit)}" + (f" ({unit.note})" if unit.note else ""))
    return lines


def _sentence(change: DepartmentChange | UnitChange) -> str:
    return (
        f"{change.name}: før {format_kroner(change.before_ore)}, "
        f"nu {format_kroner(change.after_ore)}, "
        f"forskel {format_kroner(change.change_ore, sign=True)}"
    )
