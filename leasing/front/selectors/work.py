"""What waits for whom, as the front page counts it."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from albertslund_it.common.quarters import Quarter
from inventory.models import Device, Unit
from leasing.billing.selectors.outstanding import Outstanding
from leasing.billing.selectors.quarter_costs import cost_of
from leasing.billing.selectors.window import last_closed_quarter
from leasing.confirmation.selectors.items import RoundProgress, quarters_asked, silent_departments
from leasing.cost_table.facts import billing_start
from leasing.data_quality.selectors.sets import without_coding
from leasing.models import BillingRun, Objection, RebillingExport
from leasing.quarters.selectors.fiscal_years import QuartersOfYear, fiscal_years
from leasing.rebilling.selectors.vouchers import unposted_runs
from leasing.supplier.selectors.waiting import (
    MissingInvoice,
    WaitingQuarter,
    missing_invoices,
    waiting_quarters,
)


class UnpostedRun(NamedTuple):
    """A run whose voucher number nobody has entered; `has_file`: its file has been fetched."""

    run: BillingRun
    has_file: bool


@dataclass(frozen=True)
class QuarterWork:
    """What waits of the quarters and the runs: the next to close, vouchers and codings."""

    to_close: Quarter | None
    has_ended: bool
    unposted: list[UnpostedRun]
    uncoded: list[Unit]


def quarter_work(today: date) -> QuarterWork:
    """Gather what waits of the quarters and the runs."""
    start, closed = Quarter.of(billing_start()), last_closed_quarter()
    first = closed.next() if closed else start
    fetched = RebillingExport.objects.filter(run=OuterRef("pk"), file_kind__startswith="csv")
    runs = unposted_runs().annotate(has_file=Exists(fetched))
    return QuarterWork(
        first if first <= Quarter.of(today) else None,
        first.ends_before <= today,
        [UnpostedRun(run, run.has_file) for run in runs],
        list(without_coding(today)),
    )


def years_to_supplement(standing: Outstanding, today: date) -> list[QuartersOfYear]:
    """Return the fiscal years that a supplementary run can be made for."""
    return [year for year in fiscal_years(today, standing) if year.next_supplement]


@dataclass(frozen=True)
class LeaderWork:
    """What finance waits for the leaders to do: their answers, and what they say no to."""

    silent: list[RoundProgress]
    quarters_asked: list[Quarter]
    objections: int
    disputed_ore: int


def leader_work(today: date) -> LeaderWork:
    """Gather what waits of the leaders."""
    silent, count = silent_departments(today), Objection.objects.filter(outcome="").count()
    disputed = Device.objects.filter(objections__outcome="")
    return LeaderWork(
        silent,
        quarters_asked(today) if silent else [],
        count,
        cost_of(disputed, today).quarter_ore if count else 0,
    )


@dataclass(frozen=True)
class LessorWork:
    """What waits of the lessor: missing invoices, and differences that nobody decided."""

    missing: list[MissingInvoice]
    waiting: list[WaitingQuarter]


def lessor_work(today: date) -> LessorWork:
    """Gather what waits of the lessor."""
    return LessorWork(missing_invoices(today), waiting_quarters())
