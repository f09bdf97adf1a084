"""The rules about devices: who has them, and their leases."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from django.db.models import QuerySet

from albertslund_it.common.permissions import SEE_LAST_SEEN, VIEW_ALL_DEPARTMENTS
from albertslund_it.web.database.put_together import put_together_once
from inventory.models import Device, ExpectedReturn
from leasing.data_quality.selectors import sets
from leasing.data_quality.selectors.facts import Facts, LaidLease
from leasing.data_quality.selectors.rule import AmountOf, Of, Rule, ids_by
from leasing.domain.accrual import a_quarter
from leasing.stocktake.selectors.faults import found_otherwise

_unreturned, _unreceived = ids_by(sets.unreturned), ids_by(sets.unreceived)
_long_in_stock, _unpriced = ids_by(sets.long_in_stock), ids_by(sets.unpriced)

# There is no rule for a lease without a sub-agreement: the database refuses one.


class Overdue(Rule):
    """What should have been handed in, and is with the one who was asked."""

    key, of, is_late = "overdue", Of.DEVICES, True

    def found(self, facts: Facts) -> Collection[int]:
        return set(_overdue(facts.on))


@put_together_once
def _overdue(on: date) -> QuerySet[ExpectedReturn, int]:
    late = sets.open_returns(on).filter(due_on__lt=on).order_by()
    return late.values_list("device", flat=True)


class Unreturned(Rule):
    """What a cage should have taken back, and nobody found."""

    key, of, is_late, amount = "unreturned", Of.DEVICES, True, AmountOf.INSTALMENT

    def found(self, facts: Facts) -> Collection[int]:
        return _unreturned(facts.on)

    def prices(self, facts: Facts, devices: Collection[int]) -> Mapping[int, int]:
        return sets.instalments(devices)


class Unreceived(Unreturned):
    """What went with a cage, and the lessor did not have."""

    key = "unreceived"

    def found(self, facts: Facts) -> Collection[int]:
        return _unreceived(facts.on)


class HeldByLeavers(Rule):
    """What is placed with somebody who has left, and is not lost: that nobody can take back."""

    key, is_late = "leavers", True

    def found(self, facts: Facts) -> Collection[int]:
        leavers, lost = facts.leavers, facts.lost
        return [
            one.device
            for one in facts.placed.values()
            if one.employee in leavers and one.device not in lost
        ]


class AnotherUnit(Rule):
    """What one unit pays, while its person is employed at others only.

    Loans are left out, which Fælles IT pays, and people who have left, of whom another rule tells.
    """

    key = "moved"

    def found(self, facts: Facts) -> Collection[int]:
        return [
            one.device
            for one in facts.at_units
            if one.employee
            and facts.works_at.get(one.employee, one.unit) != one.unit
            and (one.employee, one.unit) not in facts.also_at
            and one.employee not in facts.leavers
        ]


class LongInStock(Rule):
    """What has been leased and in stock for long."""

    key = "stock"

    def found(self, facts: Facts) -> Collection[int]:
        return [] if facts.units is not None else _long_in_stock(facts.on)


class Unseen(Rule):
    """What a unit pays for and nobody has switched on for long."""

    key, needs = "unused", SEE_LAST_SEEN

    def found(self, facts: Facts) -> Collection[int]:
        unseen = set(_unseen_since(facts.on - timedelta(days=sets.UNSEEN_DAYS)))
        unseen -= facts.lost
        return [one.device for one in facts.placed.values() if one.unit and one.device in unseen]

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return sets.last_seen(ids)


@put_together_once
def _unseen_since(day: date) -> QuerySet[Device, int]:
    return Device.objects.filter(last_seen__lt=day).order_by().values_list("pk", flat=True)


class NeverSeen(Rule):
    """The leased pc's that a unit has had for long, and that have never been switched on.

    Where nothing has ever been seen, nobody says what is: then it finds nothing.
    """

    key, needs = "never_seen", SEE_LAST_SEEN

    def found(self, facts: Facts) -> Collection[int]:
        unseen = facts.models.keys() & set(_never_seen())
        if len(unseen) == len(facts.models):
            return []
        since = facts.on - timedelta(days=sets.STOCK_DAYS)
        return [
            one.device
            for one in facts.at_units
            if one.device in unseen
            and facts.models[one.device] in facts.pc_models
            and one.starts_on < since
            and one.device in facts.leases
            and one.device not in facts.lost
        ]

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return {pk: facts.placed[pk].starts_on for pk in ids}


@put_together_once
def _never_seen() -> QuerySet[Device, int]:
    return Device.objects.filter(last_seen=None).order_by().values_list("pk", flat=True)


class WithNobody(Rule):
    """The pc's at a unit of which nobody has said who or what they are for."""

    key = "nobody"

    def found(self, facts: Facts) -> Collection[int]:
        models, pcs = facts.models, facts.pc_models
        return [
            one.device
            for one in facts.at_units
            if one.employee is None and not one.used_for and models[one.device] in pcs
        ]


class EndedAndPlaced(Rule):
    """What is still at a unit though its lease is over."""

    key, of, is_late, amount = "ended", Of.DEVICES, True, AmountOf.INSTALMENT

    def found(self, facts: Facts) -> Collection[int]:
        placed = (one.device for one in facts.placed.values() if one.unit)
        return [
            device
            for device in placed
            if (lease := facts.leases.get(device))
            and lease.ends_before <= facts.on
            and device not in facts.gone
        ]

    def prices(self, facts: Facts, devices: Collection[int]) -> Mapping[int, int]:
        return {pk: lease.instalment_ore for pk in devices if (lease := facts.leases.get(pk))}

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return {pk: facts.leases[pk].ends_before for pk in ids}


class Unpriced(Rule):
    """What is leased without a price, and so billed to nobody."""

    key, of = "unpriced", Of.DEVICES

    def found(self, facts: Facts) -> Collection[int]:
        return _unpriced(facts.on)


class OffTheList(Rule):
    """What is leased at another price than the price list had on the lease's first day.

    A term of another length than the list's has no price there, and is let be.
    """

    key, needs, amount = "price", VIEW_ALL_DEPARTMENTS, AmountOf.DIFFERENCE

    def found(self, facts: Facts) -> Collection[int]:
        return [device for device, *_ in self._off(facts, facts.leases)]

    def prices(self, facts: Facts, devices: Collection[int]) -> Mapping[int, int]:
        return {pk: abs(has - listed) for pk, has, listed in self._off(facts, devices)}

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        return {pk: (has, listed) for pk, has, listed in self._off(facts, ids)}

    def _off(self, facts: Facts, devices: Collection[int]) -> Iterator[tuple[int, int, int]]:
        """Yield (device, what it costs a quarter, what the list says)."""
        # Thousands are leased on the same terms, and share them: what those say is worked out once.
        known: dict[tuple[LaidLease, int], tuple[int, int] | None] = {}
        for device in devices:
            alike = facts.leases[device], facts.models[device]
            if alike not in known:
                known[alike] = _has_and_listed(facts, *alike)
            if found := known[alike]:
                yield device, *found


def _has_and_listed(facts: Facts, lease: LaidLease, model: int) -> tuple[int, int] | None:
    """Return what a quarter costs and what the list says, where they differ."""
    first, listed = lease.laid[0], facts.listed_price(model, lease.starts_on)
    if listed and listed[1] == first.quarters and listed[0] != first.price_ore:
        return a_quarter(first.price_ore, first.quarters), a_quarter(*listed)
    return None


class FoundOtherwise(Rule):
    """What nobody answered for in a stocktake, or is otherwise than the register says."""

    key, of = "stocktake", Of.DEVICES

    def found(self, facts: Facts) -> Collection[int]:
        return list(found_otherwise(facts.on))

    def told(self, facts: Facts, ids: Collection[int]) -> Mapping[int, object]:
        said = found_otherwise(facts.on)
        return {pk: said[pk] for pk in ids}


RULES: tuple[Rule, ...] = (
    Overdue(),
    Unreturned(),
    Unreceived(),
    HeldByLeavers(),
    FoundOtherwise(),
    EndedAndPlaced(),
    AnotherUnit(),
    LongInStock(),
    Unseen(),
    NeverSeen(),
    WithNobody(),
    Unpriced(),
    OffTheList(),
)
