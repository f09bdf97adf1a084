"""The five steps of a quarter, from its data to the voucher."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localtime

from albertslund_it.web.query import returning_to
from leasing.models import BillingRun, RebillingExport, Voucher
from leasing.quarters.selectors.progress import SupplierProgress
from leasing.quarters.selectors.readiness import Readiness

DONE, NOW, LATER, BESIDE = "done", "now", "later", "self"


@dataclass(frozen=True)
class QuarterStep:
    """One of a quarter's five steps; `state` is done, now, later or self (beside the others).

    `reconciles` is the quarter that the step is the reconciliation of.
    """

    title: str
    state: str
    note: str
    reconciles: str = ""


@dataclass(frozen=True)
class DoFirst:
    """What is better done before a quarter is closed: where, its button, and why."""

    url: str
    verb: str
    why: str


def do_first(
    readiness: Readiness, supplier: SupplierProgress, *, may_code: bool, may_decide: bool
) -> DoFirst | None:
    """Return what to do before closing; None where closing is the next thing."""
    lacking = [unit for point in readiness.points if point.key == "coding" for unit in point.units]
    if lacking and may_code:
        return DoFirst(
            returning_to(
                reverse("unit-coding", args=[lacking[0].pk]),
                reverse("quarter-detail", args=[str(supplier.quarter)]),
            ),
            f"Skriv kontering for {lacking[0].name}",
            "Uden den kan Opus-filen ikke hentes, når kvartalet er låst.",
        )
    if may_decide and (count := supplier.undecided):
        return DoFirst(
            reverse("reconciliation", args=[str(supplier.quarter)]),
            f"Afgør {count} afvigelse{'r' if count > 1 else ''} …",
            "Leasinggivers faktura passer ikke med det, der bliver opkrævet.",
        )
    return None


def steps_to_close(readiness: Readiness, supplier: SupplierProgress) -> list[QuarterStep]:
    """Return the steps of a quarter that is not closed, but perhaps ready to be."""
    is_ready = not readiness.blocking
    return [
        _data_step(readiness),
        _supplier_step(supplier),
        QuarterStep("Godkend og lås", NOW if is_ready else LATER, "Derefter ligger alt fast"),
        QuarterStep("Hent til Opus", LATER, "Regneark og bilagsfil"),
        QuarterStep("Bogført", LATER, "Skriv bilagsnummeret"),
    ]


def steps_of_run(
    run: BillingRun,
    opus_file: RebillingExport | None,
    voucher: Voucher | None,
    supplier: SupplierProgress,
) -> list[QuarterStep]:
    """Return the steps of a closed run."""
    exported = "Bilagsfilen mangler"
    if opus_file:
        exported = f"Hentet {localtime(opus_file.exported_at):%d-%m-%Y}"
    posted = f"Bilag {voucher.number}" if voucher else "Bilagsnummeret mangler"
    return [
        QuarterStep("Data", DONE, "Gennemgået"),
        _supplier_step(supplier),
        QuarterStep("Godkend og lås", DONE, f"Låst {localtime(run.closed_at):%d-%m-%Y}"),
        QuarterStep("Hent til Opus", DONE if opus_file else NOW, exported),
        QuarterStep("Bogført", DONE if voucher else NOW if opus_file else LATER, posted),
    ]


def _data_step(readiness: Readiness) -> QuarterStep:
    blocking, count = len(readiness.blocking), len(readiness.points)
    if not count:
        return QuarterStep("Data", DONE, "Intet at rette")
    if not blocking:
        return QuarterStep("Data", BESIDE, f"{_points(count)} at se på")
    return QuarterStep("Data", NOW, f"{_points(blocking)} spærrer")


def _points(count: int) -> str:
    return f"{count} punkt{'' if count == 1 else 'er'}"


def _supplier_step(progress: SupplierProgress) -> QuarterStep:
    state, undecided = BESIDE, progress.undecided
    if not progress.is_invoiced:
        note = "Indlæs leasinggivers faktura"
    elif undecided:
        note = f"{undecided} afvigelse{'r' if undecided > 1 else ''} venter"
    elif progress.claimed:
        note = f"{progress.claimed} krav venter på kreditnota"
    else:
        state, note = DONE, "Afstemt"
    return QuarterStep("Leverandørfaktura", state, note, str(progress.quarter))
