"""What one does on the first day that belongs to no other subject: see that a mail arrives."""

from datetime import datetime
from secrets import token_hex

from django.contrib.auth.models import User

from albertslund_it.common.errors import Refused
from albertslund_it.web.people import name_of
from leasing.mail.services import write_mail
from leasing.models import Mail
from leasing.setup.selectors.facts import TRIAL


def send_trial_mail(*, actor: User, now: datetime) -> Mail:
    """Write a mail to oneself.

    Raises:
        Refused: when one has no mail.
    """
    mail = write_mail(
        recipients=[actor.email],
        subject="Prøvemail fra Pc-leasing",
        template="trial",
        context={"name": name_of(actor)},
        now=now,
        # Each press sends one, however soon after the last.
        key=f"{TRIAL}{actor.pk}-{token_hex(8)}",
    )
    if mail is None:
        raise Refused("Du har ingen mail. Skriv den på din egen side under Brugere og adgange.")
    return mail
