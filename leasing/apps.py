from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LeasingConfig(AppConfig):
    """Everything with an amount in øre: prices, leases, runs and invoices."""

    name = "leasing"
    verbose_name = "Leasing og afregning"

    def ready(self):
        from leasing.cost_table.moment import BESIDE
        from leasing.cost_table.refresh import refresh_after_migrations
        from leasing.guards import make_way_for_migrations, restore_guards
        from leasing.seed import create_what_is_there_from_the_start
        from leasing.supplier.services.kept import (
            reconcile_after_migrations,
            refresh_reconciliations,
        )

        BESIDE.append(refresh_reconciliations)
        # SQLite drops triggers when Django remakes a table, so they are put back every time.
        pre_migrate.connect(make_way_for_migrations, sender=self)
        post_migrate.connect(restore_guards, sender=self)
        post_migrate.connect(create_what_is_there_from_the_start, sender=self)
        post_migrate.connect(refresh_after_migrations, sender=self)
        post_migrate.connect(reconcile_after_migrations, sender=self)
