from albertslund_it.common.errors import Refused
from albertslund_it.common.files import cells
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.clock import now, today
from albertslund_it.web.commands import DanishCommand
from leasing.lease_end.services.decisions import UNDECIDED, decide_lease
from leasing.models import EndChoice

CHOICES = " | ".join([*EndChoice.values, UNDECIDED])
READERS = {"from": cells.day, "quarters": cells.whole_number(1, 4), "price": cells.amount}


class Command(DanishCommand):
    help = (
        "Registrér udløbsvalget for en leasing, også for sent; en forlængelse lægger en løbetid til"
    )

    def add_arguments(self, parser):
        parser.add_argument("serial_number", metavar="SERIENUMMER")
        parser.add_argument("choice", metavar="VALG", help=CHOICES)
        parser.add_argument("--from", metavar="DATO", help="den dag, løbetiden før slutter")
        parser.add_argument("--quarters", metavar="ANTAL", help="1–4")
        parser.add_argument("--reason", metavar="TEKST", default="", help="hvorfor")
        parser.add_argument("--price", metavar="BELØB", help="for hele forlængelsen, fx 1.200,00")

    def handle(self, *, serial_number, choice, reason, **options):
        read = _read({name: options[name] for name in READERS if options[name] is not None})
        decide_lease(
            serial_number=serial_number,
            choice=choice,
            starts_on=read.get("from"),
            quarters=read.get("quarters"),
            price_ore=read.get("price"),
            reason=reason,
            actor=None,
            today=today(),
            now=now(),
        )
        told = EndChoice(choice).label.lower() if choice in EndChoice.values else "taget tilbage"
        if choice == EndChoice.EXTENSION:
            told += f" i {read['quarters']} kvartaler fra den {read['from']:%d-%m-%Y}"
        self.stdout.write(f"{serial_number}: udløbsvalget er {told}.")


def _read(given: dict[str, str]) -> dict:
    """Read what was given on the command line; refuse with everything that is wrong."""
    values, faults = {}, []
    for name, text in given.items():
        try:
            values[name] = READERS[name](text)
        except ValueError as error:
            faults.append(full_stop(f"--{name}: {error}"))
    if faults:
        raise Refused(*faults)
    return values
