"""Files in the database: the bytes kept once however often they come, and no longer than used."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from albertslund_it.common.files.kept import CheckedFile
from albertslund_it.web.database.rows import among
from leasing.models import KeptFile


def keep(file: CheckedFile) -> KeptFile:
    """Return the row of a file's bytes, which is made where they are not kept yet.

    To be called with the table locked: two may come with the same bytes at once.
    """
    found = KeptFile.objects.filter(sha256=file.sha256).defer("data").first()
    return found or KeptFile.objects.create(
        sha256=file.sha256,
        content_type=file.content_type,
        size=len(file.data),
        data=file.data,
    )


def forget_unused(ids: Collection[int]) -> None:
    """Delete those of some files that nothing points to any more."""
    unused = KeptFile.objects.filter(id__in=among(ids, int))
    for link in KeptFile._meta.related_objects:
        rows = link.field.model._default_manager.filter(**{link.field.name: OuterRef("pk")})
        unused = unused.filter(~Exists(rows))
    for pk in list(unused.values_list("id", flat=True)):
        KeptFile(pk=pk).delete()  # without reading its bytes first
