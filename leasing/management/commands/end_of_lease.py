from pathlib import Path

from albertslund_it.common.errors import Refused
from albertslund_it.common.quarters import Quarter
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.clock import today
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.disks import written_whole
from leasing.lease_end.exports import write_lessor_list
from leasing.lease_end.selectors.lessor_list import lessor_rows


class Command(DanishCommand):
    help = "Skriv leasinggivers liste over alle leasinger, der udløber i et kvartal (FIL.xlsx)"

    def add_arguments(self, parser):
        parser.add_argument("quarter", metavar="KVARTAL", help="fx 2029Q4")
        parser.add_argument("file", metavar="FIL", type=Path, help="ender på .xlsx")

    def handle(self, *, quarter, file, **options):
        try:
            wanted = Quarter.parse(quarter)
        except ValueError as error:
            raise Refused(full_stop(str(error))) from error
        if file.suffix.lower() != ".xlsx":
            raise Refused(f"»{file}« skal ende på .xlsx.")
        rows = lessor_rows(wanted, None, today())
        with written_whole(file) as stream:
            write_lessor_list(stream, quarter=wanted, rows=rows, on=today())
        self.stdout.write(f"{wanted.label}: {len(rows)} leasinger er skrevet til {file}.")
