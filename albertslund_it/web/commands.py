"""What every command of ours shares: Danish refusals on standard error, and progress."""

import getpass
import sys

from django.core.management.base import BaseCommand, OutputWrapper

from albertslund_it.common.errors import Refused


class DanishCommand(BaseCommand):
    """A command whose refusals are printed as sentences and end in exit status 1."""

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except Refused as refused:
            stderr = options.get("stderr") or OutputWrapper(sys.stderr)
            for reason in refused.reasons:
                stderr.write(f"{reason}\n")
            sys.exit(1)

    def show_progress(self, text: str):
        """Write over the last line of a terminal; nothing where there is none."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()


def person_at_the_terminal() -> str:
    """Name who runs a command, for what is recorded as done by somebody."""
    try:
        return f"{getpass.getuser()} (kommandolinje)"
    except (KeyError, OSError):
        return "kommandolinje"
