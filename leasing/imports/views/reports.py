"""What a file would change, and what it did: in the rows that are agreed to, and in a line."""

import hashlib

from leasing.imports.forms import Step
from leasing.imports.importers.reports import ImportReport, counts_of
from leasing.imports.presenters import counts_shown


def digest_of_file(stream) -> str:
    """Return the digest of a file's bytes, and wind it back."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def rows_shown(report: ImportReport, digest: str, step: Step) -> list[tuple[str, str]]:
    """Return what the preview shows, for whoever agrees to it: the file, and what it changes."""
    chosen = [("Filen", digest), ("Kvartalet", str(step.quarter or "")), ("Arket", step.sheet)]
    return [*chosen, *report.told]


def what_was_done(report: ImportReport) -> str:
    """Say in one line what a file did."""
    waiting = len(report.waiting) + len(report.still_waiting)
    left = f" {waiting} række{'' if waiting == 1 else 'r'} venter." if waiting else ""
    if not report.change_count:
        return f"alt stod der i forvejen, så intet er ændret.{left}"
    return f"{counts_shown(counts_of(report))}.{left}"
