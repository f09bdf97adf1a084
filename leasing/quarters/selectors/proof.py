"""The proof of a closed run: every sum that must be equal, worked out when it is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Max, QuerySet, Sum

from albertslund_it.common.quarters import Quarter
from albertslund_it.web.database.put_together import as_one_group, given, put_together_once
from leasing.billing.selectors.breaches import Breach
from leasing.billing.selectors.costs import pending_sums
from leasing.billing.selectors.outstanding import window_up_to
from leasing.billing.selectors.verification import breaches_of
from leasing.billing.selectors.window import quarters_held_against
from leasing.cost_table.moment import one_moment
from leasing.models import BillingRun, InvoiceLine, InvoiceSummary, Kind
from leasing.rebilling.selectors.postings import DEBIT, Posting
from leasing.supplier.selectors.expected import expected_between
from leasing.supplier.selectors.piles import Reconciliation
from leasing.supplier.selectors.reconciliation import reconciliation_of
from leasing.supplier.selectors.waiting import MissingInvoice, has_invoice, not_invoiced

# What is held against what.
LINES, UNITS, INVOICES, NUMBERS = "lines", "units", "invoices", "numbers"
POSTINGS, SIDES, SEAL, LESSOR, INVOICED = "postings", "sides", "seal", "lessor", "invoiced"


class Reconciled(NamedTuple):
    """A quarter of a run against the lessor's invoices."""

    quarter: Quarter
    found: Reconciliation


@dataclass(frozen=True)
class Check:
    """One equality; `is_amount` says that the two are øre and not a count.

    `broken` is what does not hold of the seal, `quarters` those that it is about,
    and `reconciled` what stands between what the lessor has invoiced and what is expected.
    """

    key: str
    expected: int
    found: int
    is_amount: bool = True
    broken: tuple[Breach, ...] = ()
    quarters: tuple[Quarter, ...] = ()
    reconciled: tuple[Reconciled, ...] = ()

    @property
    def holds(self) -> bool:
        return self.expected == self.found

    @property
    def difference(self) -> int:
        return self.found - self.expected

    @property
    def undecided(self) -> int:
        """Return how many differences with the lessor nobody has decided."""
        return sum(one.found.undecided for one in self.reconciled)


@dataclass(frozen=True)
class Proof:
    """All the equalities of a run, its seal, and what there is nothing to hold against yet.

    `missing` are the run's quarters that the lessor has not invoiced: no equality of theirs could
    fail, so none is counted.
    """

    checks: list[Check]
    seal: list[Check]
    missing: list[MissingInvoice]

    @property
    def counted(self) -> int:
        return len(self.checks) + len(self.seal)

    @property
    def held(self) -> int:
        return sum(check.holds for check in [*self.checks, *self.seal])

    @property
    def holds(self) -> bool:
        return self.held == self.counted


def proof_of(run: BillingRun, postings: Sequence[Posting], own_share_ore: int) -> Proof:
    """Add up a closed run in every way there is; `postings` and the cost holder's share are its."""
    with one_moment():
        total, count, last = next(iter(_lines(run=run.pk)), (0, 0, 0))
        checks = [*_of_sums(run, total), *_of_postings(run, postings, own_share_ore)]
        missing = []
        if not run.is_supplementary:
            quarters = quarters_held_against(run)
            invoiced = [quarter for quarter in quarters if has_invoice(quarter)]
            # In one pass over the leases; together the quarters cost what their whole span does.
            spans = [(quarter.starts_on, quarter.ends_before) for quarter in quarters]
            expected = dict(zip(quarters, expected_between(spans), strict=True))
            checks.append(_of_lessor(quarters, sum(expected.values())))
            if invoiced:
                checks.append(_of_invoiced(invoiced, sum(expected[one] for one in invoiced)))
            missing = not_invoiced([quarter for quarter in quarters if quarter not in invoiced])
        return Proof(checks, [_of_numbers(run, count, last), _of_seal(run)], missing)


@put_together_once
def _lines(*, run: int) -> QuerySet[InvoiceLine, tuple[int, int, int]]:
    """Read the sum of a run's lines in øre, how many they are, and the last one's number."""
    lines = as_one_group(InvoiceLine.objects.filter(invoice__run=given(run)).order_by())
    added = lines.annotate(total=Sum("amount_ore"), count=Count("id"), last=Max("number"))
    return added.values_list("total", "count", "last")


def _of_sums(run: BillingRun, of_lines: int) -> Iterator[Check]:
    summaries = InvoiceSummary.objects.filter(invoice__run=run).aggregate(total=Sum("amount_ore"))
    invoices = run.invoices.aggregate(total=Sum("total_ore"))
    yield Check(LINES, run.total_ore, of_lines)
    yield Check(UNITS, run.total_ore, summaries["total"] or 0)
    yield Check(INVOICES, run.total_ore, invoices["total"] or 0)


def _of_numbers(run: BillingRun, count: int, last: int) -> Check:
    return Check(NUMBERS, run.line_count, count if count == last else -1, is_amount=False)


def _of_postings(
    run: BillingRun, postings: Sequence[Posting], own_share_ore: int
) -> Iterator[Check]:
    debit = sum(one.amount_ore for one in postings if one.side == DEBIT)
    credit = sum(one.amount_ore for one in postings if one.side != DEBIT)
    units = sum(
        one.amount_ore if one.side == DEBIT else -one.amount_ore
        for one in postings
        if one.items is not None  # the balancing rows have no items
    )
    yield Check(POSTINGS, run.total_ore, units + own_share_ore)
    yield Check(SIDES, debit, credit)


def _of_seal(run: BillingRun) -> Check:
    broken = tuple(breaches_of(run))
    return Check(SEAL, 0, len(broken), is_amount=False, broken=broken)


def _of_lessor(quarters: Sequence[Quarter], expected_ore: int) -> Check:
    """Compare what the leases cost in the quarters with what is billed for them, by any run."""
    codes = [str(quarter) for quarter in quarters]
    billed = (
        InvoiceSummary.objects.filter(period__in=codes)
        .exclude(kind=Kind.CHARGE)
        .aggregate(total=Sum("amount_ore"))["total"]
        or 0
    )
    pending = sum(one.amount_ore for one in pending_sums(window_up_to(quarters[-1]), periods=codes))
    return Check(LESSOR, expected_ore, billed + pending, quarters=tuple(quarters))


def _of_invoiced(quarters: Sequence[Quarter], expected_ore: int) -> Check:
    """Compare what the lessor has invoiced, less each named difference, with what is expected."""
    reconciled = tuple(Reconciled(quarter, reconciliation_of(quarter)) for quarter in quarters)
    explained = sum(
        one.invoiced_ore - one.differences_ore + one.by_earlier_ore - one.of_later_ore
        for _, one in reconciled
    )
    return Check(INVOICED, expected_ore, explained, reconciled=reconciled)
