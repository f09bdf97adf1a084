from datetime import date

from django.db import connections


def create_what_is_there_from_the_start(using="default", **kwargs):
    """Make the one row of settings and the framework agreement, where they are not there yet."""
    from leasing.models import FrameworkAgreement, Settings

    if Settings._meta.db_table not in connections[using].introspection.table_names():
        return
    # Asked for without its columns: after a step back some of them are not there.
    if not Settings.objects.using(using).filter(id=1).exists():
        Settings.objects.using(using).create(id=1)
    if not FrameworkAgreement.objects.using(using).exists():
        FrameworkAgreement.objects.using(using).create(
            name="ATEA Finans", starts_on=date(2026, 1, 1)
        )
