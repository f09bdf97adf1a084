"""A column of a kind of file: what its heading is called, here and elsewhere."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from albertslund_it.common.files import cells
from albertslund_it.common.files.spreadsheets import heading_key
from albertslund_it.common.sentences import full_stop

MODEL_NAME, UNIT_NAME = "model", "unit"


@dataclass(frozen=True)
class FileColumn:
    """A heading of a file, the field it fills and how its cells are read.

    `clears_to` is what SLET puts there; a column without it cannot be cleared. Of one whose heading
    alone `must_stand`, the cells may be blank. `also` are other headings of it, those of our own
    lists first, then what other systems call it, in Danish and English. What `may_be` it elsewhere
    is proposed, and read only where a person says so. What `names` a model or a unit may be one of
    the names that were learnt for it. What is `personal` tells of a person by name. What
    `is_key` is each row's own, and never the same in a whole file. What its cells name must be
    there where it has `not_there`, which returns what is wrong with each that is not.
    """

    name: str
    field: str
    read: Callable[[Any], Any] = cells.text
    required: bool = False
    must_stand: bool = False
    clears_to: Any = cells.KEEP
    help: str = ""
    example: Any = ""
    also: tuple[str, ...] = ()
    may_be_blank: bool = False  # where the heading is required all the same
    may_be: tuple[str, ...] = ()
    names: str = ""
    personal: bool = False
    is_key: bool = False
    not_there: Callable[[Collection[str]], Mapping[str, str]] | None = None

    @property
    def keys(self) -> list[str]:
        """Return what its headings are known by."""
        return [heading_key(name) for name in (self.name, *self.also)]

    @property
    def help_sentence(self) -> str:
        """Return its help as a sentence that more may follow."""
        return full_stop(self.help) if self.help else ""

    @property
    def is_date(self) -> bool:
        """Return whether its cells are days."""
        return self.read in (cells.day, cells.day_of_moment)

    @property
    def must_be_there(self) -> bool:
        """Return whether a file without its heading is refused."""
        return self.required or self.must_stand
