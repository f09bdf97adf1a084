"""What waits for somebody, as a line of a front page or a list says it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """Something that waits; `about` is the code of a quarter or run where it is about one.

    An amount is what it costs, with `note` saying of what.
    """

    key: str
    title: str
    help: str
    about: str = ""
    amount_ore: int | None = None
    note: str = ""
    is_late: bool = False
