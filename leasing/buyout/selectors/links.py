"""The link in the mail to an employee: signed, and of one invitation alone."""

from albertslund_it.web import secret_links

SALT = "leasing.buyout.answer"


def token_of(invitation_id: int) -> str:
    """Return what stands in the link of an invitation."""
    return secret_links.token_of(SALT, invitation_id)


def invitation_in(token: str) -> int | None:
    """Return the id of the invitation that a link was made for; None for what we never signed."""
    found = secret_links.signed_in(SALT, token)
    return found if isinstance(found, int) else None
