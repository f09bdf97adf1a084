"""The helpdesk's board in Danish: what is urgent, and the cards of the queues."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from albertslund_it.common.money import format_count, format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.moments import moment_told
from leasing.data_quality.presenters.actions import actions_for
from leasing.data_quality.presenters.findings import FindingRow
from leasing.front.selectors.board import SHOWN, Card, OpenObjections, QueueOnBoard
from leasing.models import LossReport, ReceivedMail, Status
from leasing.orders.presenters.queues import TITLES, next_act
from leasing.orders.selectors.queues import Queue
from leasing.people.presenters.onboarding import missing, order_url, when
from leasing.people.selectors.onboarding import Beginning

MOST = 3
OLD, TOO_OLD = 14, 90  # days after which an order is marked
REASONS = {
    "new": "ny medarbejder",
    "first": "har ingen",
    "replacement": "erstatter",
    "exception": "dispensation",
    "shared": "delt",
    "extra": "ekstra",
}
OF_PEOPLE = {"leavers", "coming"}
SHORT = {
    Queue.WAITING: "Afventer",
    Queue.TO_BUY: "Bestil",
    Queue.ON_THE_WAY: "På vej",
    Queue.READY: "Klar",
}
# What is done with a whole queue: icon, words and address name.
BATCHES = {
    Queue.TO_BUY: ("file-earmark-spreadsheet", "Hent liste til ATEA", "purchase"),
    Queue.ON_THE_WAY: ("box-arrow-in-down", "Modtag levering", "delivery"),
}
EMPTY = {
    Queue.WAITING: "Ingen venter på svar.",
    Queue.TO_BUY: "Alt godkendt er bestilt.",
    Queue.ON_THE_WAY: "Intet er på vej.",
    Queue.READY: "Intet venter på udlevering.",
}


@dataclass(frozen=True, slots=True)
class Urgent:
    """Something that cannot wait: what, why, and the one button that does something about it."""

    title: str
    text: str
    label: str
    url: str
    icon: str
    is_late: bool = False
    amount_ore: int = 0


def urgent_things(
    breaches: Iterable[LossReport],
    late: Iterable[FindingRow],
    objections: OpenObjections | None,
    beginners: Iterable[Beginning],
    now: datetime,
    today: date,
) -> list[Urgent]:
    """Return what cannot wait: the theft clock, then what is late by kroner, then the others."""
    overdue = sorted(map(_late, late), key=lambda one: -one.amount_ore)
    waits = [_objection(objections, today)] if objections else []
    coming = [_beginner(one) for one in beginners]
    rest = [*overdue, *waits, *coming]
    # What is late is red and first, of whatever kind it is.
    rest.sort(key=lambda one: not one.is_late)
    return [*(_breach(report, now) for report in breaches), *rest]


def _breach(report: LossReport, now: datetime) -> Urgent:
    seconds = (report.breach_deadline - now).total_seconds()
    hours = int(seconds // 3600)
    left = f"{hours} time{'' if hours == 1 else 'r'}" if hours else "under en time"
    is_over = seconds <= 0
    ran_out = f" Fristen var {moment_told(report.breach_deadline)}." if is_over else ""
    return Urgent(
        "Stjålet pc: fristen er overskredet" if is_over else f"Stjålet pc: {left} tilbage",
        f"{report.device.model.name} {report.device}. Skal bruddet anmeldes til Datatilsynet?"
        f"{ran_out}",
        "Afgør",
        reverse("breach", args=[report.device_id]),
        "shield-exclamation",
        is_late=True,
    )


def _late(row: FindingRow) -> Urgent:
    ore = row.finding.quarter_ore
    note = row.note or "i hele kvartalet"
    cost = f" {format_kroner(ore)} {note}." if ore else ""
    return Urgent(
        f"{row.words.title}: {row.finding.count}",
        f"{row.advice}{cost}",
        "Se dem" if row.finding.count > 1 else "Se den",
        row.url,
        "person-exclamation" if row.finding.rule.key in OF_PEOPLE else "arrow-return-left",
        is_late=True,
        amount_ore=ore,
    )


def _objection(found: OpenObjections, today: date) -> Urgent:
    one, many = found.oldest, found.count > 1
    ago = f"rejst for {found.days} dag{'' if found.days == 1 else 'e'} siden"
    first = f"{one.device.model.name} {one.device} · "
    more = f"Den ældste er {ago}" if many else f"{first}{ago if found.days else 'rejst i dag'}"
    return Urgent(
        f"{found.count} × »Ikke vores«" if many else f"»Ikke vores«: {one.unit.name}",
        f"{more} · {format_kroner(found.quarter_ore)} i {Quarter.of(today).label}",
        "Svar",
        f"{reverse('objection-list')}?stand=aaben" if many else reverse("objection", args=[one.pk]),
        "chat-left-quote",
        is_late=found.days > OLD,
        amount_ore=found.quarter_ore,
    )


def _beginner(one: Beginning) -> Urgent:
    page = reverse("employee-detail", args=[one.employee.pk])
    return Urgent(
        f"{one.employee.name}: {when(one)[0].lower()}{when(one)[1:]}",
        f"{one.employee.unit.name} · {missing(one)}",
        "Se" if one.is_asked else "Bestil",
        page if one.is_asked else order_url(one),
        "person-plus",
    )


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A card: who, how old, what, for whom, its number, and one button."""

    title: str
    url: str
    age: str
    age_style: str
    lines: tuple[str, ...]
    units: str
    number: str
    mark: tuple[str, str] | None
    label: str
    action_url: str


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A queue as a column: its head, its cards, and what is done with all of it.

    `mails` are those of the `count` that have no lines.
    """

    key: str
    title: str
    short: str
    count: int
    mails: int
    oldest: str
    cost: str
    empty: str
    url: str
    cards: list[BoardCard]
    more: int
    batch: tuple[str, str, str] | None
    is_open: bool


def columns_of(
    queues: Iterable[QueueOnBoard], chosen: Queue, mails: int, today: date
) -> list[BoardColumn]:
    """Return the queues as columns; on a phone only the chosen one is seen."""
    columns = []
    for one in queues:
        waiting = [(card.first.order_id, card.days, _card(card, today)) for card in one.cards]
        waiting += [
            (mail.order_id or 0, days, _card_of_mail(mail, days))
            for mail in one.mails
            for days in [_days_since(mail, today)]
        ]
        waiting.sort(key=lambda card: card[0])
        shown = waiting[:SHOWN]
        columns.append(
            BoardColumn(
                key=str(one.queue),
                title=TITLES[one.queue],
                short=SHORT[one.queue],
                count=one.lines + one.mail_count,
                mails=one.mail_count,
                oldest=_oldest([days for _, days, _ in shown]),
                cost=f"{format_kroner(one.quarter_ore)} pr. kvartal" if one.cards else "",
                empty=EMPTY[one.queue],
                url=queue_url(one.queue),
                cards=[card for _, _, card in shown],
                more=one.groups + one.mail_count - len(shown),
                batch=_batch(one, mails),
                is_open=one.queue == chosen,
            )
        )
    return columns


def how_many(open_lines: int, queues: Sequence[QueueOnBoard]) -> str:
    """Say what the columns count, so that it can be added up from them."""
    said = f"{format_count(open_lines)} {'linje' if open_lines == 1 else 'linjer'} er i gang"
    if twice := sum(one.lines for one in queues) - open_lines:
        said += f", {format_count(twice)} af dem i to kolonner: noget er kommet, resten mangler"
    if mails := sum(one.mail_count for one in queues):
        which = "1 mail" if mails == 1 else f"{format_count(mails)} mails"
        said += f" · {which} har ingen linjer endnu"
    return said


def queue_url(queue: Queue) -> str:
    """Return the list that holds exactly the lines of a queue."""
    return f"{reverse('order-list')}?{urlencode({'status': f'koe-{queue}'})}"


def _oldest(waited: Sequence[int]) -> str:
    if not waited:
        return ""
    days = waited[0]
    return f"Ældste {_days(days)}" if days else "Fra i dag"


def _batch(one: QueueOnBoard, mails: int) -> tuple[str, str, str] | None:
    if mails and one.queue is Queue.WAITING:
        told = "Se den nye mail" if mails == 1 else f"Se de {mails} nye mails"
        return "envelope", told, f"{reverse('received-list')}?status=venter"
    if not one.lines:
        return None
    if one.queue is Queue.READY:
        asked = urlencode({"serienumre": ",".join(one.numbers)}, safe=",")
        url = f"{reverse('hand-out')}?{asked}" if one.numbers else queue_url(one.queue)
        return "person-check", "Udlever den" if one.lines == 1 else f"Udlever alle {one.lines}", url
    if one.queue in BATCHES:
        icon, words, name = BATCHES[one.queue]
        return icon, words, reverse(name)
    return None


def _days(days: int) -> str:
    return f"{days} dag{'' if days == 1 else 'e'}"


def _card(card: Card, today: date) -> BoardCard:
    line = card.first
    is_one = card.lines == 1
    label, url = _action(card)
    order = reverse("order-detail", args=[line.order_id])
    bought = line.supplier_order_number if card.queue is Queue.ON_THE_WAY else ""
    return BoardCard(
        title=_whose(card),
        url=order if is_one or not bought else _purchase_url(bought),
        age=_days(card.days) if card.days else "i dag",
        age_style=_age_style(card.days),
        lines=tuple(_told(card)),
        units=f"{card.units} enheder" if card.units > 1 else "",
        number=bought or line.order.number,
        mark=_mark(card, today),
        label=label,
        action_url=url,
    )


def _days_since(mail: ReceivedMail, today: date) -> int:
    return max(0, (today - timezone.localtime(mail.fetched_at).date()).days)


def _age_style(days: int) -> str:
    return "bad" if days > TOO_OLD else "warn" if days > OLD else ""


def _card_of_mail(mail: ReceivedMail, days: int) -> BoardCard:
    """Return the card of a mail of which no line could be read."""
    edit = reverse("order-edit", args=[mail.order_id])
    sender, count = mail.sender.partition("<")[0], len(mail.files.all())
    attached = f", {count} {'fil' if count == 1 else 'filer'} vedhæftet" if count else ""
    return BoardCard(
        title=mail.subject or "Mail uden emne",
        url=edit,
        age=_days(days) if days else "i dag",
        age_style=_age_style(days),
        lines=(
            sender.strip() or mail.sender,
            f"Ingen linjer endnu{attached}",
        ),
        units="",
        number=f"B{mail.order_id}",
        mark=("warn", "Ny mail"),
        label="Gør færdig",
        action_url=edit,
    )


def _whose(card: Card) -> str:
    line = card.first
    if card.lines > 1:
        return f"{card.lines} linjer"
    if line.employee:
        return line.employee.name
    return line.used_for or line.unit.name


def _told(card: Card) -> Iterator[str]:
    line = card.first
    models = ", ".join(
        name if count == 1 else f"{count} {name}" for name, count in card.items.items()
    )
    why = {REASONS[reason] for reason in card.reasons if reason in REASONS}
    yield f"{models}, {why.pop()}" if len(why) == 1 else models
    if card.units > 1:
        return
    if card.lines == 1 and line.employee and line.employee.initials:
        yield f"{line.employee.initials} · {line.unit.name}"
    elif card.lines > 1 or line.employee or line.used_for:
        yield line.unit.name


def _mark(card: Card, today: date) -> tuple[str, str] | None:
    line = card.first
    if card.queue is Queue.WAITING and line.status == Status.DRAFT:
        received = getattr(line.order, "received_mail", None)
        return ("warn", "Ny mail") if received and not received.is_handled else ("", "Kladde")
    if card.queue is Queue.WAITING:
        return ("", "Hos lederen")
    if line.status == Status.PARTLY:
        return ("", "Delvis her")
    if wanted := line.order.wanted_on:
        style = "bad" if wanted < today else "warn" if (wanted - today).days <= OLD else ""
        return (style, f"Ønsket {wanted:%d-%m}")
    return None


def _action(card: Card) -> tuple[str, str]:
    """Return (label, address) of what does it; ('', '') where it is done for the whole queue."""
    line = card.first
    if card.queue is Queue.READY and card.lines > 1:
        return "Se dem", reverse("order-detail", args=[line.order_id])
    if card.queue is Queue.TO_BUY:
        return "", ""
    return next_act(
        line=line.pk,
        order=line.order_id,
        status=line.status,
        is_ready=card.queue is Queue.READY,
        bought_as=line.supplier_order_number or line.order.number,
    )


def _purchase_url(number: str) -> str:
    return f"{reverse('purchase-detail')}?{urlencode({'nummer': number})}"


def greeting(now: datetime) -> str:
    """Greet by the hour."""
    if now.hour < 10:
        return "Godmorgen"
    return "Godaften" if now.hour >= 18 else "Goddag"


def queue_named(text: str) -> Queue:
    """Return the queue that an address names, else what is ready."""
    return Queue(text) if text in set(Queue) else Queue.READY


@dataclass(frozen=True, slots=True)
class WaitingCost:
    """What costs while it waits: what, what to do, how much, and the page that does it."""

    title: str
    help: str
    amount_ore: int
    note: str
    label: str
    url: str


def waiting_costs(rows: Iterable[FindingRow], user: User) -> list[WaitingCost]:
    """Return the faults that cost, with the button of what mends them."""
    return [
        WaitingCost(
            f"{row.words.title}: {row.finding.count}",
            row.advice,
            row.finding.quarter_ore,
            row.note or "i hele kvartalet",
            next((one.label for one in actions_for(row.finding.rule.key, user)), "Se dem"),
            row.url,
        )
        for row in rows
    ]
