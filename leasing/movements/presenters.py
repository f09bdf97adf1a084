"""Where devices are, in Danish, and what else a page or a mail says of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.web.forms.agreement import HALF
from albertslund_it.web.moments import moment_told
from albertslund_it.web.people import name_of
from albertslund_it.web.query import Addresses
from inventory.models import Departure, Employee, ExpectedReturn, Placement
from inventory.placements.selectors import Holder
from leasing.approvals.selectors.one_pc import Holdings
from leasing.billing.presenters.consequences import rows_of_consequence
from leasing.billing.selectors.consequences import Consequence
from leasing.data_quality.presenters.words import RuleWords
from leasing.models import LossReport, OrderLine
from leasing.models.order import Status
from leasing.movements.selectors.lookups import Unknown
from leasing.movements.selectors.plans import Had
from leasing.movements.selectors.replacements import NEW, STOCK, Offers
from leasing.movements.selectors.states import DROP_LATER, KEEP_LATER, DeviceState

IN_STOCK = "it-lager"
TO_TAKE_BACK = "tilbage"  # the queue of what should be back, as addresses name it
SHOWN = 8  # devices shown at once, and numbers that are not known
LATER = [
    (KEEP_LATER, "Behold det: ændringen gælder kun til da"),
    (DROP_LATER, "Slet det: ændringen gælder fremover"),
]


def where(placement: Placement | Holder | None) -> str:
    """Return where a device is: 'it-lager', 'Birkeskolen', 'Birkeskolen (Anna Berg)'."""
    if placement is None or placement.unit is None:
        return IN_STOCK
    name = placement.employee.name if placement.employee else ""
    who = ", ".join(word for word in (name, placement.used_for) if word)
    return f"{placement.unit.name} ({who})" if who else placement.unit.name


def whole_story(state: DeviceState) -> str:
    """Say all that is known of where a device is to be: another text as soon as it is moved."""
    points = [f"{where(point)} fra {point.starts_on:%d-%m-%Y}" for point in state.timeline]
    if state.set_aside:
        points.append(f"sat til side til bestilling {state.set_aside.line.order}")
    return ", ".join(points) or IN_STOCK


@dataclass(frozen=True)
class MovementPreview:
    """What is known so far; `consequence` once it is known who is to have the devices.

    `rows` are (device, where it is, where it is to be); `later` those that are moved again after
    the day, with when and where to; `taken`, told as `rows`, is taken
    back; `findings` those of data quality that it would make.
    """

    states: tuple[DeviceState, ...]
    rows: list[tuple[DeviceState, str, str]]
    replaced: DeviceState | None
    taken: list[tuple[DeviceState, str, str]]
    unknown: tuple[Unknown, ...]
    later: list[tuple[DeviceState, date, str]]
    later_choice: str
    employee: Employee | None
    employee_fault: str
    people: list[Employee]
    had: list[Had]
    holdings: Holdings | None
    is_second: bool
    consequence: Consequence | None
    findings: list[tuple[RuleWords, int]]
    starts_on: date
    hindrances: Sequence[str] = ()  # why what is set aside cannot be handed out so

    later_choices = LATER

    @property
    def shown(self) -> list[tuple[DeviceState, str, str]]:
        return self.rows[:SHOWN]

    @property
    def on_orders(self) -> list[tuple[OrderLine, str]]:
        """Return the open lines that the one device may be handed out on, with where to do it."""
        if not self.holdings or len(self.states) != 1 or self.states[0].set_aside:
            return []
        asked = {"serienumre": self.states[0].device, "fra": f"{self.starts_on:%d-%m-%Y}"}
        if self.replaced:
            asked["erstatter"] = self.replaced.device
        return [
            (line, f"{reverse('hand-out')}?{urlencode({'linje': line.pk, **asked})}")
            for line in self.holdings.lines
            if line.status != Status.AWAITING
        ]

    @property
    def more(self) -> list[tuple[DeviceState, str, str]]:
        return self.rows[SHOWN:]

    @property
    def is_empty(self) -> bool:
        return not (self.states or self.unknown or self.employee or self.employee_fault)

    @property
    def told(self) -> Iterator[tuple[str, str]]:
        """Say all that is shown in rows, for whoever agrees to it."""
        yield from self._told_of_devices()
        if self.holdings:
            yield f"Det, som {self.employee} har i forvejen", f"{self.holdings.count} stk."
        for one in self.had:
            kept = "erstattes" if one.is_replaced else "bliver"
            yield f"{one.device}, som {self.employee} har", kept
        if self.later:
            yield "Valget for det, der er flyttet igen", self.later_choice or "intet"
        for words, count in self.findings:
            yield words.title, str(count)
        if self.consequence:
            yield from rows_of_consequence(self.consequence)

    def _told_of_devices(self) -> Iterator[tuple[str, str]]:
        if not all(then for _, _, then in self.rows):
            yield HALF, "Det ses først, når der er valgt, hvem der skal have det."
        for state, _, then in self.rows:
            yield str(state.device), whole_story(state)
            if then:
                yield f"{state.device} bagefter", then
        if self.replaced:
            yield f"{self.replaced.device}, der erstattes", whole_story(self.replaced)
        for state, _, then in self.taken:
            yield f"{state.device}, der tages tilbage", whole_story(state)
            yield f"{state.device} bagefter", then


def replacement_choices(offers: Offers) -> list[tuple[str, str]]:
    """Return what a person may have instead as a select takes it, the shelf first."""
    shelf = [(f"{STOCK}-{one.pk}", f"Fra lageret: {one.model.name} {one}") for one in offers.shelf]
    return shelf + [
        (f"{NEW}-{one.model_id}", f"Bestil en ny {one.model.name} ({format_kroner(one.price_ore)})")
        for one in offers.prices
    ]


def device_handling(
    state: DeviceState,
    expected: Iterable[ExpectedReturn],
    on: date,
    *,
    may_handle: bool,
    with_people: bool,
) -> dict[str, Any]:
    """Return a device's buttons (label, address), its marks (style, words), and an open loss."""
    return {
        "actions": list(_actions(state, on)) if may_handle else [],
        "marks": list(_marks(state, expected, on, with_people=with_people)),
        "loss": state.loss,
        "handles": may_handle,
    }


class BreachTold(NamedTuple):
    """What is said of a breach of personal data: the notice's style, and the words."""

    style: str
    title: str
    told: str


def breach_told(loss: LossReport | None, now: datetime) -> BreachTold | None:
    """Say what is decided of the breach of a theft, or until when it is to be."""
    if loss is None or loss.kind != LossReport.Kind.STOLEN:
        return None
    due = moment_told(loss.breach_deadline)
    if loss.breach and loss.breach_decided_at:
        who = f" af {name_of(loss.breach_decided_by)}" if loss.breach_decided_by else ""
        why = f" Fordi: {loss.breach_reason}" if loss.breach_reason else ""
        at = moment_told(loss.breach_decided_at)
        return BreachTold("good", f"{loss.get_breach_display()}.", f"Afgjort {at}{who}.{why}")
    asks = "Skal bruddet anmeldes til Datatilsynet?"
    if loss.breach_deadline <= now:
        return BreachTold("bad", "Fristen er overskredet.", f"Den var {due}. {asks}")
    return BreachTold("warn", f"Frist {due}.", asks)


def _actions(state: DeviceState, on: date) -> Iterator[tuple[str, str]]:
    if state.loss and not state.departure:
        return
    yield from acts_on_device(
        state.device.pk,
        state.device.serial_number,
        has_left=state.departure is not None,
        is_in_stock=state.is_in_stock(on),
        line=state.set_aside.line_id if state.set_aside else None,
    )


def acts_on_device(
    pk: int,
    serial_number: str,
    *,
    has_left: bool,
    is_in_stock: bool,
    line: int | None = None,
    at: Addresses | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield (label, address) of what can be done with a device; `line` is what it is set aside for.

    Of a line the form knows who is to have it. A list says `at`, which looks addresses up once.
    """
    at = at or Addresses()

    def to(name: str, **given: object) -> str:
        return f"{at.page(name)}?{urlencode({'serienumre': serial_number, **given})}"

    if has_left:
        yield "Fortryd afgangen", at.of("departure", pk)
        return
    if is_in_stock and line:
        yield "Udlever", to("hand-out", linje=line)
    elif is_in_stock:
        yield "Udlever", to("hand-out")
        yield "Lån ud", to("lend")
    else:
        yield "Flyt", to("transfer")
        yield "Tag tilbage", to("take-back")
    yield "Ombyt", at.of("swap", pk)
    yield "Meld tab", at.of("loss", pk)
    yield "Ud af registeret", at.of("departure", pk)


def departure_in_words(departure: Departure, on: date) -> str:
    """Say since when, or from when, a device is out of the register, and how it left."""
    how, day = departure.get_how_display().lower(), f"{departure.left_on:%d-%m-%Y}"
    if departure.left_on > on:
        return f"Går ud af registeret {day}: {how}"
    return f"Ude af registeret siden {day}: {how}"


def _marks(
    state: DeviceState, expected: Iterable[ExpectedReturn], on: date, *, with_people: bool
) -> Iterator[tuple[str, str]]:
    if state.departure:
        yield "", departure_in_words(state.departure, on)
    if state.loss:
        kind = state.loss.get_kind_display().lower()
        yield "bad", f"Meldt {kind} {state.loss.discovered_on:%d-%m-%Y}"
        if state.loss.kind == LossReport.Kind.STOLEN and not state.loss.police_number:
            yield "warn", "Politiets nummer mangler"
        return
    for one in expected:
        style = "bad" if one.due_on < on else "warn"
        due = f"afleveres senest {one.due_on:%d-%m-%Y}"
        if one.why == ExpectedReturn.Why.LOAN:
            whom = f" til {one.employee.name}" if with_people and one.employee else ""
            yield style, f"Udlånt{whom}, {due}"
        else:
            yield style, f"Skal {due}"
    if state.set_aside:
        yield "", f"Sat til side til bestilling {state.set_aside.line.order.number}"
