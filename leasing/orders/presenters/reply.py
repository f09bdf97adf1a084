"""The reply to a mail that asks for something, and what its lines cost, in words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from albertslund_it.common.money import format_kroner
from inventory.models import Unit
from leasing.domain.mail_reading import SOME_PC, Reading
from leasing.domain.mail_words import ANY_SCREEN, NEW_ONES, NUMBERED_DAY, WRITTEN_DAY
from leasing.domain.mail_words import SOMEBODY as ROLE
from leasing.orders.selectors.told_lines import ToldLine

SOME_DAY = re.compile(r"(?:på|til|fra|i|næste|uge)\b", re.I)
BESIDE = (
    "Mus, tastatur, headset og andet tilbehør købes som hidtil på kommunens kontantaftale og "
    "faktureres til enhedens EAN-nummer."
)


def reply_to(
    name: str,
    lines: Sequence[ToldLine],
    questions: Sequence[str],
    *,
    outside: str,
    days: int,
    number: str = "",
) -> str:
    """Return the answer to a mail: what is ordered and who pays, what is open, what is not ours.

    `days` is how long one may keep what is replaced; `number` is that of an order that is saved.
    """
    parts = [f"Hej {name.partition(' ')[0]}".strip(), ""]
    asked = [line for line in lines if line.model]
    known_as = f" (bestilling {number})" if number else ""
    begins = f"Tak for mailen{known_as}. "
    for said, some in (
        ("Vi bestiller:", [line for line in asked if not line.stock and not line.is_open]),
        ("Vi finder på lageret eller bestiller:", [line for line in asked if line.is_open]),
        ("Vi har på lageret og sætter til side:", [line for line in asked if line.stock]),
    ):
        if some:
            parts += [f"{begins}{said}", *(f"- {_item(line, days)}" for line in some), ""]
            begins = ""
    if questions:
        parts += ["Vi mangler at vide:", *(f"- {question}" for question in questions), ""]
    if outside:
        parts += [outside, ""]
    if asked:
        parts += ["Du får besked, når der sker noget.", ""]
    return "\n".join([*parts, "Venlig hilsen", "It-helpdesk"])


def _item(line: ToldLine, days: int) -> str:
    count = f"{line.quantity} stk. " if line.quantity > 1 else ""
    shelf = f" ({line.stock})" if line.stock else ""
    whom = line.employee or (line.unit.name if line.unit else "hvem?")
    said = f"{count}{line.model}{shelf} til {whom}."
    if line.unit and line.whole_ore is not None and not line.is_open:
        said += f" {line.unit.name} betaler {format_kroner(line.whole_ore)} pr. kvartal"
        said += f", {format_kroner(line.quarter_ore or 0)} for hver." if line.quantity > 1 else "."
    if line.asks_head:
        said += " Lederen skal først sige ja til en pc mere."
    elif line.replaces and not line.replaced_is_lost:
        who = line.employee.name.partition(" ")[0] if line.employee else "Enheden"
        said += (
            f" {who} afleverer {line.replaces}, senest {days} dage efter at den nye er udleveret."
        )
    return said


def questions_on(
    lines: Sequence[ToldLine], unknown: Iterable[str], reading: Reading, screens: Sequence[str]
) -> Iterator[str]:
    """Yield what the lines, or the mail, leave open; `screens` are the names of those leased."""
    for line in lines:
        whom = line.employee or (line.unit and line.unit.name)
        if whom and not line.model:
            yield f"Hvilken model skal {whom} have?"
        if line.breaks_rule:
            yield (
                f"{line.employee} har allerede en pc. Skal den nye erstatte den, eller skal "
                "lederen spørges om dispensation?"
            )
    asked = list(unknown)
    total = sum(line.quantity for line in lines if not line.employee)
    if 0 < total < reading.new_ones:
        yield f"I skriver om {reading.new_ones} nye kolleger. Hvor mange skal I bruge?"
    somebody = {piece.text for piece in reading.pieces if piece.is_somebody}
    yield from _questions_on_people([one for one in asked if one in somebody])
    others = []
    for one in asked:
        if one in somebody:
            continue
        if question := _question_on(one, screens):
            yield question
        else:
            others.append(f"»{one}«")
    if others:
        yield f"Hvad menes der med {', '.join(others)}?"


def _questions_on_people(unknown: Sequence[str]) -> Iterator[str]:
    """Ask who somebody is: a role that is new, a name, or initials that nobody has."""
    roles = [one for one in unknown if ROLE.search(one)]
    for role in roles:
        noun = role.split()[-1].lower()
        if NEW_ONES.search(f"to {noun}"):
            yield f"Hvad hedder de nye {noun}, og hvilke initialer har de?"
        else:
            yield f"Hvad hedder den nye {noun}, og hvilke initialer er det?"
    if names := [one for one in unknown if one not in roles and " " in one]:
        them = "navnet" if len(names) == 1 else "dem"
        yield (
            f"Hvilke initialer har {_joined(names)}? Vi kan ikke finde {them} blandt medarbejderne."
        )
    if initials := [one for one in unknown if one not in roles and " " not in one]:
        yield f"Hvem er {_joined(initials)}? Vi kan ikke finde initialerne."


def _question_on(word: str, screens: Sequence[str]) -> str:
    """Ask about a word that could mean several things; '' where nothing is known of it."""
    if ANY_SCREEN.fullmatch(word) and len(screens) > 1:
        return f"Hvilken skærm skal det være: {', '.join(screens[:-1])} eller {screens[-1]}?"
    if any(one.match(word) for one in (SOME_DAY, WRITTEN_DAY, NUMBERED_DAY)):
        return f"Hvilken dato er det: »{word}«?"
    if word.lower() == "et par":
        return "Hvor mange er »et par«?"
    return f"Hvilken model skal det være: »{word}«?" if SOME_PC.fullmatch(f"en {word}") else ""


def question_of_bill(outside: Sequence[str], unit: Unit | None) -> list[str]:
    """Ask who pays for things beside the agreement, where the mail does not say."""
    if not outside or unit:
        return []
    return [f"Hvilken enhed skal have regningen for {_listed(outside)}?"]


def _listed(things: Sequence[str]) -> str:
    return _joined([one.lower() for one in things])


def _joined(things: Sequence[str]) -> str:
    *first, last = dict.fromkeys(things)
    return f"{', '.join(first)} og {last}" if first else last


def answer_on(outside: Sequence[str], unit: Unit | None) -> str:
    """Return where things beside the agreement are bought, and whose EAN the bill goes to."""
    if not outside:
        return ""
    things = _listed(outside)
    bill = (
        f"EAN-nummeret for {unit.name}: {unit.ean}" if unit and unit.ean else "enhedens EAN-nummer"
    )
    return (
        f"{things[0].upper()}{things[1:]} købes ikke på leasingaftalen, men som hidtil på "
        f"kommunens kontantaftale. Regningen går til {bill}."
    )


def mark_of(reply: str) -> str:
    """Return what tells a reply that nobody has edited from one that somebody has."""
    return sha256(" ".join(reply.split()).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Price:
    """What the lines cost a quarter, and once what they replace is back; '' where unknown."""

    now: str = ""
    note: str = ""


def price_of(lines: Sequence[ToldLine]) -> Price:
    """Return what lines that are filled in cost, in words."""
    asked = [line for line in lines if line.model]
    known = [line for line in asked if line.whole_ore is not None]
    if not known:
        return Price(note="Der er ingen pris på det, der er valgt." if asked else "")
    whole = sum(line.whole_ore or 0 for line in known)
    notes = []
    comes_back = [one for one in known if one.replaces and not one.replaced_is_lost]
    if back := [line for line in comes_back if not line.asks_head]:
        left = whole - sum(line.saved_ore for line in back)
        one = back[0].replaces if len(back) == 1 else f"de {len(back)} gamle"
        notes.append(f"{format_kroner(left, sign=True)}, når {one} er afleveret.")
    if len(known) < len(asked):
        notes.append("Noget af det har ingen pris.")
    if any(line.asks_head for line in known):
        notes.append("Først når lederen har sagt ja.")
    return Price(format_kroner(whole, sign=True), " ".join(notes))
