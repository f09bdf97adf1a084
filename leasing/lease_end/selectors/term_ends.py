"""What happens to a device when a term of its lease ends: read here, for every page and file."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.rows import among
from albertslund_it.web.people import name_of
from leasing.domain.accrual import Term, a_quarter, terms_in_order
from leasing.domain.lease_end import Fate, fate_of
from leasing.models import EndDecision, Lease, LeaseTerm

ONE_DAY = timedelta(days=1)
LARGEST_ID = 2**63 - 1  # what either database takes for a number


@dataclass(frozen=True, slots=True)
class DecidedEnd:
    """A decision about the end of a term: what, why, when and by whom (a name, or "")."""

    choice: str = ""
    reason: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class TermEnd:
    """The end of one term of a lease, with what is decided about it and what came of it.

    `later` are the terms that follow: the first is the extension that was chosen here. `left_on`
    and `left_how` say since when the device is out of the register, and how.
    """

    term_id: int
    lease_id: int
    device_id: int
    serial_number: str
    model_id: int
    model_name: str
    sub_agreement: str
    position: int
    starts_on: date
    term: Term
    later: tuple[Term, ...]
    stops_on: date | None
    left_on: date | None
    left_how: str
    decided: DecidedEnd

    @property
    def ends_before(self) -> date:
        return self.term.ends_before

    @property
    def last_day(self) -> date:
        return self.term.ends_before - ONE_DAY

    @property
    def quarter_ore(self) -> int:
        """Return what the lease costs a quarter up to here."""
        return a_quarter(self.term.price_ore, self.term.quarters)

    @property
    def is_last(self) -> bool:
        """Return whether the lease itself ends here."""
        return not self.later

    @property
    def extension(self) -> Term | None:
        """Return the term that it was decided to add here."""
        return self.later[0] if self.later else None

    def fate(self, on: date) -> Fate:
        """Return what happens here, as things stand on a day."""
        return fate_of(
            choice=Fate.EXTENDED if self.later else self.decided.choice,
            ends_before=self.ends_before,
            stops_on=self.stops_on,
            left_on=self.left_on,
            on=on,
        )

    def has_taken_effect(self, on: date) -> bool:
        """Return whether what was decided can no longer be changed: extended, or out by then."""
        if self.left_on is not None:
            return True
        return self.extension is not None and self.extension.starts_on <= on


def term_ends(lease_ids: Collection[int]) -> dict[int, list[TermEnd]]:
    """Return the ends of every term of some leases, by lease, the first term's first."""
    decided = _decided(lease_ids)
    terms: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for lease_id, *term in _terms(leases=lease_ids):
        terms[lease_id].append((term[0], term[1], term[2]))
    found = {}
    # Plain rows: as models, thousands of them cost more than all else that a bulk decision does.
    for row in map(_LeaseRow._make, _leases(leases=lease_ids)):
        ids = [pk for pk, _, _ in terms[row.lease_id]]
        laid = terms_in_order(row.starts_on, [(ore, n) for _, ore, n in terms[row.lease_id]])
        found[row.lease_id] = [
            _term_end(row, at, ids[at], laid, decided.get(ids[at], NOTHING_DECIDED))
            for at in range(len(laid))
        ]
    return found


@put_together_once
def _terms(*, leases: Collection[int]) -> QuerySet[LeaseTerm, tuple[int, int, int, int]]:
    rows = LeaseTerm.objects.filter(lease__in=among(leases, int))
    ordered = rows.order_by("lease_id", "position")
    return ordered.values_list("lease", "pk", "price_ore", "quarters")


@put_together_once
def _leases(*, leases: Collection[int]) -> QuerySet[Lease, tuple[Any, ...]]:
    return Lease.objects.filter(pk__in=among(leases, int)).values_list(*LEASE_ROW)


class _LeaseRow(NamedTuple):
    lease_id: int
    device_id: int
    serial_number: str
    model_id: int
    model_name: str
    sub_agreement: str
    starts_on: date
    stops_on: date | None
    left_on: date | None
    left_how: str | None


LEASE_ROW = (
    "pk",
    "device",
    "device__serial_number",
    "device__model",
    "device__model__name",
    "sub_agreement__number",
    "starts_on",
    "stops_on",
    "device__departure__left_on",
    "device__departure__how",
)
NOTHING_DECIDED = DecidedEnd()


def _term_end(
    row: _LeaseRow, at: int, term_id: int, laid: tuple[Term, ...], decided: DecidedEnd
) -> TermEnd:
    return TermEnd(
        term_id=term_id,
        lease_id=row.lease_id,
        device_id=row.device_id,
        serial_number=row.serial_number,
        model_id=row.model_id,
        model_name=row.model_name,
        sub_agreement=row.sub_agreement,
        position=at + 1,
        starts_on=row.starts_on,
        term=laid[at],
        later=laid[at + 1 :],
        stops_on=row.stops_on,
        left_on=row.left_on,
        left_how=row.left_how or "",
        decided=decided,
    )


def _decided(lease_ids: Collection[int]) -> dict[int, DecidedEnd]:
    """Return what is decided of the ends of some leases' terms, by term."""
    return {
        one.term_id: DecidedEnd(one.choice, one.reason, one.decided_at, name_of(one.decided_by))
        for one in _decisions(leases=lease_ids)
    }


@put_together_once
def _decisions(*, leases: Collection[int]) -> QuerySet[EndDecision]:
    rows = EndDecision.objects.filter(term__lease__in=among(leases, int))
    return rows.select_related("decided_by")


def last_ends(lease_ids: Collection[int]) -> dict[int, TermEnd]:
    """Return how some leases end, by lease: the end of each one's last term."""
    return {lease: ends[-1] for lease, ends in term_ends(lease_ids).items() if ends}


def ends_of_terms(term_ids: Collection[int]) -> list[TermEnd]:
    """Return the ends of some terms, of those that there are."""
    terms = LeaseTerm.objects.filter(pk__in=among(term_ids, int))
    leases = set(terms.values_list("lease", flat=True))
    found = {end.term_id: end for ends in term_ends(leases).values() for end in ends}
    return [found[pk] for pk in sorted(set(term_ids)) if pk in found]


def end_of_term(term_id: int) -> TermEnd | None:
    """Return the end of one term; None where there is no such term."""
    if term_id > LARGEST_ID:
        return None
    return next(iter(ends_of_terms([term_id])), None)
