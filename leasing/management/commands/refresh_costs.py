from albertslund_it.common.errors import Refused
from albertslund_it.web.commands import DanishCommand
from leasing.cost_table.refresh import AT_LEISURE, mark_everything, refresh


class Command(DanishCommand):
    help = "Regn alle gemte udgifter om, fx når verify siger, at de ikke stemmer"

    def handle(self, **options):
        mark_everything()
        if not refresh(lambda done, total: self.show_progress(f"{done} af {total}"), AT_LEISURE):
            raise Refused("Udgifterne regnes om af en anden lige nu. Prøv igen om lidt.")
        self.show_progress("")
        self.stdout.write("Alle gemte udgifter er regnet om.")
