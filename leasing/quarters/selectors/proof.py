"""The proof of a closed run: every sum that must be equal, worked out when it is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Sum

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter, span_label
from leasing.billing.selectors.breaches import Breach
from leasing.billing.selectors.facts import one_moment
from leasing.billing.selectors.outstanding import leases_pending, window_up_to
from leasing.billing.selectors.verification import breaches_of
from leasing.billing.selectors.window import quarters_held_against
from leasing.models import BillingRun, InvoiceLine, InvoiceSummary, Kind
from leasing.supplier.selectors.expected import expected_between, expected_of_lessor
from leasing.supplier.selectors.reconciliation import Reconciliation, reconciliation_of
from leasing.supplier.selectors.waiting import Missing, has_invoice, not_invoiced


@dataclass(frozen=True)
class Check:
    """One equality; `is_amount` says that the two are øre and not a count.

    `reserve` is what must be said beside a tick that is true of less than it seems to be.
    """

    text: str
    expected: int
    found: int
    is_amount: bool = True
    note: str = ""
    broken: tuple[Breach, ...] = ()
    reserve: str = ""

    @property
    def holds(self) -> bool:
        return self.expected == self.found

    @property
    def difference(self) -> int:
        return self.found - self.expected


@dataclass(frozen=True)
class Proof:
    """All the equalities of a run, its seal, and what there is nothing to hold against yet.

    `missing` are the run's quarters that the lessor has not invoiced: no equality of theirs could
    fail, so none is counted.
    """

    checks: list[Check]
    seal: list[Check]
    missing: list[Missing]

    @property
    def counted(self) -> int:
        return len(self.checks) + len(self.seal)

    @property
    def held(self) -> int:
        return sum(check.holds for check in [*self.checks, *self.seal])

    @property
    def holds(self) -> bool:
        return self.held == self.counted

    @property
    def reserves(self) -> list[str]:
        """Return what must be said beside the one line, even where everything holds."""
        missing = [
            f"Leasinggivers faktura for {one.quarter.label} mangler: "
            f"{format_kroner(one.expected_ore)} forventet"
            for one in self.missing
        ]
        return missing + [check.reserve for check in self.checks if check.reserve]


def proof_of(run: BillingRun, postings: Iterable, own_share_ore: int) -> Proof:
    """Add up a closed run in every way there is; `postings` and the cost holder's share are its."""
    with one_moment():
        checks = [*_of_sums(run), *_of_postings(run, postings, own_share_ore)]
        missing = []
        if not run.is_supplementary:
            quarters = quarters_held_against(run)
            invoiced = [quarter for quarter in quarters if has_invoice(quarter)]
            checks.append(_of_lessor(quarters))
            if invoiced:
                checks.append(_of_invoiced(invoiced))
            missing = not_invoiced([quarter for quarter in quarters if quarter not in invoiced])
        return Proof(checks, [_of_numbers(run), _of_seal(run)], missing)


def _of_sums(run: BillingRun):
    lines = InvoiceLine.objects.filter(invoice__run=run).aggregate(total=Sum("amount_ore"))
    summaries = InvoiceSummary.objects.filter(invoice__run=run).aggregate(total=Sum("amount_ore"))
    invoices = run.invoices.aggregate(total=Sum("total_ore"))
    yield Check("Linjerne lagt sammen er kørslens sum", run.total_ore, lines["total"] or 0)
    yield Check("Enhederne lagt sammen er kørslens sum", run.total_ore, summaries["total"] or 0)
    yield Check(
        "Kvartalsopgørelserne lagt sammen er kørslens sum", run.total_ore, invoices["total"] or 0
    )


def _of_numbers(run: BillingRun) -> Check:
    lines = InvoiceLine.objects.filter(invoice__run=run).aggregate(
        count=Count("id"), last=Max("number")
    )
    return Check(
        "Alle linjer er der, nummereret uden huller",
        run.line_count,
        lines["count"] if lines["count"] == (lines["last"] or 0) else -1,
        is_amount=False,
    )


def _of_postings(run: BillingRun, postings: Iterable, own_share_ore: int):
    sides = {True: 0, False: 0}
    units = 0
    for posting in postings:
        is_debit = posting.side == "Debet"
        sides[is_debit] += posting.amount_ore
        if posting.items is not None:  # the balancing rows have no items
            units += posting.amount_ore if is_debit else -posting.amount_ore
    yield Check(
        "Enhedernes posteringer og Fælles IT's egen andel er kørslens sum",
        run.total_ore,
        units + own_share_ore,
    )
    yield Check("Debet er lig kredit", sides[True], sides[False])


def _of_seal(run: BillingRun) -> Check:
    broken = breaches_of(run)
    return Check(
        "Antal fejl, når kontrolsummen og kæden til den forrige kørsel regnes efter",
        0,
        len(broken),
        is_amount=False,
        broken=tuple(broken),
    )


def _of_lessor(quarters: Sequence[Quarter]) -> Check:
    """Compare what the leases cost in the quarters with what is billed for them, by any run."""
    codes = [str(quarter) for quarter in quarters]
    billed = (
        InvoiceSummary.objects.filter(period__in=codes)
        .exclude(kind=Kind.CHARGE)
        .aggregate(total=Sum("amount_ore"))["total"]
        or 0
    )
    pending = sum(
        difference.amount_ore
        for _, differences in leases_pending(window_up_to(quarters[-1]))
        for difference in differences
        if difference.period in codes
    )
    return Check(
        f"Leasinggiverens ydelser for {span_label(quarters)} er det opkrævede og det, der venter",
        expected_of_lessor(quarters[0].starts_on, quarters[-1].ends_before),
        billed + pending,
    )


def _of_invoiced(quarters: Sequence[Quarter]) -> Check:
    """Compare what the lessor has invoiced, less each named difference, with what is expected."""
    found = [reconciliation_of(quarter) for quarter in quarters]
    reserve = ""
    if undecided := sum(one.undecided for one in found):
        how_many = "1 afvigelse" if undecided == 1 else f"{undecided} afvigelser"
        reserve = f"{how_many} fra leasinggiver er ikke afgjort"
    explained = sum(
        one.invoiced_ore - one.differences_ore + one.by_earlier_ore - one.of_later_ore
        for one in found
    )
    named = [
        _named(one) if len(found) == 1 else f"{quarter.label}: {_named(one)}"
        for quarter, one in zip(quarters, found, strict=True)
    ]
    return Check(
        "Det fakturerede og de navngivne afvigelser er leasinggiverens ydelser",
        sum(expected_between([(q.starts_on, q.ends_before) for q in quarters])),
        explained,
        note=". ".join(named),
        reserve=reserve,
    )


def _named(found: Reconciliation) -> str:
    """Name every amount between what is invoiced and what is expected."""
    amounts = [(pile.name, pile.amount_ore) for pile in found.piles.values() if pile.amount_ore]
    amounts += [("På tidligere fakturaer", -found.by_earlier_ore)] if found.by_earlier_ore else []
    amounts += [("For senere kvartaler", found.of_later_ore)] if found.of_later_ore else []
    told = [f"{name} {format_kroner(amount, sign=True)}" for name, amount in amounts]
    return "; ".join([f"Faktureret {format_kroner(found.invoiced_ore)}", *told])
