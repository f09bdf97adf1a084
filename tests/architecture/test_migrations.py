"""Migrations let the version before them go on running: it may be asked until it is restarted."""

from collections.abc import Iterator

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

# The last ones that were written for a stopped application.
SINCE = {"inventory": "0019", "leasing": "0044"}
# What had to be otherwise, by "app.name", with what CHANGELOG.md says to do about it.
EXCEPTIONS: dict[str, str] = {}
GONE = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def operations_of(one):
    """Yield what is done to the database itself."""
    for operation in one:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from operations_of(operation.database_operations)
        else:
            yield operation


def hindrances(migration, state) -> Iterator[str]:
    """Yield what the version before this migration could not do afterwards."""
    made = set()
    for operation in operations_of(migration.operations):
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
        if model in made:
            continue
        if isinstance(operation, GONE):
            yield f"{operation.describe()}: it still reads and writes that"
        elif isinstance(operation, migrations.AddField):
            if is_required(operation.field):
                yield f"{operation.describe()}: its INSERT leaves that out (db_default or null)"
        elif isinstance(operation, migrations.AlterField):
            key = (migration.app_label, model)
            before = state.models[key].fields.get(operation.name)
            if before and is_narrower(before, operation.field):
                yield f"{operation.describe()}: it writes what is refused now"


def is_required(field: models.Field) -> bool:
    return not (field.many_to_many or field.null or field.has_db_default())


def is_narrower(before: models.Field, after: models.Field) -> bool:
    shorter = (after.max_length or 10**9) < (before.max_length or 10**9)
    return (before.null and not after.null) or shorter or type(before) is not type(after)


def test_the_version_before_can_go_on_while_migrations_run():
    loader = MigrationLoader(None)
    found = {}
    for (app, name), migration in loader.disk_migrations.items():
        if name[:4] <= SINCE.get(app, "9999"):
            continue
        state = loader.project_state((app, name), at_end=False)
        if told := list(hindrances(migration, state)):
            found[f"{app}.{name}"] = told
    assert {name: told for name, told in found.items() if name not in EXCEPTIONS} == {}
    assert set(EXCEPTIONS) <= set(found), "an exception that is none"


def test_what_the_rule_finds_is_what_it_is_for():
    class Migration(migrations.Migration):
        operations = (
            migrations.RemoveField("device", "note"),
            migrations.AddField("device", "a", models.IntegerField(default=0)),
            migrations.AddField("device", "b", models.IntegerField(db_default=0)),
            migrations.AddField("device", "c", models.IntegerField(null=True)),
            migrations.AlterField("device", "serial_number", models.CharField(max_length=3)),
            migrations.CreateModel("new", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("new", "d", models.IntegerField()),
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.RemoveField("device", "bought_on")]
            ),
        )

    state = MigrationLoader(None).project_state(("inventory", "0002_tables"))
    told = list(hindrances(Migration("new", "inventory"), state))
    assert len(told) == 3, told
    assert "note" in told[0]
    assert "Add field a " in told[1]
    assert "serial_number" in told[2]


@pytest.mark.once  # PostgreSQL keeps no text to take apart
@pytest.mark.django_db
def test_each_table_can_be_read_back():
    """A later migration does so, and Django takes SQLite's own SQL apart in a simple way."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            assert connection.introspection.get_table_description(cursor, table), table
            assert connection.introspection.get_constraints(cursor, table), table
