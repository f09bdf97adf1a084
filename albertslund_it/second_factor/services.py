"""Set up the code that a phone makes, and ask for it: codes of the moment, and ten that work once.

What a code is, and how long one waits after a wrong one, is the library's. That a code lets in
once, also when two send it at the same moment, is held by the lock on the user.
"""

import logging
import secrets
from datetime import datetime

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import MANAGE_USERS
from albertslund_it.second_factor.selectors import is_set_up, phone_of
from inventory.models import Account
from leasing.mail.services import write_mail
from leasing.models import Settings

CODES, DIGITS = 10, 10  # a phone's code has six digits
TOO_MANY = 3  # wrong codes after the right password: somebody may know it
WRONG = "Koden passer ikke, eller den er brugt. Vent på den næste kode, og skriv den."
SET_UP, USED, GUESSED, MADE = "set_up", "used", "guessed", "made"
SUBJECTS = {
    SET_UP: "Totrinskode sat op for {name}",
    USED: "{name} er logget ind med nødadgangen",
    GUESSED: "Forkerte koder efter den rigtige adgangskode til {name}",
    MADE: "Nødadgangen {name} er lavet eller nulstillet",
}
logger = logging.getLogger(__name__)


@transaction.atomic
def is_right(*, user: User, code: str) -> bool:
    """Return whether a code is of the phone or of those that work once; then it works no more."""
    User.objects.select_for_update().get(pk=user.pk)
    typed = "".join(sign for sign in code if sign in "0123456789")
    kind = StaticDevice if len(typed) == DIGITS else TOTPDevice
    device = kind.objects.filter(user=user, confirmed=True).first()
    return bool(device and typed and device.verify_token(typed))


def wrong_codes(user: User) -> int:
    """Return how many wrong codes have been sent since the last right one."""
    phone = phone_of(user, confirmed=True)
    return phone.throttling_failure_count if phone else 0


def begin(*, user: User, code: str = "") -> None:
    """Make the key of a new phone; the old phone works until the new one has answered.

    Raises:
        Refused: when there is a phone already, and the code is not one of its.
    """
    if is_set_up(user) and not is_right(user=user, code=code):
        raise Refused(WRONG)
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        TOTPDevice.objects.create(user=user, name="telefon", confirmed=False)


@transaction.atomic
def confirm(*, user: User, code: str, now: datetime) -> list[str]:
    """Take the new phone into use when it has answered; return the codes that work once.

    Raises:
        Refused: when the code is not the new phone's.
    """
    User.objects.select_for_update().get(pk=user.pk)
    phone = phone_of(user, confirmed=False)
    if phone is None:
        raise Refused("Der er ingen ny telefon i gang. Begynd forfra.")
    phone.throttle_reset(commit=False)  # who is here is logged in, and tries their own
    if not phone.verify_token("".join(code.split())):
        raise Refused("Koden passer ikke. Se efter, at telefonens ur går rigtigt, og prøv igen.")
    TOTPDevice.objects.filter(user=user).exclude(pk=phone.pk).delete()
    phone.confirmed = True
    phone.save()
    note(event=SET_UP, user=user, now=now)
    return _new_codes(user)


def renew_codes(*, user: User, code: str, now: datetime) -> list[str]:
    """Return ten new codes that work once; the old ones work no more.

    Raises:
        Refused: when the code is not the phone's.
    """
    if not is_right(user=user, code=code):
        raise Refused(WRONG)
    with transaction.atomic():
        note(event=SET_UP, user=user, now=now)
        return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="nødkoder")
    codes = [f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" for _ in range(CODES)]
    for one in codes:
        device.token_set.create(token=one)
    return codes


@transaction.atomic
def make_break_glass(*, username: str, mail: str, password: str | None, now: datetime):
    """Make a superuser with a phone, or give one a new phone; return the phone and the codes.

    Raises:
        Refused: when the user is somebody who cannot let others in, or has no password.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        if not password:
            raise Refused(f"Der er ingen bruger »{username}«. Skriv en adgangskode til den.")
        user = User.objects.create_superuser(username, mail, password)
    elif not (user.is_active and user.has_perm(MANAGE_USERS)):
        raise Refused(f"»{username}« er lukket, eller er hverken superbruger eller administrator.")
    elif password:
        user.set_password(password)
        user.save(update_fields=["password"])
    if not user.has_usable_password():
        raise Refused(f"»{username}« har ingen adgangskode. Skriv en ny med --password.")
    if user.is_superuser:
        Account.objects.filter(user=user).delete()  # a superuser has no account of the provider's
    TOTPDevice.objects.filter(user=user).delete()
    phone = TOTPDevice.objects.create(user=user, name="telefon", confirmed=True)
    note(event=MADE, user=user, now=now)
    return phone, _new_codes(user)


@transaction.atomic
def note(*, event: str, user: User, now: datetime, address: str = "") -> None:
    """Tell IT security what was done with a second factor; in the user's history too."""
    name = user.get_username()
    logger.warning("Second factor: %s, user %s", event, user.pk)
    write_mail(
        recipients=Settings.objects.get().security_mail,
        subject=SUBJECTS[event].format(name=name),
        template="second_factor",
        context={"event": event, "account": user, "at": now, "address": address},
        now=now,
        key=f"secondfactor-{event}-{user.pk}-{now:%Y%m%d%H%M%S}",
    )
    actor = None if event in {MADE, GUESSED} else user
    LogEntry.objects.log_create(
        user,
        force_log=True,
        action=LogEntry.Action.ACCESS,
        changes={},
        actor=actor,
        additional_data={"event": event},
    )
