"""The link in the mail to an employee: signed, and of one device in one stocktake alone."""

from datetime import date

from albertslund_it.web import secret_links
from leasing.models import CountedDevice
from leasing.stocktake.selectors.standing import not_to_be_asked_of, standings_of

SALT = "leasing.stocktake.answer"
MOST_REPLIES = 20  # from then on a link is not used by somebody who has the device


def token_of(row: CountedDevice) -> str:
    """Return what stands in the link that was sent about a device."""
    return secret_links.token_of(SALT, [row.pk, row.link])


def row_in(token: str) -> tuple[int, int] | None:
    """Return the id and the number of a link; None for what we never signed."""
    found = secret_links.signed_in(SALT, token)
    if isinstance(found, list) and len(found) == 2 and all(type(n) is int for n in found):
        return found[0], found[1]
    return None


def row_still_open(token: str, on: date) -> CountedDevice | None:
    """Return the device that a link is about, if it can be answered by it on a day; else None.

    The stocktake runs, no later link was sent, and the person who got it has the device still.
    """
    link = row_in(token)
    if link is None or not 0 < link[0] < 2**63:
        return None
    row = (
        CountedDevice.objects.select_related("device__model", "stocktake", "unit")
        .filter(pk=link[0], link=link[1], stocktake__closed_at=None, stocktake__due_on__gte=on)
        .exclude(not_to_be_asked_of(on))
        .first()
    )
    if row is None or row.link == 0 or row.replies >= MOST_REPLIES:
        return None
    stands = standings_of([row.device_id], on)[row.device_id]

    return row if stands.employee_id and stands.employee_id == row.employee_id else None
