"""What every command of ours shares: Danish refusals on standard error, and progress."""

import re
import sys

from auditlog.context import set_extra_data
from django.core.management.base import BaseCommand, CommandParser, OutputWrapper
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.dispatch import Signal

from albertslund_it.common.errors import Refused
from albertslund_it.web.disks import full_disk, no_room_for
from albertslund_it.web.failure import database_is_gone
from albertslund_it.web.people import person_at_the_terminal

# Sent with `command` when one has ended, by a refusal too: what it changed is committed by then.
changes_made = Signal()


class _DanishParser(CommandParser):
    """Says in Danish what argparse says in English, and ends in 1 like every other refusal."""

    SENTENCES = (
        (r"the following arguments are required: (.*)", r"Her mangler: \1."),
        (r"unrecognized arguments: (.*)", r"Kendes ikke: \1."),
        (r"argument (.*?): expected one argument", r"\1 skal følges af en værdi."),
        (
            r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)",
            r"\1 kan ikke være \2. Vælg \3.",
        ),
        (r"argument (.*?): invalid .*? value: (.*)", r"\1 kan ikke være \2."),
    )

    def error(self, message):
        if not self.called_from_command_line:
            super().error(message)
        for english, danish in self.SENTENCES:
            if match := re.fullmatch(english, message):
                message = match.expand(danish)
                break
        sys.stderr.write(f"{message}\nSe hvordan med: {self.prog} --help\n")
        sys.exit(1)


class DanishCommand(BaseCommand):
    """A command whose refusals are printed as sentences and end in exit status 1."""

    # They look at the code, all pages of it, and take longer than most commands; `check`, `migrate`
    # and the server's start have them.
    requires_system_checks = ()

    def create_parser(self, prog_name, subcommand, **kwargs):
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.__class__ = _DanishParser  # Django names the class of parsers itself
        return parser

    def execute(self, *args, **options):
        try:
            # Nobody is logged in: the history names who sits at the terminal instead.
            with set_extra_data({"actor_email": person_at_the_terminal()}):
                done = super().execute(*args, **options)
            self.follow_up()
            return done
        except Refused as refused:
            stderr = options.get("stderr") or OutputWrapper(sys.stderr)
            for reason in refused.reasons:
                stderr.write(f"{reason}\n")
            self.follow_up()
            sys.exit(1)
        except (DatabaseError, InterfaceError, OSError) as error:
            if database_is_gone(error):
                sys.exit(
                    "Databasen svarer ikke. Det, der ikke var gemt, er ikke sket. "
                    "Prøv igen, når den svarer."
                )
            if what := full_disk(error):
                sys.exit(no_room_for(what))
            if isinstance(error, OSError):
                raise
            if not _tables():
                sys.exit("Databasen er tom. Kør først: python manage.py migrate")
            if isinstance(error, OperationalError | ProgrammingError) and _waiting_migrations():
                sys.exit("Databasen er fra en ældre udgave. Kør først: python manage.py migrate")
            raise

    def follow_up(self):
        """Let what was changed so far have its consequences."""
        changes_made.send(sender=type(self), command=self)

    def show_progress(self, text: str, done: int = 0, total: int = 0):
        """Write over the last line of a terminal; nothing where there is none."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()


def _waiting_migrations() -> bool:
    """Whether the program is newer than the tables."""
    connection.close()  # what failed may have left a transaction that takes no more questions
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _tables() -> list[str]:
    """Return the names of the tables; who has written over SQLite's own is told of it."""
    try:
        return connection.introspection.table_names()
    except DatabaseError as error:
        sys.exit(
            f"Databasens tabeller og spærringer kan ikke læses ({error}). Nogen har ændret dem "
            "uden om systemet. Læg en kopi tilbage med: python manage.py restore FIL"
        )
