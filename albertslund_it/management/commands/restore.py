import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.operation import backups
from albertslund_it.operation.backups import postgresql
from albertslund_it.operation.backups.content import scratch
from albertslund_it.web.clock import today
from albertslund_it.web.commands import DanishCommand
from leasing.retention.services.anonymise import anonymise

AFTERWARDS = ("migrate", "refresh_costs", "anonymise", "verify")


class Command(DanishCommand):
    help = "Læg en sikkerhedskopi tilbage i databasens sted, når den er kontrolleret."

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FIL",
            type=Path,
            help="en fil, som backup har lavet; »-« læser den fra standard input",
        )

    def handle(self, *, file, **options):
        if backups.is_postgresql() and not postgresql.has_programs():
            call = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
            raise Refused(
                "Intet er lagt tilbage: pg_restore er ikke installeret her. Installér pakken "
                "postgresql-client, eller kør på databasens maskine:",
                shlex.join([*call, f"--dbname={postgresql.address()}", str(file)]),
                *(f"python manage.py {name}" for name in AFTERWARDS),
            )
        if str(file) == "-":
            with scratch(Path(tempfile.gettempdir()), ".copy") as read:
                with read.open("wb") as stream:
                    shutil.copyfileobj(sys.stdin.buffer, stream)
                restored = backups.restore(read)
            file = "den kopi, der blev læst"
        else:
            restored = backups.restore(file)
        runs = len(restored.content.runs)
        self.stdout.write(f"Databasen er nu som i {file} ({runs} låste kørsler).")
        if restored.before:
            place = "databasen " if backups.is_postgresql() else ""
            self.stdout.write(f"Det, der var før, ligger i {place}{restored.before}.")
        if not restored.is_current:
            self.stdout.write("Kopien er fra en ældre version: kør nu python manage.py migrate.")
            self.stdout.write(
                "Kør derefter python manage.py anonymise: i kopien står navne, som kan være glemt "
                "siden."
            )
        # A copy brings back what was forgotten after it was made.
        elif done := anonymise(today=today()):
            self.stdout.write(
                f"Navne, hvis frist er gået siden, er glemt igen: {len(done.people)} medarbejdere, "
                f"{done.placements} tildelinger og {done.entries} poster i hændelsesloggen."
            )
        self.stdout.write("Kør til sidst: python manage.py verify")
