"""What is decided about the end of a lease, and a stop before that."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, lock
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Departure, Unit
from inventory.placements.selectors import placements_in_force
from leasing.billing.services.locks import PRICED
from leasing.domain.lease_end import EXTENSION_QUARTERS, last_buyout_day
from leasing.lease_end.selectors.term_ends import TermEnd, ends_of_terms, term_ends
from leasing.leases.services.corrections import faults_of_price, locked_lease, save_lease, terms_of
from leasing.models import EndChoice, EndDecision, Lease, LeaseTerm, Settings

# What the command calls no choice.
UNDECIDED = "undecided"
LONGEST_REASON = 300  # what its column holds


@dataclass(frozen=True, slots=True)
class WantedEnd:
    """What is to be decided: a choice (blank takes one back), and what an extension needs.

    `prices_ore` is of the whole extension, by the id of the term that it follows.
    """

    choice: str
    reason: str = ""
    quarters: int = 0
    prices_ore: Mapping[int, int] = field(default_factory=dict)

    def price_of(self, term_id: int) -> int:
        return self.prices_ore.get(term_id, 0)


@transaction.atomic
def decide_lease(
    *,
    serial_number: str,
    choice: str,
    actor: Actor,
    today: date,
    now: datetime,
    starts_on: date | None = None,
    quarters: int | None = None,
    price_ore: int | None = None,
    reason: str = "",
) -> Changes:
    """Record what is to happen when a lease runs out; an extension adds a term.

    `starts_on`, `quarters` and `price_ore` belong to an extension. The day must be the one on
    which the term before ends: entering an extension twice does not extend twice.

    Raises:
        Refused: with every reason; nothing is written.
    """
    lease = locked_lease(serial_number)
    if choice not in {*EndChoice.values, UNDECIDED}:
        known = ", ".join([*EndChoice.values, UNDECIDED])
        raise Refused(f"»{choice}« er ikke et udløbsvalg. Skriv {known}.")
    ends = term_ends([lease.pk])[lease.pk]
    end = ends[-1]
    reasons = []
    if choice == EndChoice.EXTENSION:
        if starts_on != end.ends_before:
            reasons.append(
                f"Forlængelsen af {lease.device} skal begynde den {end.ends_before:%d-%m-%Y}, "
                "hvor løbetiden før slutter."
            )
    elif (starts_on, quarters, price_ore) != (None, None, None):
        raise Refused("Dato, antal kvartaler og pris hører kun til en forlængelse (extension).")
    elif choice == UNDECIDED and not end.decided.choice and len(ends) > 1:
        end = ends[-2]  # the extension is taken back
    wanted = WantedEnd(
        "" if choice == UNDECIDED else choice, reason, quarters or 0, {end.term_id: price_ore or 0}
    )
    reasons += faults_of(end, wanted, today, Settings.objects.get())
    if reasons:
        raise Refused(*reasons)
    return _save([end], wanted, actor, now)


@transaction.atomic
def decide_ends(
    *,
    term_ids: Collection[int],
    wanted: WantedEnd,
    actor: Actor,
    today: date,
    now: datetime,
    units: QuerySet[Unit] | None = None,
    agree: Check = nothing_to_see,
) -> Changes:
    """Decide about the ends of some terms, also anew; a changed extension goes with its term.

    Whoever may decide for some `units` alone, decides about what stands there.

    Raises:
        Refused: with every reason, each by its serial number; nothing is written.
    """
    lock(*PRICED, EndDecision)
    if not term_ids:
        raise Refused("Sæt kryds ved det udstyr, der skal besluttes noget om.")
    chosen = ends_of_terms(term_ids)
    if len(chosen) < len(set(term_ids)) or _elsewhere(chosen, units, today):
        raise not_on_the_list()
    agree()
    faults = faults_by_term(chosen, wanted, today)
    if reasons := [fault for end in chosen for fault in faults.get(end.term_id, ())]:
        raise Refused(*reasons)
    return _save(chosen, wanted, actor, now)


def not_on_the_list() -> Refused:
    """Return the refusal of what is named and not there, or not the person's."""
    return Refused("Noget af udstyret er ikke på listen mere. Hent siden igen, og vælg på ny.")


def _elsewhere(chosen: Sequence[TermEnd], units: QuerySet[Unit] | None, today: date) -> bool:
    """Return whether some of the devices do not stand at the units."""
    if units is None:
        return False
    ids = {end.device_id for end in chosen}
    placed = placements_in_force(today).filter(unit__in=units, device__in=among(ids, int))
    return len(ids) > len(set(placed.values_list("device", flat=True)))


def is_decided(end: TermEnd, wanted: WantedEnd) -> bool:
    """Return whether just that is decided already, so that nothing changes; a new reason does."""
    reason = " ".join(wanted.reason.split())
    return _is_same_choice(end, wanted) and reason in ("", end.decided.reason)


def _is_same_choice(end: TermEnd, wanted: WantedEnd) -> bool:
    if wanted.choice != (EndChoice.EXTENSION if end.extension else end.decided.choice):
        return False
    if end.extension is None:
        return True
    asked = (wanted.quarters, wanted.price_of(end.term_id))
    return asked == (end.extension.quarters, end.extension.price_ore)


def faults_by_term(ends: Sequence[TermEnd], wanted: WantedEnd, today: date) -> dict[int, list[str]]:
    """Return why a decision cannot stand at some of the ends, by term."""
    settings = Settings.objects.get()
    of_lease = Counter(end.lease_id for end in ends)
    found = {}
    for end in ends:
        faults = faults_of(end, wanted, today, settings)
        if of_lease[end.lease_id] > 1:
            faults = [f"{end.serial_number} er valgt ved flere udløb på én gang. Vælg ét af dem."]
        if faults:
            found[end.term_id] = faults
    return found


def faults_of(end: TermEnd, wanted: WantedEnd, today: date, settings: Settings) -> list[str]:
    """Return why a decision about the end of a term cannot stand."""
    if is_decided(end, wanted):
        return []
    name = end.serial_number
    if end.left_on:
        return [f"{name} er ude af registeret fra den {end.left_on:%d-%m-%Y}."]
    if end.extension and end.has_taken_effect(today):
        return [
            f"Forlængelsen af {name} begyndte den {end.extension.starts_on:%d-%m-%Y}, så valget "
            "har virket og kan ikke ændres. Vælg, hvad der skal ske, når forlængelsen udløber."
        ]
    if len(wanted.reason) > LONGEST_REASON:
        return [f"Begrundelsen må højst være {LONGEST_REASON} tegn."]
    if wanted.choice == EndChoice.EXTENSION:
        return _faults_of_extension(end, wanted)
    if wanted.choice == EndChoice.BUYOUT:
        return _faults_of_buyout(end, today, settings)
    return []


def _faults_of_extension(end: TermEnd, wanted: WantedEnd) -> list[str]:
    faults = []
    if wanted.quarters not in EXTENSION_QUARTERS:
        faults.append("En forlængelse er på 1–4 kvartaler.")
    faults += faults_of_price(wanted.price_of(end.term_id))
    if end.stops_on:
        faults.append(
            f"Leasingen af {end.serial_number} er stoppet fra den {end.stops_on:%d-%m-%Y}. "
            "Fjern stoppet, før den forlænges."
        )
    return faults


def _faults_of_buyout(end: TermEnd, today: date, settings: Settings) -> list[str]:
    if not settings.allows_buyout:
        return [f"{end.serial_number} kan ikke frikøbes: kommunen har ikke slået frikøb til."]
    last = last_buyout_day(end.starts_on, end.ends_before, settings.buyout_margin_days)
    if today > last:
        return [f"Frikøb af {end.serial_number} skulle være valgt senest den {last:%d-%m-%Y}."]
    return []


def _save(ends: Sequence[TermEnd], wanted: WantedEnd, actor: Actor, now: datetime) -> Changes:
    """Write one decision about each end, and the terms that come of it."""
    changes = Changes((Lease, LeaseTerm, EndDecision))
    ends = [end for end in ends if not is_decided(end, wanted)]
    decided = EndDecision.objects.filter(term__in=among([end.term_id for end in ends], int))
    by_term = {one.term_id: one for one in decided}
    others = [end for end in ends if not _is_same_choice(end, wanted)]
    _drop_later(others, changes)
    said = {
        "choice": wanted.choice,
        "reason": " ".join(wanted.reason.split()),
        "decided_at": now,
        "decided_by": actor,
    }
    new = {end.term_id for end in others}
    for end in ends:
        if wanted.choice == EndChoice.EXTENSION and end.term_id in new:
            term = LeaseTerm(
                lease_id=end.lease_id,
                position=end.position + 1,
                price_ore=wanted.price_of(end.term_id),
                quarters=wanted.quarters,
            )
            changes.create(term)
        if before := by_term.get(end.term_id):
            changes.update(before, end.serial_number, **said)
        elif wanted.choice:
            changes.create(EndDecision(term_id=end.term_id, **said))
    changes.save(actor)
    return changes


def _drop_later(ends: Sequence[TermEnd], changes: Changes) -> None:
    """Delete the extensions that some ends had, and what was decided about theirs."""
    extended = {end.lease_id: end for end in ends if end.later}
    if not extended:
        return
    terms = LeaseTerm.objects.filter(lease__in=among(list(extended), int))
    for one in EndDecision.objects.filter(term__in=terms).select_related("term"):
        end = extended[one.term.lease_id]
        if one.term.position > end.position:
            changes.delete(one, end.serial_number, "Udløbsvalget efter forlængelsen udgår")
    for term in terms:
        end = extended[term.lease_id]
        if term.position > end.position:
            changes.delete(term, end.serial_number, "Forlængelsen udgår")


@transaction.atomic
def stop_lease(*, serial_number: str, stops_on: date | None, actor: Actor) -> Changes:
    """Let a lease cost nothing from a day on; None takes the stop away again.

    Raises:
        Refused: when the day is before the lease, or after it has run out.
    """
    lease = locked_lease(serial_number)
    departure = Departure.objects.filter(device=lease.device_id, stopped_lease=True).first()
    if departure and (stops_on is None or stops_on > departure.left_on):
        raise Refused(
            f"{lease.device} er ude af registeret fra den {departure.left_on:%d-%m-%Y}, så "
            "leasingen kan ikke løbe længere. Fortryd afgangen på udstyrets side først."
        )
    if stops_on is not None:
        ends_before = terms_of(lease)[-1].ends_before
        if stops_on < lease.starts_on:
            raise Refused(
                f"Leasingen af {lease.device} begynder den {lease.starts_on:%d-%m-%Y} og kan "
                "tidligst stoppe den dag. Så koster den intet."
            )
        if stops_on > ends_before:
            raise Refused(
                f"Leasingen af {lease.device} udløber af sig selv den {ends_before:%d-%m-%Y}."
            )
    return save_lease(lease, actor, stops_on=stops_on)
