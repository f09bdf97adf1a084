"""What happens to a device when its lease ends, in words: the same on every page and mail."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from inventory.models import Departure
from leasing.domain.lease_end import Fate
from leasing.domain.tasks import Task
from leasing.lease_end.selectors.board import BEGUN, EXTENSIONS, LIVE, OPEN, WAITING, EndSum
from leasing.lease_end.selectors.lessor_list import LessorRow, ListChange
from leasing.lease_end.selectors.options import Options
from leasing.lease_end.selectors.term_ends import TermEnd
from leasing.models import EndChoice

ONE_DAY = timedelta(days=1)
# How the board's address asks for ends of any quarter, and for what Fælles IT pays.
EVERY_QUARTER, IN_STOCK = "alle", "it-lager"
FATE_NAMES = {
    OPEN: "Intet besluttet",
    WAITING: "Intet besluttet, også senere",
    LIVE: "Løber til udløb",
    str(Fate.OVERDUE): "Udløbet, intet besluttet",
    str(Fate.UNDECIDED): "Udløber snart, intet besluttet",
    str(Fate.BUYOUT): "Frikøb",
    str(Fate.EXTENDED): "Forlængelse",
    str(Fate.RETURN): "Returnering",
    EXTENSIONS: "Forlængelse, også i gang",
    BEGUN: "Forlænget, er i gang",
    str(Fate.RUNS): "Udløber senere",
    str(Fate.STOPPED): "Stoppet før udløb",
    str(Fate.GONE): "Ude af registeret",
}
# What is to be looked at is marked so; what is settled is not.
STYLES = {Fate.UNDECIDED: "warn", Fate.OVERDUE: "bad", Fate.BUYOUT: "good", Fate.RETURN: "good",
          Fate.EXTENDED: "good"}  # fmt: skip
# Those that have no other day to tell than the last one.
SHORT = {Fate.UNDECIDED: "Intet besluttet", Fate.OVERDUE: "Udløbet, intet besluttet",
         Fate.RUNS: "Intet besluttet", Fate.BUYOUT: "Frikøbes",
         Fate.RETURN: "Leveres tilbage"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens at an end: a mark's words and style, and what is said beside it."""

    words: str
    style: str
    detail: str = ""


def what_happens(end: TermEnd, on: date, *, with_people: bool = False) -> Happening:
    """Return what happens to a device at the end of a term, as things stand on a day.

    A reason may name somebody, so it is for those alone who see people.
    """
    fate = end.fate(on)
    detail = _detail(end, end.decided.reason if with_people else "")
    return Happening(_words(end, fate, on), STYLES.get(fate, ""), detail)


def happens_beside_the_day(end: TermEnd, on: date) -> Happening:
    """Return what happens in few words, for a list that has a column with the term's last day."""
    fate = end.fate(on)
    words = SHORT.get(fate) or _words(end, fate, on)
    return Happening(words, STYLES.get(fate, ""))


def _words(end: TermEnd, fate: Fate, on: date) -> str:
    last_day = f"{end.last_day:%d-%m-%Y}"
    if fate == Fate.GONE:
        if end.left_on and end.left_on > on:
            return f"Ude af registeret fra {end.left_on:%d-%m-%Y}"
        return f"{Departure.How(end.left_how).label} {end.left_on:%d-%m-%Y}"
    if fate == Fate.EXTENDED and end.extension:
        return f"Forlænges til {end.extension.ends_before - ONE_DAY:%d-%m-%Y}"
    if fate == Fate.STOPPED:
        stops = "Stopper" if end.stops_on and end.stops_on > on else "Stoppet"
        return f"{stops} {end.stops_on:%d-%m-%Y}"
    if fate == Fate.BUYOUT:
        return f"Frikøbes ved udløb {last_day}"
    if fate == Fate.RETURN:
        return f"Leveres tilbage ved udløb {last_day}"
    if fate == Fate.OVERDUE:
        return f"Udløbet {last_day}, intet besluttet"
    return f"Udløber {last_day}, intet besluttet" if fate == Fate.UNDECIDED else f"Til {last_day}"


def _detail(end: TermEnd, reason: str) -> str:
    decided = end.decided
    if not decided.decided_at:
        return reason
    said = f"besluttet {localtime(decided.decided_at):%d-%m-%Y}"
    if decided.decided_by:
        said += f" af {decided.decided_by}"
    return f"{said}: {reason}" if reason else said


def choice_words(choice: str) -> str:
    """Return what a saved choice is called; '' is one that is taken back."""
    if not choice:
        return "Beslutningen er taget tilbage"
    return f"{EndChoice(choice).label} er besluttet"


def choice_shown(end: TermEnd) -> str:
    """Return the choice at an end as lists and files name it; '' where there is none."""
    choice = EndChoice.EXTENSION if end.extension else end.decided.choice
    return str(EndChoice(choice).label) if choice else ""


def board_url(
    *,
    quarter: Quarter | None = None,
    fate: str = "",
    wish: str = "",
    department: int | str | None = None,
    unit_id: int | None = None,
    agreement_id: int | None = None,
) -> str:
    """Return the board of ends, narrowed to what is asked for.

    `fate` is one of FATE_NAMES; `department` the id of one, or IN_STOCK.
    """
    asked = {
        "kvartal": str(quarter) if quarter else "",
        "valg": str(fate),
        "oenske": str(wish),
        "afdeling": department,
        "enhed": unit_id,
        "underaftale": agreement_id,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('end-board')}?{query}" if query else reverse("end-board")


def condition(ram_gb: int | None, windows_11: bool | None) -> str:
    """Return what is known of a device's memory and Windows, short; '' for nothing."""
    facts = [f"{ram_gb} GB"] if ram_gb else []
    if windows_11 is not None:
        facts.append("W11" if windows_11 else "ikke W11")
    return ", ".join(facts)


# The figures above the board; those after them only where there are any.
ALWAYS = (Fate.OVERDUE, Fate.UNDECIDED, Fate.BUYOUT, Fate.EXTENDED, Fate.RETURN)
SOMETIMES = (BEGUN, Fate.RUNS, Fate.STOPPED, Fate.GONE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure above the board, and the way to the rows that it counts."""

    label: str
    sum: EndSum
    url: str
    is_chosen: bool


def figures_of(sums: Mapping[str, EndSum], asked: Mapping[str, str]) -> Iterator[Figure]:
    """Yield the count and the kroner of each fate, within what else is asked for."""
    kept = {name: value for name, value in asked.items() if value}
    for name in ("valg", "side", "sorter", "hent"):
        kept.pop(name, None)
    for fate in (*ALWAYS, *SOMETIMES):
        found = sums.get(fate, EndSum())
        if found.count or fate in ALWAYS:
            query = urlencode({**kept, "valg": str(fate)})
            url = f"{reverse('end-board')}?{query}"
            yield Figure(FATE_NAMES[fate], found, url, asked.get("valg") == fate)


@dataclass(frozen=True, slots=True)
class OptionShown:
    """A choice at an end in words: by when, whether that is past, and what it costs."""

    name: str
    by: str
    style: str
    price: str
    note: str = ""


def options_shown(options: Options) -> list[OptionShown]:
    """Return the choices at an end as rows, and last what it costs to choose nothing."""
    return [
        _extension(options),
        _buyout(options),
        OptionShown(
            "Returnering",
            *_by(options, options.last_return),
            "0,00 kr.",
            "Leasinggiver henter det gratis. Dagen er den sidste, hvor det kan nå at blive pakket.",
        ),
        OptionShown(
            "Et nyt i stedet",
            f"{options.end.last_day:%d-%m-%Y}",
            "",
            f"{format_kroner(options.new_ore)} pr. kvartal" if options.new_ore else "Ingen pris",
            "Prislistens pris i dag for samme model. Det gamle skal stadig frikøbes eller leveres "
            "tilbage.",
        ),
        OptionShown(
            "Intet valg",
            "",
            "",
            f"{format_kroner(options.quarter_ore)} pr. kvartal",
            "En antagelse: aftalen ophører ved udløb, men leasinggiver kan blive ved med at sende "
            "regning på samme ydelse. Sådan en regning står som afvigelse i afstemningen.",
        ),
    ]


def _by(options: Options, last: date) -> tuple[str, str]:
    """Return the last day in words, and its style."""
    if options.is_too_late(last):
        return f"{last:%d-%m-%Y} (for sent)", "bad"
    return f"{last:%d-%m-%Y}", ""


def _extension(options: Options) -> OptionShown:
    by, style = _by(options, options.last_extension)
    if extension := options.end.extension:
        price = f"{format_kroner(extension.price_ore)} for {extension.quarters} kvt."
        return OptionShown("Forlængelse", by, style, price, "Den er besluttet.")
    offer = options.extension_offer
    if offer and offer.extension_ore:
        quarter_ore = offer.extension_ore
        note = f"Tilbudt af leasinggiver. Tilbuddet gælder til {offer.valid_until:%d-%m-%Y}."
    else:
        quarter_ore = options.quarter_ore
        note = "Et skøn: samme ydelse som nu, til leasinggiver har givet en pris for 1–4 kvartaler."
    if options.answer_by:
        note += f" Leasinggiver skal have svar senest {options.answer_by:%d-%m-%Y}."
    price = f"{format_kroner(quarter_ore)} pr. kvartal"
    return OptionShown("Forlængelse", by, style, price, note)


def _buyout(options: Options) -> OptionShown:
    if options.last_buyout is None:
        return OptionShown("Frikøb", "Ikke muligt", "", "", "Kommunen har ikke slået frikøb til.")
    by, style = _by(options, options.last_buyout)
    note = "Medarbejderen betaler selv til leasinggiver. Kommunen betaler intet."
    if options.offer is None:
        return OptionShown(
            "Frikøb", by, style, "0,00 kr. for kommunen", f"{note} Intet tilbud endnu."
        )
    note += (
        f" Leasinggivers tilbud er {format_kroner(options.offer.price_ore or 0)}, "
        f"og det gælder til {options.offer.valid_until:%d-%m-%Y}."
    )
    return OptionShown("Frikøb", by, style, "0,00 kr. for kommunen", note)


def change_of(before: TermEnd, after: TermEnd, on: date) -> tuple[str, str]:
    """Return what an end is now and would be, in words."""
    return what_happens(before, on).words, what_happens(after, on).words


def note_for_lessor(end: TermEnd, on: date) -> str:
    """Return what the lessor is told beside the choice; no reason, which may name somebody."""
    fate = end.fate(on)
    return "" if fate in {Fate.BUYOUT, Fate.RETURN} else _words(end, fate, on)


def kept_row(told: Sequence[str] | None) -> str:
    """Return what was kept of a list about a serial number, in words."""
    if told is None:
        return "Ikke på listen"
    choice, last_day, place = told
    return ", ".join(
        part
        for part in (kept_choice(choice), f"{date.fromisoformat(last_day):%d-%m-%Y}", place)
        if part
    )


def kept_choice(choice: str) -> str:
    """Return a choice that was kept of a list, in words."""
    if choice in {Fate.STOPPED, Fate.GONE}:
        return FATE_NAMES[choice]
    name, _, quarters = choice.partition("-")
    if not name:
        return "Intet besluttet"
    label = str(EndChoice(name).label) if name in EndChoice.values else name
    return f"{label}, {quarters} kvt." if quarters else label


def changes_shown(changes: Iterable[ListChange]) -> list[tuple[str, str, str]]:
    """Return what has changed since a list was sent: of what, from what, to what."""
    return [(one.serial_number, kept_row(one.before), kept_row(one.after)) for one in changes]


def told_to_lessor(rows: Iterable[LessorRow]) -> list[tuple[str, str]]:
    """Return what a list says of each serial number, to be agreed to."""
    return [(row.serial_number, kept_row(row.told)) for row in rows]


def end_tasks(open_ends: EndSum) -> Iterator[Task]:
    """Yield what is to be decided about ends."""
    if open_ends.count:
        yield Task(
            "ends",
            f"{open_ends.count} stk. udløber inden seks måneder eller er udløbet uden beslutning",
            "Beslut frikøb, forlængelse eller returnering, før fristerne går.",
            amount_ore=open_ends.quarter_ore,
            note="pr. kvartal",
        )
