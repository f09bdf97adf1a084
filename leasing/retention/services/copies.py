"""People in what is kept beside the register: other sources, files taken in, what may be undone."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from albertslund_it.web.database.rows import among, delete_rows
from inventory.models import ActRows, DirectoryPerson, EmployeeAlias, SeenDevice
from leasing.kept_files.services import forget_unused
from leasing.models import (
    AcceptedFinding,
    ImportBatch,
    Note,
    Order,
    ReceivedFile,
    ReceivedMail,
    Reorganisation,
    ReorganisationStep,
    Settings,
    WaitingRow,
)
from leasing.retention.services.forgetting import (
    GONE,
    Forgotten,
    entries_of,
    entries_of_deleted,
    forget_texts,
    scrub,
)


def forget_aliases(person_ids: Collection[int]) -> Forgotten:
    """Delete what people were called before, in history too."""
    found = EmployeeAlias.objects.filter(employee__in=among(person_ids, int))
    ids = list(found.values_list("pk", flat=True))
    entries = scrub(entries_of(EmployeeAlias, ids), ("value",), called=GONE)
    # Not one by one: each deletion would be history, with what it is to forget.
    found._raw_delete(found.db)
    return Forgotten(len(ids), entries)


def forget_sources(person_ids: Collection[int], moment: datetime) -> int:
    """Forget who was in a directory and who used what: people who go, and old snapshots.

    What a device is and when it was seen goes with the snapshot itself.
    """
    over = Q(employee__in=among(person_ids, int)) | Q(snapshot__made_at__lt=moment)
    gone, _ = DirectoryPerson.objects.filter(over).delete()
    seen = SeenDevice.objects.filter(over).exclude(login="", name="", employee=None)
    # The name that a device has in an MDM is often its user's.
    return gone + seen.update(login="", name="", employee=None)


def forget_files(moment: datetime) -> int:
    """Forget the files that were taken in and their rows that wait; that they were is kept.

    A file that is a voucher too, as the lessor's invoices are, stays.
    """
    old = ImportBatch.objects.filter(made_at__lt=moment)
    rows, _ = WaitingRow.objects.filter(Q(batch__in=old) | Q(settled_by__in=old)).delete()
    named = old.exclude(name=GONE, file=None, headings=[])
    files = list(named.exclude(file=None).values_list("file", flat=True))
    count = named.update(name=GONE, sheet="", file=None, headings=[], values={})
    forget_unused([pk for pk in files if pk is not None])
    return rows + count


def forget_written_notes(person_ids: Collection[int], moment: datetime) -> int:
    """Delete notes with their files: those about people who go, and old ones about anything."""
    over = Q(employee__in=among(person_ids, int)) | Q(written_at__lt=moment)
    found = list(Note.objects.filter(over).values_list("pk", "file"))
    # Not one by one: each deletion would be history.
    delete_rows(Note._meta.db_table, ["id"], [(pk,) for pk, _ in found])
    forget_unused([file for _, file in found if file])
    return len(found)


def forget_acts(now: datetime) -> int:
    """Forget what acts wrote that are too old to be undone, and what would wait again then."""
    days = Settings.objects.values_list("undo_days", flat=True).get(id=1)
    oldest = now - timedelta(days=days)
    count, _ = ActRows.objects.filter(act__at__lt=oldest).delete()
    settled = WaitingRow.objects.filter(settled_by__made_at__lt=oldest)
    return count + settled.delete()[0]


def forget_received(orders: QuerySet[Order], moment: datetime) -> Forgotten:
    """Forget the mails behind orders that are done with, and those that became none: files too.

    What a mail is known by stays, and tells nothing: put back into the mailbox, it makes no order.
    """
    over = Q(order=None) | Q(order__in=orders)
    has_files = Exists(ReceivedFile.objects.filter(mail=OuterRef("pk")))
    says = ~Q(sender="", subject="", why="") | Q(has_files)
    old = ReceivedMail.objects.filter(over, says, fetched_at__lt=moment)
    ids = list(old.values_list("pk", flat=True))
    files = ReceivedFile.objects.filter(mail__in=among(ids, int))
    kept = [pk for pk in files.values_list("file", flat=True) if pk is not None]
    files.delete()
    forget_unused(kept)
    ReceivedMail.objects.filter(pk__in=among(ids, int)).update(sender="", subject="", why="")
    return Forgotten(len(ids), 0)


def forget_moves(person_ids: Collection[int], moment: datetime) -> Forgotten:
    """Forget who went along in changes of the organisation: people who go, and old changes.

    History has them by name, so all that is told there of such a change's people goes.
    """
    ended = Reorganisation.objects.filter(Q(carried_out_at__lt=moment) | Q(cancelled_at__lt=moment))
    noted = forget_texts(ended, ("note",))
    people = ReorganisationStep.people.through.objects.filter(
        Q(employee__in=among(person_ids, int)) | Q(reorganisationstep__reorganisation__in=ended)
    )
    steps = set(people.values_list("reorganisationstep", flat=True))
    steps |= set(
        ReorganisationStep.objects.filter(reorganisation__in=ended).values_list("pk", flat=True)
    )
    entries = scrub(entries_of(ReorganisationStep, steps), ("people",))
    entries += scrub(entries_of_deleted(ReorganisationStep, ("people",), moment), ("people",))
    count, _ = people.delete()
    return Forgotten(count + noted.rows, entries + noted.entries)


def forget_accepted(person_ids: Collection[int], ended_before: date) -> int:
    """Forget what faults of people were accepted, and until when."""
    about = Q(employee__in=among(person_ids, int)) | Q(until__lt=ended_before)
    count, _ = AcceptedFinding.objects.filter(about, employee__isnull=False).delete()
    return count
