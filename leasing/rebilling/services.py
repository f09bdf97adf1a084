"""What is recorded of a closed run: its files, and the voucher it was posted with."""

from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.account_codes import check_voucher_number
from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.people import Actor
from leasing.models import BillingRun, RebillingExport, Voucher
from leasing.rebilling.selectors.run import RecordedCoding, uncoded_in

# As long as the field has room for.
LONGEST_REASON = 200


class PostedMeanwhile(Refused):
    """Refused because a voucher froze another coding while the file was made."""


@transaction.atomic
def record_export(
    *,
    run: BillingRun,
    file_kind: str,
    checksum: str,
    coding: RecordedCoding,
    actor_name: str,
    now: datetime,
) -> RebillingExport:
    """Record that a file of a run was made, with the coding that it carries.

    Raises:
        PostedMeanwhile: when a voucher has frozen another coding while the file was made.
    """
    BillingRun.objects.select_for_update().get(id=run.id)  # a voucher is entered before or after
    voucher = Voucher.objects.select_related("export").filter(run=run).first()
    if voucher and voucher.export.coding != coding:
        raise PostedMeanwhile(f"{run.label} er bogført imens. Hent filen igen.")
    return RebillingExport.objects.create(
        run=run,
        file_kind=file_kind,
        checksum=checksum,
        coding=coding,
        exported_at=now,
        exported_by=actor_name,
    )


def check_voucher(*, run: BillingRun, number: str, posted_on: date) -> RebillingExport:
    """Return the file whose coding a voucher would freeze.

    Raises:
        Refused: when the run is posted already, or no file with all its coding was made of it.
    """
    if voucher := Voucher.objects.filter(run=run).first():
        raise Refused(
            f"{run.label} er allerede bogført med bilagsnr. {voucher.number} "
            f"den {voucher.posted_on:%d-%m-%Y}. Er det forkert, så ret det på kvartalets side."
        )
    export = RebillingExport.objects.filter(run=run).order_by("-id").first()
    reasons = [*_faults_of_voucher(run, number, posted_on), *_faults_of_export(run, export)]
    if export is None or reasons:
        raise Refused(*reasons)
    return export


@transaction.atomic
def record_voucher(
    *,
    run: BillingRun,
    number: str,
    posted_on: date,
    actor_name: str,
    seen_export: int | None = None,
) -> Voucher:
    """Record the voucher a run was posted with; the coding exported last is then frozen.

    `seen_export` is the file whose coding the person saw, if they saw one.

    Raises:
        Refused: when `check_voucher` refuses it, or a file was made since.
    """
    BillingRun.objects.select_for_update().get(id=run.id)  # two people: one after the other
    number = number.strip()
    export = check_voucher(run=run, number=number, posted_on=posted_on)
    if seen_export is not None and seen_export != export.pk:
        raise Refused(
            f"{export.exported_by} har hentet en ny fil, siden du så, hvad der ligger fast. "
            "Se det igen, og gem."
        )
    return Voucher.objects.create(
        run=run,
        export=export,
        number=number,
        posted_on=posted_on,
        entered_by=actor_name,
    )


@transaction.atomic
def correct_voucher(
    *,
    run: BillingRun,
    number: str,
    posted_on: date,
    reason: str,
    seen: tuple[str, date],
    actor: Actor,
) -> Voucher:
    """Correct the number or the posting date of a voucher; what it freezes stays frozen.

    `seen` is what it said when the person corrected it. What it said before stays in history, where
    the audit trail finds it.

    Raises:
        Refused: when nothing differs, no reason is given, or somebody else was first.
    """
    voucher = Voucher.objects.select_for_update().get(run=run)
    if seen != (voucher.number, voucher.posted_on):
        raise Refused(
            f"En anden har imens rettet bilaget til {voucher.number} den "
            f"{voucher.posted_on:%d-%m-%Y}. Se det igen."
        )
    number, reason = number.strip(), reason.strip()
    reasons = _faults_of_voucher(run, number, posted_on)
    if seen == (number, posted_on):
        reasons.append("Der er intet at rette: nummer og dato er de samme som før.")
    if not reason:
        reasons.append("Skriv, hvorfor bilaget rettes. Revisionen kan se det.")
    elif len(reason) > LONGEST_REASON:
        reasons.append(f"Begrundelsen må højst være {LONGEST_REASON} tegn.")
    if reasons:
        raise Refused(*reasons)
    changes = Changes((Voucher,))
    changes.update(voucher, number, number=number, posted_on=posted_on, corrected_because=reason)
    changes.save(actor)
    return voucher


def _faults_of_voucher(run: BillingRun, number: str, posted_on: date) -> list[str]:
    faults = []
    if not number:
        faults.append("Skriv det bilagsnummer, som Opus gav bilaget.")
    else:
        try:
            check_voucher_number(number)
        except ValueError as fault:
            faults.append(f"{fault}. Du har skrevet »{number}«.")
    # A quarter closed late is posted in the next year, when its own is over.
    year = run.last_quarter.year
    earliest = date(year, 1, 1) if run.is_supplementary else run.last_quarter.starts_on
    latest = date(year + 1, 12, 31)
    if not earliest <= posted_on <= latest:
        faults.append(
            f"Bogføringsdatoen for {run.label} skal ligge mellem den {earliest:%d-%m-%Y} "
            f"og den {latest:%d-%m-%Y}."
        )
    return faults


def _faults_of_export(run: BillingRun, export: RebillingExport | None) -> list[str]:
    if export is None:
        return [
            f"Der er ikke hentet en fil for {run.label} endnu. Hent den, og bogfør den i Opus, "
            "før du skriver bilagsnummeret."
        ]
    if uncoded := uncoded_in(export):
        return [
            "Den fil, der blev hentet sidst, mangler kontering. Udfyld den, og hent filen igen:",
            *uncoded,
        ]
    return []
