"""The link in the mail to an employee: signed, and of one invitation alone."""

from django.core import signing

SALT = "leasing.buyout.answer"


def token_of(invitation_id: int) -> str:
    """Return what stands in the link of an invitation."""
    return signing.Signer(salt=SALT).sign_object(invitation_id)


def invitation_in(token: str) -> int | None:
    """Return the id of the invitation that a link was made for; None for what we never signed."""
    try:
        found = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return found if isinstance(found, int) else None
