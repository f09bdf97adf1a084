"""A kept file handed out: to be saved, and never to be run or shown as a page of ours."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from albertslund_it.common.files.kept import CheckedFile
from leasing.models import KeptFile

DAMAGED = (
    "Filen er ikke den, der blev gemt: kontrolsummen passer ikke. Hent den fra en sikkerhedskopi."
)


def as_download(name: str, kept: KeptFile) -> HttpResponse | None:
    """Return the answer with a file as it came; nothing where its bytes are no longer those."""
    data = bytes(kept.data)
    if CheckedFile(name, kept.content_type, data).sha256 != kept.sha256:
        return None
    return HttpResponse(
        data,
        content_type=kept.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
