from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.disks import written_whole
from leasing.rebilling.exports.files import archive_run
from leasing.rebilling.selectors.run import find_run


class Command(DanishCommand):
    help = "Skriv alt i et låst kvartal til et arkiv (FIL.zip), der kan efterprøves uden systemet"

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="KVARTAL", help="2026Q1, eller 2026S1")
        parser.add_argument("file", metavar="FIL", type=Path, help="en ny fil, ender på .zip")

    def handle(self, *, code, file, **options):
        if file.suffix.lower() != ".zip":
            raise Refused(f"»{file}« skal ende på .zip.")
        run = find_run(code)
        with written_whole(file, is_new=True) as stream:
            archive_run(run=run, stream=stream)
        self.stdout.write(
            f"{run.label} er skrevet til {file}. Pak den ud, og kør: python3 verify.py\n"
            f"Kontrolsum {run.digest}."
        )
