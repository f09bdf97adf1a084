"""Who is asked for a code besides the password, and what they have to answer with."""

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.safestring import SafeString
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from segno import make

from albertslund_it.common.permissions import MANAGE_USERS


def is_asked_for(user: User) -> bool:
    """Return whether a password alone lets somebody in no further.

    Whoever has set up a code is asked for it; administrators and superusers always, where
    `SECOND_FACTOR` says so.
    """
    return is_set_up(user) or (settings.SECOND_FACTOR and user.has_perm(MANAGE_USERS))


def is_set_up(user: User) -> bool:
    """Return whether somebody has a phone that makes codes."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def phone_of(user: User, *, confirmed: bool) -> TOTPDevice | None:
    """Return the phone that makes somebody's codes, or the one that is about to."""
    return TOTPDevice.objects.filter(user=user, confirmed=confirmed).order_by("-pk").first()


def codes_left(user: User) -> int:
    """Return how many emergency codes are not used yet."""
    return StaticToken.objects.filter(device__user=user).count()


def drawn_for(phone: TOTPDevice) -> SafeString:
    """Return the code that a phone reads the key by, as SVG."""
    code = make(phone.config_url, error="m", micro=False)
    return SafeString(code.svg_inline(omitsize=True, svgclass="qr", lineclass=None))


def key_of(phone: TOTPDevice) -> str:
    """Return the key as one types it into a phone that cannot read the drawing."""
    secret = phone.config_url.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
