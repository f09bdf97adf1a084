from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells
from albertslund_it.web.clock import today
from albertslund_it.web.commands import DanishCommand
from leasing.lease_end.services.departures import return_lease
from leasing.leases.services.corrections import device_with


class Command(DanishCommand):
    help = "Registrér, at udstyr er leveret tilbage: leasingen stopper, og det går ud af registeret"

    def add_arguments(self, parser):
        parser.add_argument("serial_number", metavar="SERIENUMMER")
        parser.add_argument("day", metavar="DATO", help="første dag uden ydelse")

    def handle(self, *, serial_number, day, **options):
        try:
            left_on = cells.day(day)
        except ValueError as error:
            raise Refused(f"{error}.") from error
        departure = return_lease(
            device=device_with(serial_number), left_on=left_on, actor=None, today=today()
        )
        told = "leasingen stopper samme dag" if departure.stopped_lease else "leasingen var slut"
        self.stdout.write(
            f"{departure.device}: leveret tilbage og ude af registeret fra den "
            f"{left_on:%d-%m-%Y}; {told}. Forskelle i låste kvartaler kommer med i den næste "
            "kørsel."
        )
