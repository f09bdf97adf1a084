from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.disks import written_whole
from albertslund_it.web.people import person_at_the_terminal
from leasing.rebilling.exports.files import OPUS, OPUS_PARTS, WORKBOOK, export_rebilling
from leasing.rebilling.exports.opus import opus_parts_of
from leasing.rebilling.selectors.run import find_run, rebilling_of


class Command(DanishCommand):
    help = "Skriv et låst kvartals regneark (FIL.xlsx) eller Opus-fil (FIL.csv)"

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="KVARTAL", help="2026Q1, eller 2026S1")
        parser.add_argument("file", metavar="FIL", type=Path, help="ender på .xlsx eller .csv")

    def handle(self, *, code, file, **options):
        file_kind = file.suffix.lower().removeprefix(".")
        if file_kind not in {WORKBOOK, OPUS}:
            raise Refused(
                f"»{file}« skal ende på .xlsx (regneark til økonomi) eller .csv (fil til Opus)."
            )
        run = find_run(code)
        for kind, path in self._files(run, file_kind, file):
            with written_whole(path) as stream:
                export = export_rebilling(
                    run=run,
                    file_kind=kind,
                    stream=stream,
                    actor_name=person_at_the_terminal(),
                    today=today(),
                    now=now(),
                )
            self.stdout.write(f"{run.label} er skrevet til {path} (SHA-256 {export.checksum}).")

    def _files(self, run, file_kind, file):
        """Yield (kind, path) of what is to be written: two Opus files where kinds may not mix."""
        kinds = {part: kind for kind, part in OPUS_PARTS.items()}
        for part in opus_parts_of(rebilling_of(run)) if file_kind == OPUS else [""]:
            yield (
                (kinds[part], file.with_stem(f"{file.stem}-{part}")) if part else (file_kind, file)
            )
