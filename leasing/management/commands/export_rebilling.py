import os
from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.disks import full_disk
from albertslund_it.web.people import person_at_the_terminal
from leasing.exports.opus import parts_of
from leasing.selectors.rebilling import find_run, rebilling_of
from leasing.services.rebilling import OPUS, OPUS_PARTS, WORKBOOK, export_rebilling

WHY = {
    FileNotFoundError: "mappen findes ikke",
    NotADirectoryError: "mappen findes ikke",
    PermissionError: "der er ikke skriveadgang til mappen",
    IsADirectoryError: "der er allerede en mappe med det navn",
}


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
            try:
                export = self._write(run, kind, path)
            except OSError as error:
                why = (
                    "disken er fuld"
                    if full_disk(error)
                    else WHY.get(type(error), "disken svarer ikke")
                )
                raise Refused(full_stop(f"Filen »{path}« kan ikke skrives: {why}")) from error
            self.stdout.write(f"{run.label} er skrevet til {path} (SHA-256 {export.checksum}).")

    def _files(self, run, file_kind, file):
        """Give (kind, path) of what is to be written: two Opus files where kinds may not mix."""
        kinds = {part: kind for kind, part in OPUS_PARTS.items()}
        for part in parts_of(rebilling_of(run)) if file_kind == OPUS else [""]:
            yield (
                (kinds[part], file.with_stem(f"{file.stem}-{part}")) if part else (file_kind, file)
            )

    def _write(self, run, file_kind, file):
        """Write beside the file and rename, so that it is never there half-written."""
        if file.is_dir():
            raise IsADirectoryError
        unfinished = file.with_name(f".{file.name}.{os.getpid()}.del")
        try:
            with unfinished.open("xb") as stream:
                export = export_rebilling(
                    run=run,
                    file_kind=file_kind,
                    stream=stream,
                    actor_name=person_at_the_terminal(),
                    today=today(),
                    now=now(),
                )
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
        return export
