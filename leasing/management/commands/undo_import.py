from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now
from albertslund_it.web.commands import DanishCommand
from leasing.imports.services.undoing import undo_batch


class Command(DanishCommand):
    help = "Fortryd en indlæsning: alt, den ændrede, bliver, som det var"

    def add_arguments(self, parser):
        parser.add_argument("batch", metavar="NUMMER", help="nummeret, indlæsningen fik")

    def handle(self, *, batch, **options):
        if not (batch.isascii() and batch.isdecimal() and len(batch) < 10):
            raise Refused(f"»{batch[:40]}« er ikke et nummer på en indlæsning.")
        undone = undo_batch(number=int(batch), actor=None, now=now(), of_anybody=True)
        self.stdout.write(f"{undone} er fortrudt. Det, den ændrede, er, som det var.")
