"""The ladder of notices: undecided ends of leases, and the lessor's questions, as days run out.

What is due is worked out from today's days alone. A mail keeps which steps it told of, each named
by what ends, its last day and the step: so another day is told anew, a step is told once, and of
the steps that passed while nothing ran only the last is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.notice_days import days_in
from albertslund_it.common.quarters import Quarter
from inventory.models import Unit
from leasing.approvals.selectors.approvals import mails_to_heads_of
from leasing.domain.lease_end import rung_of
from leasing.lease_end.presenters import board_url
from leasing.lease_end.selectors.board import OPEN
from leasing.lease_end.selectors.endings import wished_leases
from leasing.lease_end.selectors.questions import Answered, answered, asked_ends, open_questions
from leasing.lease_end.selectors.undecided import UndecidedEnd, last_terms, undecided_ends
from leasing.mail.services import write_mail
from leasing.models import LessorQuestion, Mail, Settings
from leasing.webhooks.services.outbox import tell_of_ends

# The lessor's own deadline is shorter than what ends.
QUESTION_DAYS = (30, 14, 7)
STOCK = "It-lager"
# No step is told longer before its day than the longest of them, and some days of waiting.
REMEMBERED = timedelta(days=500)


@dataclass(frozen=True, slots=True)
class _Step:
    """A notice that is due: so many days are left at most."""

    name: str
    days: int


@dataclass(frozen=True, slots=True)
class _DueEnd:
    """An undecided end for which a notice is due, and whose department it is."""

    end: UndecidedEnd
    department: str
    step: _Step


@dataclass(frozen=True, slots=True)
class _DueQuestion:
    """A question of the lessor's that is to be answered soon."""

    question: LessorQuestion
    answered: Answered
    step: _Step


@dataclass
class _Letter:
    """What one person is told."""

    address: str
    is_all: bool
    ends: list[_DueEnd] = field(default_factory=list)
    questions: list[_DueQuestion] = field(default_factory=list)

    @property
    def due(self) -> "list[_DueEnd | _DueQuestion]":
        return [*self.ends, *self.questions]

    @property
    def topic(self) -> str:
        return f"ends-{digest_of([[self.address.lower()]])[:12]}-"


@dataclass(frozen=True, slots=True)
class _Sum:
    """Undecided ends of a quarter and a department, as a mail counts them."""

    quarter: str
    department: str
    last_day: date
    count: int
    quarter_ore: int


def write_ladder(
    *, settings: Settings, today: date, now: datetime
) -> Iterator[tuple[str, Mail | None]]:
    """Write one mail to each person for whom a step is due that they have not been told of."""
    letters = _letters(settings, today)
    for letter in letters:
        told = _told(letter.topic, now)
        new = [one for one in letter.due if one.step.name not in told]
        if not new:
            continue
        names = sorted(one.step.name for one in new)
        yield (
            "Leasing, der udløber" + (", hele kommunen" if letter.is_all else ""),
            write_mail(
                recipients=letter.address,
                subject=_subject(letter, new, settings),
                template="ends_undecided",
                context=_context(letter, new, settings),
                now=now,
                key=f"{letter.topic}{digest_of([[name] for name in names])[:12]}",
                told=names,
            ),
        )


def tell_systems_of_ends(*, settings: Settings, today: date, now: datetime) -> None:
    """Tell other systems of the leases for which a step is due, of each step once."""
    ends = {
        one.step.name: {
            "lease": one.end.lease_id,
            "last_day": one.end.last_day.isoformat(),
            "days": one.step.days,
        }
        for _, one in _due_ends(settings, today)
    }
    tell_of_ends(ends=ends, now=now)


def _letters(settings: Settings, today: date) -> list[_Letter]:
    """Return what is due for each person: all for the helpdesk, its own for each head."""
    due = _due_ends(settings, today)
    helpdesk = _Letter(settings.helpdesk_mail, True, [one for _, one in due], _due_questions(today))
    heads: dict[str, _Letter] = {}
    wished = (
        set()
        if settings.heads_decide_ends
        else wished_leases([one.end.lease_id for _, one in due], today)
    )
    readers = _readers([unit for unit, _ in due if unit], today)
    for unit, one in due:
        # Whoever has wished has done what they can.
        if unit is None or one.end.lease_id in wished:
            continue
        for address in readers[unit.pk]:
            if address.lower() != settings.helpdesk_mail.lower():
                heads.setdefault(address.lower(), _Letter(address, False)).ends.append(one)
    return [helpdesk, *heads.values()] if settings.helpdesk_mail else list(heads.values())


def _due_ends(settings: Settings, today: date) -> list[tuple[Unit | None, _DueEnd]]:
    """Return the undecided ends for which a notice is due, with the unit that has each."""
    ladder = days_in(settings.end_notice_days)
    if not ladder:
        return []
    ends = undecided_ends(today, today + timedelta(days=max(ladder)))
    terms = last_terms([end.lease_id for end in ends])
    units = Unit.objects.select_related("department").filter(is_cost_holder=False)
    by_id = units.in_bulk(list({end.unit_id for end in ends}))
    found: list[tuple[Unit | None, _DueEnd]] = []
    for end in ends:
        if days := rung_of((end.last_day - today).days, ladder):
            unit = by_id.get(end.unit_id)
            step = _Step(f"{terms[end.lease_id]}:{end.last_day}:{days}", days)
            found.append((unit, _DueEnd(end, _department(unit), step)))
    return found


def _department(unit: Unit | None) -> str:
    if unit is None:
        return STOCK
    return unit.department.name if unit.department else unit.name


def _due_questions(today: date) -> list[_DueQuestion]:
    found = []
    for question in open_questions().select_related("sub_agreement"):
        if days := rung_of((question.answer_by - today).days, QUESTION_DAYS):
            step = _Step(f"question:{question.pk}:{question.answer_by}:{days}", days)
            found.append(_DueQuestion(question, answered(asked_ends(question), today), step))
    return found


def _readers(units: Collection[Unit], today: date) -> dict[int, list[str]]:
    """Return whom to write to about each unit: its department's heads, else its own leader."""
    heads: dict[int | None, list[str]] = {}
    found = {}
    for unit in units:
        if unit.department_id not in heads:
            heads[unit.department_id] = mails_to_heads_of(Unit(department=unit.department), today)
        own = [unit.leader_mail] if unit.leader_mail else []
        found[unit.pk] = heads[unit.department_id] or own
    return found


def _told(topic: str, now: datetime) -> set[str]:
    """Return the steps that a person has been told of."""
    mails = Mail.objects.filter(key__startswith=topic, written_at__gte=now - REMEMBERED)
    return {name for told in mails.values_list("told", flat=True) for name in told}


def _subject(letter: _Letter, new: Sequence[_DueEnd | _DueQuestion], settings: Settings) -> str:
    ends = [one for one in new if isinstance(one, _DueEnd)]
    if not ends:
        first = min(one.question.answer_by for one in letter.questions)
        return f"Leasinggiver skal have svar senest den {first:%d-%m-%Y}"
    days = min(one.step.days for one in ends)
    count = sum(one.step.days == days for one in ends)
    asks = letter.is_all or settings.heads_decide_ends
    what = "intet er besluttet" if asks else "hvad ønsker du?"
    return f"{count} stk. leaset udstyr udløber inden for {days} dage: {what}"


def _context(
    letter: _Letter, new: Sequence[_DueEnd | _DueQuestion], settings: Settings
) -> dict[str, object]:
    by_days: dict[int, int] = defaultdict(int)
    for one in new:
        if isinstance(one, _DueEnd):
            by_days[one.step.days] += 1
    return {
        "is_all": letter.is_all,
        "decides": letter.is_all or settings.heads_decide_ends,
        "steps": sorted(by_days.items()),
        "sums": _sums(letter.ends),
        "count": len(letter.ends),
        "quarter_ore": sum(one.end.quarter_ore for one in letter.ends),
        "questions": letter.questions,
        "address": board_url(fate=OPEN),
    }


def _sums(ends: Sequence[_DueEnd]) -> list[_Sum]:
    """Count undecided ends by quarter and department."""

    def key(one: _DueEnd) -> tuple[Quarter, str]:
        return Quarter.of(one.end.last_day), one.department

    sums = []
    for (quarter, department), group in groupby(sorted(ends, key=key), key):
        rows = [one.end for one in group]
        last_day = min(end.last_day for end in rows)
        ore = sum(end.quarter_ore for end in rows)
        sums.append(_Sum(quarter.label, department, last_day, len(rows), ore))
    return sums
