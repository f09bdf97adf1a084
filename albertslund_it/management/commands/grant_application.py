from albertslund_it.operation.database_role import grant_to
from albertslund_it.web.commands import DanishCommand


class Command(DanishCommand):
    help = "Giv programmets egen rolle i PostgreSQL, hvad den skal bruge, og ikke mere"

    def add_arguments(self, parser):
        parser.add_argument("role", metavar="ROLLE", help="den rolle, programmet kører som")

    def handle(self, *, role, **options):
        grant_to(role)
        self.stdout.write(
            f"»{role}« kan læse og skrive rækker i alle tabeller, også i dem, der kommer til. Den "
            "kan hverken ændre tabeller, spærringer eller funktioner eller tømme en tabel."
        )
