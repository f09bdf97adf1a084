"""Notes written and taken away; their files are kept in the database, and so in every backup."""

from datetime import datetime

from django.db import transaction
from django.db.models import Model

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import CheckedFile, check_file
from albertslund_it.common.signs import without_unseen
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from leasing.kept_files.services import forget_unused, keep
from leasing.models import KeptFile, Note
from leasing.models.note import LONGEST_NOTE

MOST = 200  # about one thing


@transaction.atomic
def write_note(
    *,
    about: str,
    thing: Model,
    text: str,
    actor: Actor,
    now: datetime,
    file: tuple[str, bytes] | None = None,
) -> Note:
    """Write a note about a thing; `about` is its link, `file` a name and bytes.

    Raises:
        Refused: when it says nothing or too much, or the file is none that is kept.
    """
    text = without_unseen(text).strip()
    if not text and file is None:
        raise Refused("Skriv en note, eller vælg en fil.")
    if len(text) > LONGEST_NOTE:
        raise Refused(f"Noten må højst være {LONGEST_NOTE} tegn. Skriv den kortere.")
    checked = _checked(*file) if file else None
    lock(KeptFile, Note)
    if Note.objects.filter(**{about: thing}).count() >= MOST:
        raise Refused(f"Der er {MOST} noter i forvejen. Slet en, før du skriver flere.")
    changes = Changes((Note,))
    note = changes.create(
        Note(
            **{about: thing},
            text=text,
            file=keep(checked) if checked else None,
            file_name=checked.name if checked else "",
            written_at=now,
            written_by=actor,
        )
    )
    changes.save(actor)
    return note


def _checked(name: str, data: bytes) -> CheckedFile:
    try:
        return check_file(name, data)
    except ValueError as error:
        raise Refused(f"Filen {error}. Vælg en anden fil.") from None


@transaction.atomic
def delete_note(*, about: str, thing: Model, note_id: int, actor: Actor) -> bool:
    """Take a note away with its file; history keeps that it was. False if it is gone already."""
    lock(KeptFile, Note)
    note = Note.objects.filter(**{about: thing}, pk=note_id).first()
    if note is None:
        return False
    changes = Changes((Note,))
    changes.delete(note, str(note), "slettet")
    changes.save(actor)
    if note.file_id:
        forget_unused([note.file_id])
    return True
