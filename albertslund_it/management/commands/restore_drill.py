import sys
from pathlib import Path

from albertslund_it.operation.drill import hold
from albertslund_it.web.commands import DanishCommand
from leasing.management.recording import recorded

STEPS = {"backup": "taget kopi", "restore": "lagt i en tom database", "verify": "efterregnet"}


class Command(DanishCommand):
    help = "Øv en gendannelse: tag kopi, læg den i en tom database, efterregn og sammenlign."

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FIL",
            type=Path,
            nargs="?",
            help="en kopi, som backup har lavet; uden den tages en ny, der slettes igen",
        )

    def handle(self, *, file, **options):
        with recorded("restore_drill") as said:
            drill = hold(file)
            said.words = drill.faults[0] if drill.faults else ""
            self._report(drill, of_a_file=bool(file))

    def _report(self, drill, *, of_a_file):
        content = drill.content
        for step, seconds in drill.seconds.items():
            self.stdout.write(f"{STEPS[step]:<24}{seconds:8.1f} s".replace(".", ","))
        self.stdout.write(
            f"I kopien på {drill.size // 1024} kB er {content.row_count} rækker i "
            f"{len(content.rows)} tabeller, {len(content.runs)} låste kørsler og "
            f"{content.file_bytes // 1024} kB vedlagte filer."
        )
        if drill.faults:
            for fault in drill.faults:
                self.stderr.write(fault)
            self.stderr.write("Gendannelsen virker ikke: det, der blev lagt tilbage, stemmer ikke.")
            sys.exit(1)
        compared = "" if of_a_file else " Alt er, som det var i databasen i det øjeblik."
        self.stdout.write(f"Gendannelsen virker.{compared}")
