"""The notes about a thing, for those who may read them."""

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet

from albertslund_it.common.permissions import HANDLE_ORDERS, RECONCILE, VIEW_SUPPLIERINVOICE
from leasing.models import Note

# Who reads notes about a thing, and who writes them and takes them away, by the link to it.
READS = {"invoice": VIEW_SUPPLIERINVOICE}
WRITES = {"invoice": RECONCILE}


def may_read(user: User, about: str) -> bool:
    """Return whether a user reads notes about things of a kind: leaders never do."""
    return user.has_perm(READS.get(about, HANDLE_ORDERS))


def may_write(user: User, about: str) -> bool:
    """Return whether a user writes notes about things of a kind, and takes them away."""
    return user.has_perm(WRITES.get(about, HANDLE_ORDERS))


def notes_on(about: str, thing: Model) -> QuerySet[Note]:
    """Return the notes about a thing, the latest first, without the bytes of their files."""
    found = Note.objects.filter(**{about: thing}).select_related("written_by", "file")
    return found.defer("file__data").order_by("-pk")
