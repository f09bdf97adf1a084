import getpass
import io
import sys

import segno
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from albertslund_it.common.errors import Refused
from albertslund_it.second_factor.selectors import key_of
from albertslund_it.second_factor.services import make_break_glass
from albertslund_it.web.clock import now
from albertslund_it.web.commands import DanishCommand


class Command(DanishCommand):
    help = (
        "Lav nødadgangen: en superbruger med adgangskode og totrinskode, som virker, når kommunens "
        "login ikke gør. Findes brugeren, får den en ny totrinskode og nye nødkoder"
    )

    def add_arguments(self, parser):
        parser.add_argument("username", metavar="BRUGERNAVN")
        parser.add_argument("--mail", default="", metavar="MAIL", help="brugerens mail, hvis ny")
        parser.add_argument(
            "--password",
            action="store_true",
            help="spørg efter en ny adgangskode, også til en bruger, der findes",
        )

    def handle(self, *, username, mail, password, **options):
        is_new = not User.objects.filter(username=username).exists()
        chosen = _asked_for(username) if is_new or password else None
        phone, codes = make_break_glass(username=username, mail=mail, password=chosen, now=now())
        drawing = io.StringIO()
        segno.make(phone.config_url, error="l", micro=False).terminal(drawing, compact=True)
        self.stdout.write(drawing.getvalue())
        self.stdout.write(f"\nLad telefonen læse QR-koden, eller skriv nøglen: {key_of(phone)}")
        self.stdout.write("\nNødkoder, som hver virker én gang. De vises kun nu:")
        for code in codes:
            self.stdout.write(f"    {code[:5]} {code[5:]}")
        self.stdout.write("\nLæg dem i pengeskabet. It-sikkerhed får besked, hver gang de bruges.")


def _asked_for(username: str) -> str:
    """Return a password typed twice, or the first line of what is piped in."""
    if sys.stdin.isatty():
        password = getpass.getpass("Adgangskode: ")
        if getpass.getpass("Samme adgangskode igen: ") != password:
            raise Refused("De to adgangskoder er ikke ens. Intet er gemt.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, User(username=username))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    return password
