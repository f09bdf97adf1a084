from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells
from albertslund_it.web.commands import DanishCommand
from leasing.lease_end.services.decisions import stop_lease


class Command(DanishCommand):
    help = "Lad en leasing koste intet fra en dag (indfriet, leveret tilbage); SLET fjerner stoppet"

    def add_arguments(self, parser):
        parser.add_argument("serial_number", metavar="SERIENUMMER")
        parser.add_argument("day", metavar="DATO", help="første dag uden ydelse, eller SLET")

    def handle(self, *, serial_number, day, **options):
        try:
            stops_on = None if day.strip().upper() == cells.CLEAR_WORD else cells.day(day)
        except ValueError as error:
            raise Refused(f"{error}, eller SLET for at fjerne stoppet.") from error
        stop_lease(serial_number=serial_number, stops_on=stops_on, actor=None)
        told = f"koster intet fra den {stops_on:%d-%m-%Y}" if stops_on else "er ikke stoppet"
        self.stdout.write(
            f"{serial_number}: leasingen {told}. Forskelle i låste kvartaler kommer med i den "
            "næste kørsel."
        )
