import errno

from django.core.servers.basehttp import get_internal_wsgi_application, run

from albertslund_it.common.errors import Refused
from albertslund_it.demo import build as demo
from albertslund_it.demo.tables import make_tables
from albertslund_it.demo.users import table_of_users
from albertslund_it.web import clock
from albertslund_it.web.commands import DanishCommand
from albertslund_it.web.static_files import refuse_uncollected_files

ADDRESS, PORT = "127.0.0.1", 8000


class Command(DanishCommand):
    help = "Fyld en tom database med en opdigtet kommune, og vis den i browseren."

    def add_arguments(self, parser):
        parser.add_argument("--no-server", action="store_true", help="Stop, når data er på plads.")
        parser.add_argument(
            "--scene",
            choices=[demo.FIRST, demo.NORMAL],
            default=demo.NORMAL,
            help="first: intet kvartal er låst endnu. "
            "normal: kun det sidste hele kvartal mangler at blive låst.",
        )

        parser.add_argument(
            "--port", type=int, default=PORT, help=f"Vis demoen på en anden port end {PORT}."
        )

    def handle(self, *args, scene, no_server, port, **options):
        if not no_server:
            refuse_uncollected_files()
        demo.refuse_real_data()
        self.stdout.write("Opretter tabeller …")
        make_tables()
        today = clock.today()
        if demo.has_demo():
            demo.refuse_other_scene(scene, today)
            self.stdout.write("Demodata er her allerede. Intet er ændret.")
        else:
            demo.build(scene=scene, today=today, tell=self.stdout.write)
            self.follow_up()
            self.stdout.write(f"Demodata er på plads pr. {today:%d-%m-%Y}.")
        if no_server:
            self._show_users()
        else:
            self._serve(port)

    def _serve(self, port: int):
        try:
            run(
                ADDRESS,
                port,
                get_internal_wsgi_application(),
                threading=True,
                on_bind=self._welcome,
            )
        except KeyboardInterrupt:
            self.stdout.write("\nDemoen er stoppet.")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise Refused(
                f"Port {port} er optaget. Kører demoen allerede? Luk det andet program, "
                "eller vælg en anden port med --port. Data er på plads."
            ) from error

    def _welcome(self, port):
        self._show_users()
        self.stdout.write(f"\nÅbn http://{ADDRESS}:{port}/ i en browser. Stop med Ctrl-C.")

    def _show_users(self):
        self.stdout.write("")
        for line in table_of_users():
            self.stdout.write(line)
        self.stdout.write(
            "\nAfdelinger, ledere, pc-priser og udrulningens plan og tal er fra referatet; "
            "resten er opdigtet."
        )
