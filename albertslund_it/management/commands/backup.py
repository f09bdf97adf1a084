import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.operation import backups
from albertslund_it.operation.backups import postgresql
from albertslund_it.operation.backups.content import scratch
from albertslund_it.web.commands import DanishCommand
from leasing.management.recording import recorded


class Command(DanishCommand):
    help = "Tag en sikkerhedskopi af databasen. Serveren må gerne køre imens."

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FIL",
            type=Path,
            help="en fil, der ikke findes endnu; »-« skriver kopien til standard output",
        )

    @recorded("backup")
    def handle(self, *, file, **options):
        if backups.is_postgresql() and not postgresql.has_programs():
            call = [*postgresql.DUMP, f"--file={file}", postgresql.address()]
            raise Refused(
                "Der er ikke taget kopi: pg_dump er ikke installeret her. Installér pakken "
                "postgresql-client, eller kør på databasens maskine:",
                shlex.join(call),
            )
        if str(file) == "-":
            self._write_out()
            return
        content = backups.back_up(file)
        kilobytes = file.stat().st_size // 1024
        self.stdout.write(
            f"Sikkerhedskopien {file} er skrevet og kontrolleret "
            f"({kilobytes} kB, {len(content.runs)} låste kørsler)."
        )
        if backups.is_postgresql():
            self.stdout.write("Den er lavet med pg_dump, og pg_restore kan læse den.")

    def _write_out(self):
        """Write the copy to a program that encrypts it; it is checked before any of it is sent."""
        with scratch(Path(tempfile.gettempdir()), ".copy") as unused:
            unused.unlink()
            backups.back_up(unused)
            with unused.open("rb") as stream:
                shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()
