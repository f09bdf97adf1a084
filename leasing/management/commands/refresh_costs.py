from albertslund_it.common.errors import Refused
from albertslund_it.web.commands import DanishCommand
from leasing.cost_table.moment import bring_up_to_date
from leasing.cost_table.refresh import AT_LEISURE, mark_everything
from leasing.models import ReconcileMark


class Command(DanishCommand):
    help = "Regn alle gemte udgifter og afstemninger om, fx når verify siger, at de ikke stemmer"

    def handle(self, **options):
        mark_everything()
        ReconcileMark.objects.create()
        progress = self.show_progress
        if not bring_up_to_date(lambda done, total: progress(f"{done} af {total}"), AT_LEISURE):
            raise Refused("Udgifterne regnes om af en anden lige nu. Prøv igen om lidt.")
        self.show_progress("")
        self.stdout.write("Alle gemte udgifter og afstemninger er regnet om.")
