"""The demo's tables, made as the models stand.

What has never held a row need not be led through everything that it once was: Django draws all
models anew at each step of the way, 15 s of processor against 1. That both ways end in the same
database is tested; what comes after is migrated as anywhere.
"""

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings


def make_tables() -> None:
    """Make the tables of an empty SQLite database at once; migrate any other."""
    if connection.vendor == "sqlite" and not connection.introspection.table_names():
        without_migrations = {app.label: None for app in apps.get_app_configs()}
        with override_settings(MIGRATION_MODULES=without_migrations):
            call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
        call_command("createcachetable", "web_upload", verbosity=0)
        call_command("migrate", fake=True, verbosity=0, interactive=False)
    call_command("migrate", verbosity=0, interactive=False)
