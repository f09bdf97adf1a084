"""Which column of ours each heading of a file is: by what it is called, and as a person says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells
from albertslund_it.common.files.headings import ColumnChoice, is_ours
from albertslund_it.common.files.spreadsheets import FileTable, heading_key
from inventory.imports.importers.file_columns import FileColumn

SHOWN = 60
SAMPLES = 3
LOOKED_AT = 2_000  # rows: a column that is blank so far down has no samples


@dataclass(frozen=True)
class Heading:
    """A heading of a file with samples of its cells, the field it is read as, and a proposal."""

    place: int
    text: str
    key: str
    samples: tuple[str, ...]
    field: str = ""
    proposed: str = ""


@dataclass
class Matching:
    """Where the cells of each column stand, what is missing, and what is not read."""

    places: dict[str, int] = field(default_factory=dict)
    missing: list[FileColumn] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def match_columns(
    columns: Sequence[FileColumn], table: FileTable, choice: ColumnChoice
) -> Matching:
    """Find the columns among the headings: as was said, else by what they are called.

    Of several headings that a column is known by, the one that stands first among its names is
    read.
    """
    done = Matching()
    known = {key: (c.field, rank) for c in columns for rank, key in enumerate(c.keys)}
    said: dict[str, int] = {}
    found: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(table.headings):
        key = heading_key(heading)
        if is_ours(key):
            continue
        if key in choice.mapped:
            name = choice.mapped[key]
            if name and said.setdefault(name, place) != place:
                done.faults.append(_twice(table, said[name], place))
        elif key not in known:
            done.unread.append(place)
        else:
            name, rank = known[key]
            if name not in found:
                found[name] = rank, place
            elif found[name][0] == rank:
                done.faults.append(
                    f"Overskriften {shown_heading(table, place)} står to gange. "
                    "Slet den ene kolonne."
                )
            else:
                first, second = sorted((found[name], (rank, place)))
                found[name] = first
                done.warnings.append(_instead(table, second[1], first[1]))
    for name, (_, place) in found.items():
        if name in said:
            done.warnings.append(_instead(table, place, said[name]))
    done.places = {name: place for name, (_, place) in found.items()} | said
    done.missing = [
        column
        for column in columns
        if column.must_be_there
        and column.field not in done.places
        and column.field not in choice.values
    ]
    return done


def headings_of(
    columns: Sequence[FileColumn], table: FileTable, choice: ColumnChoice
) -> list[Heading]:
    """Return every heading with three different cells of it, for a person to say what it is."""
    matching = match_columns(columns, table, choice)
    by_place = {place: name for name, place in matching.places.items()}
    open_ones = [column for column in columns if column.field not in matching.places]
    keys = [heading_key(heading) for heading in table.headings]
    asked = {
        place: key
        for place, key in enumerate(keys)
        if key and not is_ours(key) and place not in by_place and key not in choice.mapped
    }
    proposals = _proposals(asked, open_ones)
    found = []
    for place, heading in enumerate(table.headings):
        key = keys[place]
        if is_ours(key):
            continue
        text = "" if heading is None else str(heading).strip()
        samples = _samples(table, place)
        if not key and not samples:
            continue
        found.append(
            Heading(place, text, key, samples, by_place.get(place, ""), proposals.get(place, ""))
        )
    return found


def _proposals(asked: Mapping[int, str], columns: Sequence[FileColumn]) -> dict[int, str]:
    """Return the field that each heading may be: by another system's word for it, or a part of it.

    Of several headings that may be a column, the one that stands first among its words is it.
    """
    found: dict[int, str] = {}
    for column in columns:
        ranks = {heading_key(name): rank for rank, name in reversed([*enumerate(column.may_be)])}
        known = [(ranks[key], at) for at, key in asked.items() if key in ranks and at not in found]
        if known:
            found[min(known)[1]] = column.field
    taken = set(found.values())
    for column in columns:
        if column.field in taken:
            continue
        for at, key in asked.items():
            if at not in found and any(len(name) > 4 and name in key for name in column.keys):
                found[at] = column.field
                break
    return found


def _samples(table: FileTable, place: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for _, row in table.rows[:LOOKED_AT]:
        if place < len(row) and not cells.is_blank(row[place]):
            found[cells.shown(row[place], SHOWN)] = None
            if len(found) == SAMPLES:
                break
    return tuple(found)


def shown_heading(table: FileTable, place: int) -> str:
    """Return how a heading is told of."""
    text = "" if (heading := table.headings[place]) is None else str(heading).strip()
    if not heading_key(text):
        return f"nr. {place + 1} uden overskrift"
    return f"»{cells.shown(text, SHOWN)}«"


def _instead(table: FileTable, left_out: int, read: int) -> str:
    left_out_name, read_name = (shown_heading(table, at) for at in (left_out, read))
    return f"Kolonnen {left_out_name} er ikke læst, for {read_name} er læst som det samme."


def _twice(table: FileTable, first: int, second: int) -> str:
    names = " og ".join(shown_heading(table, at) for at in (first, second))
    return f"Kolonnerne {names} kan ikke begge læses som det samme. Vælg den ene."


def refuse_headings_not_there(table: FileTable, choice: ColumnChoice) -> None:
    """Refuse what is said of a heading that a file does not have."""
    there = {heading_key(heading): str(heading).strip() for heading in table.headings}
    gone = [key for key in choice.mapped if key not in there]
    if gone:
        names = ", ".join(
            f"»{cells.shown(name, SHOWN)}«"
            for key, name in there.items()
            if key and not is_ours(key)
        )
        raise Refused(
            *(
                f"Filen har ingen overskrift »{cells.shown(choice.spelt.get(key, key), SHOWN)}«."
                for key in gone
            ),
            f"Den har: {names}.",
        )


def choice_of(
    columns: Sequence[FileColumn], mapped: Mapping[str, str], values: Mapping[str, str]
) -> ColumnChoice:
    """Return what is said by the columns' names: {heading: column}, {column: value}.

    Raises:
        Refused: with every column that is none of ours.
    """
    by_key = {key: column.field for column in columns for key in column.keys}
    names = [*(name for name in mapped.values() if name), *values]
    if unknown := [name for name in names if heading_key(name) not in by_key]:
        ours = ", ".join(column.name for column in columns)
        raise Refused(
            *(f"»{name[:SHOWN]}« er ingen kolonne her." for name in unknown),
            f"Skriv en af: {ours}.",
        )
    keys = {column.field: column.name for column in columns if column.is_key}
    if same := [keys[by_key[heading_key(n)]] for n in values if by_key[heading_key(n)] in keys]:
        raise Refused(
            *(f"{name} er hver rækkes egen, og kan ikke være ens i hele filen." for name in same)
        )
    return ColumnChoice(
        {heading_key(h): by_key[heading_key(name)] if name else "" for h, name in mapped.items()},
        {by_key[heading_key(name)]: value for name, value in values.items()},
        {heading_key(heading): heading.strip() for heading in mapped},
    )
