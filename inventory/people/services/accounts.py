"""Which account a user signs on with."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from inventory.models import Account


def bind_account(*, user: User, issuer: str, subject: str, now: datetime) -> Account:
    """Bind an account to the user who signs on with it for the first time.

    Raises:
        Refused: when the user has another account, or the account another user.
    """
    changes = Changes((Account,))
    account = Account(user=user, issuer=issuer, subject=subject, bound_at=now)
    changes.create(account)
    try:
        with transaction.atomic():
            changes.save(user)
    except IntegrityError as error:
        raise Refused("Kontoen eller brugeren er allerede bundet.") from error
    return account
