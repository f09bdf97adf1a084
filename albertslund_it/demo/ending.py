"""A sub-agreement of one year that ends soon, wherever today is, with something of everything.

The minutes' leases end in 2029. So that the end of a lease can be seen before, forty devices are
leased for four quarters, of which the last is the one after today's. Their price is made up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User

from albertslund_it.common.quarters import Quarter, add_months
from albertslund_it.demo import organisation as org
from albertslund_it.demo.helpdesk import ENDING_SOON, Desk
from albertslund_it.demo.names import NamePool, seeded
from albertslund_it.demo.story import MINUTES, SCREEN
from albertslund_it.demo.world import SERIAL_LETTERS, Fact
from albertslund_it.web.database.bulk import Changes
from inventory.models import Device, DeviceModel, Employee, Placement, Unit
from inventory.organisation.selectors.scope import units_seen_by
from leasing.buyout.selectors.links import token_of
from leasing.buyout.services.invitations import answer_invitation, ask_employees
from leasing.buyout.services.offers import OfferFacts, save_offers
from leasing.lease_end.services.decisions import WantedEnd, decide_ends, decide_lease
from leasing.lease_end.services.departures import leave_register
from leasing.lease_end.services.wishes import wish_for_end
from leasing.lessor_questions.services import QuestionFacts, save_question
from leasing.models import (
    BuyoutInvitation,
    Cage,
    EndChoice,
    FrameworkAgreement,
    Lease,
    LeaseTerm,
    PackedDevice,
    SubAgreement,
)

QUARTERS = 4
MODEL = "T14"
# A whole year's price; the price list of the minutes has none.
PRICES_ORE = {MODEL: 184_000, SCREEN: 48_000}
SOURCE = "Opdigtet: korttidsleasing på ét år"
OFFER_ORE = 95_000
EXTENSION_OFFER_ORE = 21_000  # a quarter
PROJECT = "Projektplads"


class Place(NamedTuple):
    """A unit with its pc's, of which the last so many are people's own, and its screens."""

    unit: str
    pcs: int
    own: int
    screens: int


PLACES = (Place("3013", 14, 4, 6), Place("8512", 8, 7, 4), Place("7012", 6, 6, 2))
SCHOOL, CARE = PLACES[0].unit, PLACES[1].unit
HEADS = {SCHOOL: "leder", CARE: "leder2"}
# What has come of the school's pc's, in the order of their numbers; then of the others.
GONE, MISSING, PACKED, SAID_YES = slice(0, 3), slice(3, 4), slice(4, 10), slice(10, 11)
BOUGHT, WISHED = slice(11, 13), slice(13, 14)
EXTENDED_BEFORE, EXTENDED, WISHES_EXTENSION = slice(0, 1), slice(1, 4), slice(4, 6)
HALF = QUARTERS // 2


def first_day(today: date) -> date:
    """Return the day from which it is leased: two whole quarters before today's."""
    return Quarter.of(today).next(-HALF).starts_on


def ending_facts(today: date, facts: Sequence[Fact]) -> list[Fact]:
    """Return what is written down of it when it comes; nothing before the minutes' own leases."""
    day = first_day(today)
    if day <= MINUTES:
        return []
    taken = {fact.row["Initialer"] for fact in facts if fact.kind == "employees"}
    pool = NamePool(seeded("a year's lease"))
    people = (one for one in iter(pool.take, None) if one[1] not in taken)
    found, rows = [], []
    for place in PLACES:
        owners = [""] * (place.pcs - place.own)
        for name, initials in (next(people) for _ in range(place.own)):
            owners.append(initials)
            mail = f"{initials.lower()}@example.dk"
            person = {"Initialer": initials, "Navn": name, "Mail": mail, "Enhedsnr": place.unit}
            found.append(Fact(day, "employees", {**person, "Fratrådt": ""}))
        kinds = [MODEL] * place.pcs + [SCREEN] * place.screens
        owners += [""] * place.screens
        rows += [(model, place.unit, who) for model, who in zip(kinds, owners, strict=True)]
    return [*found, Fact(day, "ending", {"Dag": day, "Udstyr": rows})]


def enter_ending(rows: Sequence[dict], today: date) -> None:
    """Lease what comes for a year at a price of its own, which no file of deliveries can say."""
    for row in rows:
        _lease(row["Dag"], row["Udstyr"])


def _lease(day: date, items: Sequence[tuple[str, str, str]]) -> None:
    models = {one.name: one for one in DeviceModel.objects.filter(name__in=PRICES_ORE)}
    units = {one.number: one for one in Unit.objects.filter(number__in=[p.unit for p in PLACES])}
    people = {one.initials: one for one in Employee.objects.filter(unit__in=units.values())}
    random = seeded("a year's serial numbers")
    changes = Changes((SubAgreement, Device, Lease, LeaseTerm, Placement))
    sub_agreement = changes.create(
        SubAgreement(framework=FrameworkAgreement.objects.get(), number=ENDING_SOON)
    )
    for at, (model, number, initials) in enumerate(items):
        letters = "".join(random.choices(SERIAL_LETTERS, k=4))
        is_pc = model == MODEL
        device = changes.create(
            Device(
                serial_number=f"{'PK' if is_pc else 'VK'}{at:02}{letters}",
                model=models[model],
                ram_gb=16 if is_pc else None,
                windows_11=True if is_pc else None,
                warranty_until=add_months(day, 3 * QUARTERS),
            )
        )
        lease = changes.create(Lease(device=device, sub_agreement=sub_agreement, starts_on=day))
        # One was leased for half of the time, and is extended since.
        is_short = number == CARE and not initials and is_pc
        quarters = HALF if is_short else QUARTERS
        price_ore = PRICES_ORE[model] * quarters // QUARTERS
        changes.create(
            LeaseTerm(
                lease=lease, position=1, price_ore=price_ore, quarters=quarters, source=SOURCE
            )
        )
        person = people.get(initials)
        used_for = "" if person else PROJECT
        changes.create(
            Placement(
                device=device, starts_on=day, unit=units[number], employee=person, used_for=used_for
            )
        )
    changes.save(None)


@dataclass(frozen=True)
class Ending:
    """The devices of the sub-agreement, each unit's in order, and what is done about their end."""

    desk: Desk
    pcs: dict[str, list[Device]]
    screens: dict[str, list[Device]]

    @property
    def quarter(self) -> Quarter:
        """Return the quarter in which they end."""
        return Quarter.of(self.desk.today).next(QUARTERS - HALF - 1)

    def decide(self, devices: Sequence[Device], days_ago: int, wanted: WantedEnd) -> None:
        """Decide about the end of some, as the helpdesk did so long ago."""
        terms = LeaseTerm.objects.filter(lease__device__in=devices)
        desk = self.desk
        decide_ends(
            term_ids=list(terms.values_list("pk", flat=True)),
            wanted=wanted,
            actor=desk.user,
            today=desk.day(days_ago),
            now=desk.moment(days_ago, 10),
        )

    def wish(self, unit: str, devices: Sequence[Device], choice: str, note: str) -> None:
        """Wish for some, as the unit's head did."""
        head = User.objects.get(username=HEADS[unit])
        wish_for_end(
            lease_ids=[device.lease.pk for device in devices],
            wish=choice,
            note=note,
            units=units_seen_by(head, self.desk.today),
            actor=head,
            today=self.desk.today,
            now=self.desk.moment(16, 11),
        )


def let_it_end(desk: Desk) -> None:
    """Let leaders wish, the helpdesk decide, an employee say yes, and cages come and go."""
    devices = Device.objects.filter(lease__sub_agreement__number=ENDING_SOON)
    pcs: dict[str, list[Device]] = {place.unit: [] for place in PLACES}
    screens: dict[str, list[Device]] = {place.unit: [] for place in PLACES}
    at = Placement.objects.filter(device__in=devices).select_related("device__lease", "unit")
    for placement in at.order_by("device__serial_number"):
        device, unit = placement.device, placement.unit
        if unit:
            (pcs if device.serial_number.startswith("PK") else screens)[unit.number].append(device)
    if not devices:
        return
    ending = Ending(desk, pcs, screens)
    _ask(ending)
    _wish(ending)
    _decide(ending)
    _offer(ending)
    _return(ending)


def _ask(ending: Ending) -> None:
    desk, quarter = ending.desk, ending.quarter
    save_question(
        facts=QuestionFacts(
            sub_agreement=SubAgreement.objects.get(number=ENDING_SOON),
            received_on=desk.day(18),
            answer_by=quarter.starts_on,
            expires_from=quarter.starts_on,
            expires_to=quarter.last_day,
            note="Opdigtet: brev fra leasinggiver",
        ),
        actor=desk.user,
        today=desk.today,
    )


def _wish(ending: Ending) -> None:
    school, care = ending.pcs[SCHOOL], ending.pcs[CARE]
    ending.wish(SCHOOL, [*school[GONE], *school[MISSING], *school[PACKED]], EndChoice.RETURN, "")
    ending.wish(SCHOOL, school[BOUGHT], EndChoice.BUYOUT, "Vil gerne beholde den")
    ending.wish(SCHOOL, school[WISHED], EndChoice.BUYOUT, "")
    ending.wish(CARE, care[EXTENDED], EndChoice.EXTENSION, "Til ombygningen er færdig")
    ending.wish(CARE, care[WISHES_EXTENSION], EndChoice.EXTENSION, "Et halvt år mere")
    ending.wish(CARE, ending.screens[CARE], EndChoice.RETURN, "")


def _decide(ending: Ending) -> None:
    school, care, desk = ending.pcs[SCHOOL], ending.pcs[CARE], ending.desk
    back = [*school[GONE], *school[MISSING], *school[PACKED], *ending.screens[SCHOOL]]
    ending.decide(back, 15, WantedEnd(EndChoice.RETURN, "Projektet er slut"))
    ending.decide(school[BOUGHT], 9, WantedEnd(EndChoice.BUYOUT, "Lederen er med på det"))
    terms = LeaseTerm.objects.filter(lease__device__in=care[EXTENDED])
    price_ore = PRICES_ORE[MODEL] * HALF // QUARTERS
    prices_ore = dict.fromkeys(terms.values_list("pk", flat=True), price_ore)
    ending.decide(
        care[EXTENDED], 8, WantedEnd(EndChoice.EXTENSION, "Ombygningen varer", HALF, prices_ore)
    )
    # That one was extended before it ended, and the extension has begun.
    [early] = care[EXTENDED_BEFORE]
    starts_on = Quarter.of(desk.today).starts_on
    days_ago = (desk.today - starts_on).days + 20
    decide_lease(
        serial_number=early.serial_number,
        choice=EndChoice.EXTENSION,
        starts_on=starts_on,
        quarters=HALF,
        price_ore=price_ore,
        reason="Ombygningen er forsinket",
        actor=desk.user,
        today=desk.day(days_ago),
        now=desk.moment(days_ago, 10),
    )


def _offer(ending: Ending) -> None:
    """Take in the lessor's offer, and let one employee have said yes; IT has not decided yet."""
    desk = ending.desk
    last = ending.quarter.last_day - timedelta(days=40)
    offer = OfferFacts(last, OFFER_ORE, EXTENSION_OFFER_ORE, model=MODEL)
    save_offers(rows=[offer], actor=desk.user, today=desk.today)
    [device] = ending.pcs[SCHOOL][SAID_YES]
    [invitation] = ask_employees(
        lease_ids=[device.lease.pk],
        actor=desk.user,
        today=desk.day(7),
        now=desk.moment(7, 9),
    )
    answer_invitation(
        token=token_of(invitation.pk),
        answer=BuyoutInvitation.Answer.YES,
        actor=None,
        today=desk.day(5),
        now=desk.moment(5, 20),
    )


def _return(ending: Ending) -> None:
    """Let one cage have gone without a pc that should have been in it, and another be packed."""
    desk, school = ending.desk, ending.pcs[SCHOOL]
    # In the quarter of today, so that none that has ended changes.
    gone_on = max(desk.day(6), Quarter.of(desk.today).starts_on)
    place = org.BY_NUMBER[SCHOOL].name
    yes = PackedDevice.Wiped.YES
    changes = Changes((Cage, PackedDevice))
    gone = changes.create(Cage(place=place, collected_on=gone_on, room_for=20, gone_on=gone_on))
    coming = changes.create(
        Cage(place=place, collected_on=desk.today + timedelta(days=9), room_for=20)
    )
    for cage, moment, devices in (
        (gone, desk.moment(7, 14), school[GONE]),
        (coming, desk.moment(1, 13), school[PACKED]),
    ):
        for device in devices:
            row = {"packed_at": moment, "packed_by": desk.user, "wiped": yes}
            changes.create(PackedDevice(cage=cage, device=device, **row))
    for device in school[MISSING]:
        changes.create(PackedDevice(cage=gone, device=device))
    for device in ending.screens[SCHOOL][:HALF]:
        changes.create(PackedDevice(cage=coming, device=device))
    changes.save(desk.user)
    leave_register(
        devices=school[GONE],
        left_on=gone_on,
        how="returned",
        actor=desk.user,
        today=desk.today,
        is_wiped=True,
        is_unmanaged=True,
    )
