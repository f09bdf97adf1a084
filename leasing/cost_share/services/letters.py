"""The quarter's letter as a mail to each department's head, when a run is closed."""

from datetime import date, datetime

from django.db import transaction

from inventory.models import Department, Unit
from leasing.approvals.selectors.approvals import heads_of
from leasing.cost_share.presenters.letter import letter_words
from leasing.cost_share.selectors.letter import letter_of
from leasing.cost_share.selectors.payers import Payer
from leasing.mail.services import write_mail
from leasing.models import BillingRun, Mail, Settings


@transaction.atomic
def write_letters(*, run: BillingRun, today: date, now: datetime) -> list[Mail]:
    """Write every billed department's letter, once a run; none where the setting is off."""
    if not Settings.objects.get().mails_letters:
        return []
    billed = Department.objects.filter(pk__in=run.invoices.values("department"))
    return [mail for one in billed if (mail := _letter(one, run, today, now))]


def _letter(department: Department, run: BillingRun, today: date, now: datetime) -> Mail | None:
    key = f"letter-{run.code}-{department.pk}"
    recipients = [user.email for user in heads_of(department, today) if user.email]
    recipients = recipients or [department.head_mail]
    if Mail.objects.filter(key=key).exists() or not any(recipients):
        return None
    units = frozenset(Unit.objects.filter(department=department).values_list("pk", flat=True))
    payer = Payer(str(department.pk), department.name, units, department)
    letter = letter_of(payer, run.last_quarter, today)
    return write_mail(
        recipients=recipients,
        subject=f"Jeres pc-leasing i {run.label}",
        template="letter",
        context={"letter": letter, "words": letter_words(letter), "run": run},
        now=now,
        key=key,
    )
