"""Take in one file: all of it or none of it."""

from albertslund_it.common.spreadsheets import Table


def import_file(*, kind: str, stream, filename: str, actor, today, dry_run=False, progress=None):
    """Take in a file of one kind; see `import_table`."""
    raise NotImplementedError


def import_table(*, kind: str, table: Table, actor, today, dry_run=False, progress=None):
    """Take in a table of one kind (a key of `leasing.importers.KINDS`) and report what changed.

    A dry run does the same and undoes it. The report has `.counts`, `.differences` and `.warnings`.

    Raises:
        Refused: with every fault of the table; nothing was written.
    """
    raise NotImplementedError
