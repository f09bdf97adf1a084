"""Addresses of mail."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST = 254  # of an address, by the mail's own rules


def is_mail(text: str | None) -> bool:
    """Return whether a text is an address that can be written to."""
    try:
        validate_email(text or "")
    except ValidationError:
        return False
    return len(text or "") <= LONGEST
