import shlex
from pathlib import Path

from albertslund_it.operation import backups
from albertslund_it.web.commands import DanishCommand


class Command(DanishCommand):
    help = "Tag en sikkerhedskopi af databasen. Serveren må gerne køre imens."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FIL", type=Path, help="en fil, der ikke findes endnu")

    def handle(self, *, file, **options):
        if address := backups.postgresql_address():
            call = ["pg_dump", "--format=custom", "--no-owner", f"--file={file}", address]
            self.stdout.write("PostgreSQL har sit eget værktøj. Der er ikke taget kopi; kør:")
            self.stdout.write(shlex.join(call))
            return
        runs = backups.back_up(file)
        kilobytes = file.stat().st_size // 1024
        self.stdout.write(
            f"Sikkerhedskopien {file} er skrevet og kontrolleret "
            f"({kilobytes} kB, {runs} låste kørsler)."
        )
