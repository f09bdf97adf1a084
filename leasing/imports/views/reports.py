"""What a file would change, and what it did: in the rows that are agreed to, and in a line."""

import hashlib
from typing import Any

from leasing.imports.forms import Step
from leasing.imports.importers.reports import ImportReport, counts_of
from leasing.imports.presenters import counts_shown, rows_that_wait

SHOWN = 200


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


def preview_shown(report: ImportReport, agreed: str) -> dict[str, Any]:
    """Return what a preview shows, in plain values: it may wait for whoever asked to see it.

    `agreed` is what comes back from whoever agrees to it.
    """
    more_of = (report.differences, report.left_out, report.noted, report.waiting)
    return {
        "agreed": agreed,
        "kind": report.kind,
        "does_something": report.does_something,
        "row_count": report.row_count,
        "change_count": report.change_count,
        "settled": report.settled,
        "waits_still": report.waits_still,
        "still_waiting": len(report.still_waiting),
        "source": report.source,
        "sheets": list(report.sheets),
        "warnings": report.warnings,
        "learnt": [
            {"told": str(one), "text": one.text, "kind": one.learnt.kind, "pk": one.learnt.pk}
            for one in report.learnt[:50]
        ],
        "counts": list(counts_of(report).items()),
        "differences": [one._asdict() for one in report.differences[:SHOWN]],
        "left_out": [one._asdict() for one in report.left_out[:SHOWN]],
        "left_out_count": len(report.left_out),
        "noted": [one._asdict() for one in report.noted[:SHOWN]],
        "waiting": [
            row._asdict() for row in rows_that_wait(report.headings, report.waiting[:SHOWN])
        ],
        **dict(
            zip(
                ("more", "more_left_out", "more_noted", "more_waiting"),
                (max(0, len(one) - SHOWN) for one in more_of),
                strict=True,
            )
        ),
    }


def what_was_done(report: ImportReport) -> str:
    """Say in one line what a file did."""
    waiting = len(report.waiting) + len(report.still_waiting)
    left = f" {waiting} række{'' if waiting == 1 else 'r'} venter." if waiting else ""
    if not report.change_count:
        return f"alt stod der i forvejen, så intet er ændret.{left}"
    return f"{counts_shown(counts_of(report))}.{left}"
