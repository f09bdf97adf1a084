"""The owner migrates; the application runs as a role that can do its work and nothing to the guards."""

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.operation.backups import postgresql
from albertslund_it.operation.database_role import grant_to
from leasing.billing.services.closing import close_quarter
from leasing.models import InvoiceLine
from tests import builders as make
from tests.files import take_in

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 4, 8)
# To take back what came after is tried, and costs a third of taking all back.
NEARLY_ALL = "0050_webhooks"

if connection.vendor == "sqlite":

    def test_sqlite_has_no_roles():
        with pytest.raises(Refused, match="SQLite har ingen roller"):
            grant_to("leasing")

    pytest.skip("SQLite has no roles", allow_module_level=True)


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def role():
    """Make a role of this database's own; it is gone afterwards, with all it was given."""
    name = f"{connection.settings_dict['NAME']}_app"
    run(f'DROP ROLE IF EXISTS "{name}"', f'CREATE ROLE "{name}" LOGIN')
    yield name
    run(f'DROP OWNED BY "{name}"', f'DROP ROLE "{name}"')


@contextmanager
def connected_as(name):
    owner = connection.settings_dict
    connection.close()
    connection.settings_dict = owner | {"USER": name}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = owner


@pytest.fixture
def application(role):
    """Run the test as the application's role."""
    call_command("grant_application", role)
    with connected_as(role):
        run("SELECT 1")
        yield role


def close(code="2026Q1"):
    return close_quarter(
        code=code, closed_by="Oda Lund", today=TODAY, now=datetime(2026, 4, 8, 8, tzinfo=UTC)
    )


GUARD = "guard_leasing_invoiceline_update"


FORBIDDEN = [
    "ALTER TABLE leasing_invoiceline ALTER COLUMN amount_ore TYPE bigint USING 1",
    "ALTER TABLE leasing_invoiceline ADD COLUMN more integer",
    f"ALTER TABLE leasing_invoiceline DISABLE TRIGGER {GUARD}",
    "ALTER TABLE leasing_invoiceline DISABLE TRIGGER ALL",
    f"DROP TRIGGER {GUARD} ON leasing_invoiceline",
    f"CREATE OR REPLACE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql "
    "AS 'BEGIN RETURN NULL; END'",
    f"ALTER FUNCTION {GUARD}() SET search_path TO pg_catalog",
    f"DROP FUNCTION {GUARD}() CASCADE",
    "CREATE TRIGGER mine BEFORE INSERT ON leasing_invoiceline FOR EACH ROW "
    "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON UPDATE TO leasing_invoiceline DO INSTEAD NOTHING",
    "TRUNCATE leasing_invoiceline",
    "TRUNCATE leasing_billingrun CASCADE",
    "DROP TABLE leasing_invoiceline",
    "CREATE TABLE mine ()",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "SET session_replication_role = replica",
    "DELETE FROM django_migrations",
    "ALTER TABLE leasing_invoiceline OWNER TO CURRENT_USER",
    "COPY leasing_invoiceline TO PROGRAM 'cat'",
]


def test_the_application_cannot(application):
    """One role is tried with all of them: none changes anything."""
    said = {}
    for statement in FORBIDDEN:
        try:
            run(statement)
            said[statement] = "done"
        except ProgrammingError as refused:
            said[statement] = refused.__cause__.sqlstate
    assert said == dict.fromkeys(FORBIDDEN, "42501")  # insufficient privilege


def test_a_sealed_line_stays_as_it_is_also_beside_temporary_tables(application):
    make.cost_holder()
    make.lease(unit=make.unit())
    close()
    run(
        "CREATE TEMP TABLE leasing_billingrun (LIKE public.leasing_billingrun)",
        "CREATE TEMP TABLE leasing_quarterlyinvoice (LIKE public.leasing_quarterlyinvoice)",
    )
    with pytest.raises(IntegrityError, match="En låst kørsel kan ikke ændres"):
        run("UPDATE leasing_invoiceline SET amount_ore = 1")
    run("DROP TABLE pg_temp.leasing_billingrun, pg_temp.leasing_quarterlyinvoice")
    assert InvoiceLine.objects.get().amount_ore == 34941


def test_the_applications_work_is_done_as_its_role(
    application, cast, client_of, capsys, settings, tmp_path
):
    settings.TODAY = TODAY
    take_in(
        "units",
        """
        Afdeling;Leder;Enhedsnr;Enhed;Omkostningsbærer
        Dagtilbud & Skole;Rikke Andersen;1001;Ærtebjerg Skole;nej
        Fælles IT;-;9000;Fælles IT (it-lager);ja
        """,
        actor=cast.finance,
    )
    make.lease(unit=make.unit("1001"))
    client = client_of(cast.finance)
    for name in ("front", "device-list", "quarter-list", "import", "share"):
        assert client.get(reverse(name)).status_code == 200
    assert close().line_count == 1
    assert client.get(reverse("quarter-detail", args=["2026Q1"])).status_code == 200
    assert client.post(reverse("quarter-file", args=["2026Q1", "xlsx"])).status_code == 200
    for command in (["verify"], ["anonymise"], ["notify"], ["backup", str(tmp_path / "kopi")]):
        call_command(*command)
    said = capsys.readouterr().out
    assert "Alt stemmer: 1 låst kørsel" in said
    assert "Bemærk" not in said
    assert postgresql.address().startswith(f"postgresql://{application}@")


def test_verify_says_when_it_runs_as_the_owner(capsys):
    call_command("verify")
    said = capsys.readouterr().out
    assert "ejer tabellerne og kan slå spærringerne fra" in said
    assert "Alt stemmer" in said


def test_what_comes_later_is_given_too_and_giving_again_changes_nothing(role):
    grant_to(role)
    try:
        run("CREATE TABLE later (id bigserial)")
        with connected_as(role):
            run("INSERT INTO later DEFAULT VALUES", "UPDATE later SET id = 7", "DELETE FROM later")
            with pytest.raises(ProgrammingError):
                run("TRUNCATE later")
        grant_to(role)
    finally:
        run("DROP TABLE later")


@pytest.mark.parametrize(
    ("power", "told"),
    [
        ('ALTER ROLE "{role}" SUPERUSER', "er superbruger"),
        ('ALTER ROLE "{role}" CREATEROLE', "må lave roller"),
        ('GRANT "{owner}" TO "{role}"', "er medlem af den rolle, der ejer tabellerne"),
        ('GRANT pg_execute_server_program TO "{role}"', "køre programmer"),
        ('GRANT SET ON PARAMETER session_replication_role TO "{role}"', "må slå triggere fra"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "må lave tabeller"),
        ("GRANT TRUNCATE ON leasing_invoiceline TO PUBLIC", "må tømme tabellerne"),
    ],
)
def test_a_role_that_gets_past_the_guards_in_another_way_is_refused(role, power, told):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    run(power.format(role=role, owner=owner))
    try:
        with pytest.raises(Refused) as refused:
            grant_to(role)
    finally:
        run(
            f'ALTER ROLE "{role}" NOSUPERUSER NOCREATEROLE',
            f'REVOKE ALL ON PARAMETER session_replication_role FROM "{role}"',
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            "REVOKE TRUNCATE ON leasing_invoiceline FROM PUBLIC",
        )
    assert any(told in reason for reason in refused.value.reasons)


@pytest.mark.parametrize("name", ["findes_ikke", 'x"; DROP TABLE y; --'])
def test_a_role_that_is_not_there(name):
    with pytest.raises(Refused, match="findes ikke"):
        grant_to(name)


def test_the_owner_itself_is_refused():
    with pytest.raises(Refused, match="logget ind som"):
        grant_to(connection.settings_dict["USER"])


def test_a_database_of_an_owner_who_is_no_superuser(role):
    """From an empty database: the owner migrates and grants, the application verifies."""
    owner, name = f"{role}_owner", f"{role}_own"
    address = postgresql.address()
    user = connection.settings_dict["USER"]

    def manage(who, *arguments):
        url = address.replace(f"//{user}@", f"//{who}@").rpartition("/")[0] + f"/{name}"
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=django_settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    run(
        f'DROP DATABASE IF EXISTS "{name}"',
        f'DROP ROLE IF EXISTS "{owner}"',
        f'CREATE ROLE "{owner}" LOGIN',
        f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE template0 ENCODING \'UTF8\'',
    )
    try:
        migrated = manage(owner, "migrate", "-v0")
        assert migrated.returncode == 0, migrated.stderr
        assert manage(owner, "grant_application", role).returncode == 0
        done = manage(role, "verify")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Bemærk" not in done.stdout
        assert "Bemærk" in manage(owner, "verify").stdout
        refused = manage(role, "grant_application", owner)
        assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
        assert "ejer ikke tabellerne" in refused.stderr
        assert manage(role, "migrate", "leasing", NEARLY_ALL).returncode != 0
    finally:
        run(f'DROP DATABASE "{name}" WITH (FORCE)', f'DROP ROLE "{owner}"')
