"""Devices that may be bought: with offer, who has each, and what the employee has answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from albertslund_it.web.mail_addresses import is_mail
from inventory.models import Employee, Placement
from inventory.placements.selectors import placements_in_force
from leasing.domain.lease_end import last_buyout_day
from leasing.lease_end.selectors.board import wishes_of
from leasing.lease_end.selectors.offers import offers_of
from leasing.lease_end.selectors.term_ends import TermEnd, last_ends
from leasing.models import (
    BuyoutInvitation,
    BuyoutOffer,
    EndChoice,
    EndWish,
    Lease,
    LossReport,
    Settings,
)


class Question(StrEnum):
    """Where the question to the employee stands."""

    NOT_ASKED = "not_asked"
    WAITS = "waits"
    YES = "yes"
    NO = "no"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"  # somebody else has the device now than the one who was asked


class Obstacle(StrEnum):
    """Why an employee cannot be asked about a device."""

    GONE = "gone"
    NOT_ALLOWED = "not_allowed"
    ENDED = "ended"
    STOPPED = "stopped"
    LOST = "lost"
    DECIDED = "decided"  # to be returned
    TOO_LATE = "too_late"
    NO_PERSON = "no_person"
    HAS_LEFT = "has_left"
    NO_MAIL = "no_mail"
    NO_OFFER = "no_offer"
    WAITS = "waits"
    ANSWERED = "answered"


# What also makes a link dead that was sent before.
FOR_GOOD = {
    Obstacle.GONE,
    Obstacle.NOT_ALLOWED,
    Obstacle.ENDED,
    Obstacle.STOPPED,
    Obstacle.LOST,
    Obstacle.DECIDED,
}


@dataclass(frozen=True, slots=True)
class BuyoutRow:
    """A leased device that may be bought; `obstacle` is None where its employee can be asked.

    `invitation` is the one that stands, else the latest that was withdrawn.
    """

    lease_id: int
    device_id: int
    serial_number: str
    model_name: str
    sub_agreement: str
    end: TermEnd
    last_day: date
    last_buyout_day: date
    placement: Placement | None
    wish: EndWish | None
    offer: BuyoutOffer | None
    invitation: BuyoutInvitation | None
    asked: Question
    obstacle: Obstacle | None

    @property
    def employee(self) -> Employee | None:
        """Return who has it."""
        return self.placement.employee if self.placement else None

    @property
    def answer_by(self) -> date | None:
        """Return the last day to answer a question that is asked today."""
        return min(self.offer.valid_until, self.last_buyout_day) if self.offer else None

    @property
    def is_bought(self) -> bool:
        """Return whether it is decided that it is bought."""
        return self.end.decided.choice == EndChoice.BUYOUT


def buyout_rows(lease_ids: Collection[int], on: date) -> list[BuyoutRow]:
    """Return the rows of some leases as of a day, in the order of their ids."""
    ends = last_ends(lease_ids)
    found = {lease.pk: lease for lease in _leases(leases=lease_ids) if lease.pk in ends}
    devices = {lease.device_id: lease.device.model_id for lease in found.values()}
    at = {one.device_id: one for one in _placed(on, devices=devices)}
    offers = offers_of(devices, on)
    invitations = _invitations(found)
    lost = set(_lost(devices=devices))
    settings = Settings.objects.get()
    wishes = wishes_of(found, on)
    rows = []
    for pk in sorted(found):
        lease, end = found[pk], ends[pk]
        placement = at.get(lease.device_id)
        invitation = invitations.get(pk)
        asked = _asked(invitation, placement.employee_id if placement else None, on)
        last = last_buyout_day(lease.starts_on, end.ends_before, settings.buyout_margin_days)
        offer = offers.get(lease.device_id)
        rows.append(
            BuyoutRow(
                lease_id=pk,
                device_id=lease.device_id,
                serial_number=lease.device.serial_number,
                model_name=lease.device.model.name,
                sub_agreement=lease.sub_agreement.number,
                end=end,
                last_day=end.last_day,
                last_buyout_day=last,
                placement=placement,
                wish=wishes.get(pk),
                offer=offer,
                invitation=invitation,
                asked=asked,
                obstacle=_obstacle_of_lease(end, settings, is_lost=lease.device_id in lost, on=on)
                or _obstacle_of_person(placement, asked, last, offer, on),
            )
        )
    return rows


def _invitations(lease_ids: Collection[int]) -> dict[int, BuyoutInvitation]:
    """Return the invitation of each lease that stands, else the latest one withdrawn."""
    found: dict[int, BuyoutInvitation] = {}
    for one in _asked_of(leases=lease_ids):
        before = found.get(one.lease_id)
        if before is None or before.withdrawn_at is not None:
            found[one.lease_id] = one
    return found


@put_together_once
def _leases(*, leases: Collection[int]) -> QuerySet[Lease]:
    some = Lease.objects.filter(pk__in=among(leases, int))
    return some.select_related("device__model", "sub_agreement")


@put_together_once
def _placed(on: date, *, devices: Collection[int]) -> QuerySet[Placement]:
    placed = placements_in_force(on).filter(device__in=among(devices, int)).order_by()
    return placed.select_related("unit__department", "employee")


@put_together_once
def _lost(*, devices: Collection[int]) -> QuerySet[LossReport, int]:
    lost = LossReport.objects.open().filter(device__in=among(devices, int))
    return lost.order_by().values_list("device", flat=True)


@put_together_once
def _asked_of(*, leases: Collection[int]) -> QuerySet[BuyoutInvitation]:
    rows = BuyoutInvitation.objects.filter(lease__in=among(leases, int)).order_by("pk")
    return rows.select_related("employee")


def _asked(invitation: BuyoutInvitation | None, employee_id: int | None, on: date) -> Question:
    if invitation is None:
        return Question.NOT_ASKED
    if invitation.withdrawn_at:
        return Question.WITHDRAWN
    if invitation.employee_id != employee_id:
        return Question.MOVED
    if invitation.answer:
        return Question(invitation.answer)
    return Question.EXPIRED if invitation.valid_until < on else Question.WAITS


def _obstacle_of_lease(
    end: TermEnd, settings: Settings, *, is_lost: bool, on: date
) -> Obstacle | None:
    if end.left_on:
        return Obstacle.GONE
    if not settings.allows_buyout:
        return Obstacle.NOT_ALLOWED
    if end.stops_on:
        return Obstacle.STOPPED
    if end.ends_before <= on:
        return Obstacle.ENDED
    if is_lost:
        return Obstacle.LOST
    return Obstacle.DECIDED if end.decided.choice == EndChoice.RETURN else None


def _obstacle_of_person(
    placement: Placement | None, asked: Question, last: date, offer: BuyoutOffer | None, on: date
) -> Obstacle | None:
    person = placement.employee if placement else None
    if asked == Question.WAITS:
        return Obstacle.WAITS
    if asked in {Question.YES, Question.NO}:
        return Obstacle.ANSWERED
    if last < on:
        return Obstacle.TOO_LATE
    if person is None:
        return Obstacle.NO_PERSON
    if person.left_on and person.left_on <= on:
        return Obstacle.HAS_LEFT
    if not is_mail(person.mail):
        return Obstacle.NO_MAIL
    return None if offer else Obstacle.NO_OFFER
