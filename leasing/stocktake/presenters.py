"""The Danish words of a stocktake: answers, what follows of each, and what was scanned."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.money import format_count
from leasing.domain.tasks import Task
from leasing.models import CountedDevice, Stocktake
from leasing.stocktake.selectors.faults import FOUND
from leasing.stocktake.selectors.plan import StocktakePlan
from leasing.stocktake.selectors.progress import CountProgress, StocktakeWork, is_over
from leasing.stocktake.selectors.rows import CountedRow, FindRow
from leasing.stocktake.selectors.scans import LABEL, CountState, ScanResult

Answer = CountedDevice.Answer
# (style, words) of an answer.
MARKS = {
    "": ("", "Ikke svaret"),
    Answer.YES: ("good", "Er der"),
    Answer.NO: ("bad", "Har den ikke"),
    Answer.WRONG_UNIT: ("warn", "Forkert enhed"),
    Answer.BROKEN: ("warn", "I stykker"),
    Answer.GONE: ("", "Tabt eller ude af registeret"),
}
# What a person chooses between, in their own words.
CHOICES = [
    (Answer.YES, "Ja, jeg har den"),
    (Answer.NO, "Nej, jeg har den ikke"),
    (Answer.WRONG_UNIT, "Jeg har den, men den hører til en anden enhed"),
    (Answer.BROKEN, "Jeg har den, men den er i stykker"),
]
LEADER_CHOICES = [
    (Answer.YES, "Den er her"),
    (Answer.NO, "Den er her ikke"),
    (Answer.WRONG_UNIT, "Den hører til en anden enhed"),
    (Answer.BROKEN, "Den er her, men er i stykker"),
]
# The same of what data quality finds.
TOLD = {key: words for key, (_, words) in MARKS.items()} | {FOUND: "Scannet et andet sted"}
MOVE, TAKE_BACK, LOSS, SWAP = "Flyt", "Tag tilbage", "Meld tab", "Ombyt"
# What may follow of an answer; nothing does by itself.
FOLLOWS = {
    "": (MOVE, TAKE_BACK, LOSS),
    Answer.NO: (MOVE, TAKE_BACK, LOSS),
    Answer.WRONG_UNIT: (MOVE, TAKE_BACK),
    Answer.BROKEN: (SWAP, TAKE_BACK),
}
SCANNED = {
    CountState.HERE: ("good", "Talt: hører til her"),
    CountState.AGAIN: ("good", "Er talt før: hører til her"),
    CountState.ELSEWHERE: ("warn", "Hører til et andet sted"),
    CountState.NOT_COUNTED: ("warn", "Hører til et andet sted og er ikke med i optællingen"),
    CountState.GONE: ("warn", "Er ude af registeret"),
    CountState.UNKNOWN: ("bad", "Kendes ikke i registeret"),
}

STRANGE_LABEL = ("warn", "Ukendt etiket: skriv serienummeret")


@dataclass(frozen=True, slots=True)
class NextStep:
    """What can be done about a fault, and on which page."""

    label: str
    url: str


def mark_of(row: CountedRow) -> tuple[str, str]:
    """Return the answer in a mark; of what is lost or left unanswered, that it is."""
    if not row.counted.answer and row.is_gone:
        return MARKS[Answer.GONE]
    return MARKS[row.counted.answer]


def state_of(row: CountedRow, on: date) -> str:
    """Say of what was found otherwise whether the register says so by now; '' of the others."""
    if row.is_fault:
        return "Skal rettes"
    if row.was_fault:
        return "Er rettet siden"
    is_waiting = not row.counted.answer and not row.is_gone
    return "Venter" if is_waiting and not is_over(row.counted.stocktake, on) else ""


def actions_of(row: CountedRow) -> list[NextStep]:
    """Return what can be done about a fault; nothing for what is none."""
    if not row.is_fault:
        return []
    one = row.counted
    query = {"serienumre": one.device.serial_number}
    if row.found_at:
        query["enhed"] = str(row.found_at.pk)
    urls = {
        MOVE: f"{reverse('transfer')}?{urlencode(query)}",
        TAKE_BACK: f"{reverse('take-back')}?{urlencode({'serienumre': one.device.serial_number})}",
        LOSS: reverse("loss", args=[one.device_id]),
        SWAP: reverse("swap", args=[one.device_id]),
    }
    return [NextStep(label, urls[label]) for label in FOLLOWS[one.answer]]


def follows_in_words(row: CountedRow) -> str:
    """Say what can be done about a fault, as a file has it."""
    return ", ".join(FOLLOWS[row.counted.answer]).capitalize() if row.is_fault else ""


def actions_of_find(row: FindRow) -> list[NextStep]:
    """Return what can be done about a find."""
    label = row.find.serial_number.partition(LABEL)[2]
    if row.find.device is None and label.isdecimal():
        return [NextStep("Se udstyret", reverse("device-detail", args=[int(label)]))]
    if row.find.device is None:
        return [NextStep("Søg", f"{reverse('search')}?{urlencode({'q': row.find.serial_number})}")]
    if not row.is_open:
        return []
    query = {"serienumre": str(row.find.device), "enhed": str(row.find.unit_id)}
    return [NextStep("Flyt hertil", f"{reverse('transfer')}?{urlencode(query)}")]


def find_mark(row: FindRow) -> tuple[str, str]:
    """Return in a mark what a find is."""
    if row.find.device is None:
        return ("bad", "Kendes ikke")
    if not row.is_known:
        return SCANNED[CountState.ELSEWHERE]
    return ("warn", "Står et andet sted") if row.is_open else ("good", "Er rettet siden")


@dataclass(frozen=True, slots=True)
class ScanShown:
    """A scanned number on the page: the mark, and where it belongs, if the reader may know."""

    number: str
    model: str
    mark: tuple[str, str]
    where: str


def scans_shown(results: Iterable[ScanResult], names: dict[int, str]) -> list[ScanShown]:
    """Return what became of scanned numbers; `names` are those of the units that the user sees."""
    shown = []
    for one in results:
        device, standing = one.lookup.device, one.lookup.standing
        if device and not one.lookup.is_known:
            shown.append(ScanShown(one.lookup.number, "", SCANNED[CountState.ELSEWHERE], ""))
            continue
        mark = SCANNED[one.state]
        if one.lookup.number.startswith(LABEL):
            mark = STRANGE_LABEL
        elsewhere = one.state in {CountState.ELSEWHERE, CountState.NOT_COUNTED}
        where = names.get(standing.unit_id, "") if standing and elsewhere else ""
        shown.append(ScanShown(one.lookup.number, device.model.name if device else "", mark, where))
    return shown


def told(plan: StocktakePlan) -> Iterator[tuple[str, str]]:
    """Say what a stocktake would do, as rows to agree to."""
    yield "Der tælles", f"{format_count(len(plan.devices))} stk."
    asked = len(plan.asked)
    people = f"{format_count(plan.people)} medarbejder{'' if plan.people == 1 else 'e'}"
    yield "Spørges på mail", f"{people} om {format_count(asked)} stk."
    yield (
        "Scannes af enheden",
        f"{format_count(len(plan.devices) - asked)} stk.",
    )
    if plan.counted_elsewhere:
        count = format_count(plan.counted_elsewhere)
        yield "Tælles allerede", f"{count} stk."


def told_of_closing(total: CountProgress, faults: int, amount: str) -> list[tuple[str, str]]:
    """Say what closing does, as rows to agree to."""
    return [
        ("Svaret", f"{format_count(total.answered)} af {format_count(total.devices)} stk."),
        ("Uden svar", f"{format_count(total.open)} stk."),
        ("Fejl i datakvalitet", f"{format_count(faults)} stk. til {amount} i kvartalet"),
    ]


def mark_of_stocktake(stocktake: Stocktake, on: date) -> tuple[str, str]:
    """Return in a mark where a stocktake stands."""
    if stocktake.is_withdrawn:
        return ("", "Trukket tilbage")
    if stocktake.closed_at:
        return ("good", "Lukket")
    return ("bad", "Slut: luk den") if stocktake.due_on < on else ("warn", "I gang")


def stocktake_tasks(work: StocktakeWork) -> Iterator[Task]:
    """Yield what waits of stocktakes: devices to count for a leader, one to close for helpdesk."""
    if work.open and work.due_on:
        yield Task(
            "stocktake",
            f"Optælling: {format_count(work.open)} stk. mangler hos jer",
            f"Scan dem, eller svar for dem, senest den {work.due_on:%d-%m-%Y}.",
            about=str(work.stocktake_id or ""),
        )
    if work.to_close:
        few = work.to_close == 1
        yield Task(
            "stocktakes",
            "En optælling er slut" if few else f"{work.to_close} optællinger er slut",
            "Luk den, eller giv mere tid." if few else "Luk dem, eller giv mere tid.",
        )
