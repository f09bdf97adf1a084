import shlex
from pathlib import Path

from albertslund_it.operation import backups
from albertslund_it.web.commands import DanishCommand


class Command(DanishCommand):
    help = "Læg en sikkerhedskopi tilbage i databasens sted, når den er kontrolleret."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FIL", type=Path, help="en fil, som backup har lavet")

    def handle(self, *, file, **options):
        if address := backups.postgresql_address():
            call = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
            self.stdout.write("PostgreSQL har sit eget værktøj. Intet er lagt tilbage; kør:")
            self.stdout.write(shlex.join([*call, f"--dbname={address}", str(file)]))
            self.stdout.write("python manage.py migrate")
            self.stdout.write("python manage.py refresh_costs")
            self.stdout.write("python manage.py verify")
            return
        runs, is_current, before = backups.restore(file)
        self.stdout.write(f"Databasen er nu som i {file} ({runs} låste kørsler).")
        if before:
            self.stdout.write(f"Det, der var før, ligger i {before}.")
        if not is_current:
            self.stdout.write("Kopien er fra en ældre version: kør nu python manage.py migrate.")
