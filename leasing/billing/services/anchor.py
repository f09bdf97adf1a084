"""The digest of a closed run, sent where nobody who can change the database can reach it."""

from datetime import datetime

from leasing.mail.services import write_mail
from leasing.models import BillingRun, Mail, Settings


def mail_digest(*, run: BillingRun, now: datetime) -> Mail | None:
    """Write a run's digest to finance and the auditors; nothing where the setting is off."""
    settings = Settings.objects.get(id=1)
    if not settings.mails_digests:
        return None
    return write_mail(
        recipients=[settings.finance_mail, settings.audit_mail],
        subject=f"Kontrolsum for {run.label[0].lower()}{run.label[1:]}",
        template="digest",
        context={"run": run},
        now=now,
        key=f"digest-{run.code}",
    )
