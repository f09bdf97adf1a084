"""The command itself: both scenes, twice, on any day, and what it refuses."""

import os
import signal
import socket
import subprocess
import sys
from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.demo import build as demo
from albertslund_it.demo.users import PASSWORD, USERS
from albertslund_it.management.commands import demo as command
from inventory.models import Department, Device, Employee, Placement, Unit
from leasing.billing.selectors.verification import breaches
from leasing.models import (
    BillingRun,
    Charge,
    Lease,
    LeasePrice,
    OrderLine,
    Settings,
    Status,
)
from tests import builders

TODAY = date(2026, 11, 23)


def build(scene=demo.NORMAL, today=TODAY):
    demo.build(scene=scene, today=today, tell=lambda text: None)


def contents() -> dict:
    """Give every row of every table, with its ids."""
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for model in apps.get_models()
    }


def facts() -> list[list]:
    """Give what the municipality is like, without ids."""
    return [
        sorted(Unit.objects.values_list("number", "name", "ean", "leader_name", "account")),
        sorted(Employee.objects.values_list("initials", "name", "unit__number", "left_on__year")),
        sorted(Lease.objects.values_list("device__serial_number", "starts_on", "terms__price_ore")),
        sorted(Placement.objects.values_list("device__serial_number", "starts_on", "used_for")),
        sorted(Charge.objects.values_list("charged_on", "text", "amount_ore")),
    ]


def digests() -> list[str]:
    return list(BillingRun.objects.order_by("id").values_list("digest", flat=True))


@pytest.fixture
def rolled_back(db):
    """Give a function that does something, keeps what it saw and undoes the rest."""

    def see(do, look):
        with transaction.atomic():
            do()
            seen = look()
            transaction.set_rollback(True)
        return seen

    return see


def test_the_same_scene_on_the_same_day_is_the_same_to_the_last_digest(rolled_back):
    once = rolled_back(build, lambda: (facts(), digests()))
    again = rolled_back(build, lambda: (facts(), digests()))

    assert once == again
    assert len(once[1]) == 2


def test_the_scenes_differ_in_what_is_closed_only(rolled_back):
    normal = rolled_back(build, facts)
    first, closed = rolled_back(lambda: build(demo.FIRST), lambda: (facts(), digests()))

    assert first == normal
    assert closed == []


@pytest.mark.parametrize(
    ("today", "closed"),
    [
        (date(2025, 11, 1), []),
        (date(2026, 2, 1), []),
        (date(2026, 4, 2), []),
        (date(2026, 7, 1), ["2026Q1"]),
        (date(2027, 3, 5), ["2026Q1", "2026Q2", "2026Q3"]),
    ],
)
def test_any_day_has_all_but_its_last_full_quarter_closed(db, today, closed):
    build(today=today)

    assert list(BillingRun.objects.order_by("id").values_list("code", flat=True)) == closed
    assert not list(breaches())


@pytest.mark.django_db(transaction=True)
def test_a_second_run_changes_nothing(settings, capsys):
    settings.TODAY = TODAY
    call_command("demo", no_server=True)
    before = contents()
    call_command("demo", no_server=True)

    assert contents() == before
    printed = capsys.readouterr().out
    assert "Intet er ændret" in printed
    for user in USERS:
        assert user.username in printed
    assert printed.count(PASSWORD) == 2 * len(USERS)


@pytest.mark.parametrize("thing", [builders.unit, builders.device])
def test_real_data_is_left_alone(db, settings, thing, capsys):
    settings.TODAY = TODAY
    thing()
    before = contents()

    with pytest.raises(SystemExit, match="1"):
        call_command("demo", no_server=True)

    assert contents() == before
    assert "rigtige data" in capsys.readouterr().err


def test_nothing_is_written_when_a_login_is_taken(db):
    User.objects.create_user("okonomi")
    before = contents()

    with pytest.raises(Refused, match="okonomi"):
        build()

    assert contents() == before


def test_another_scene_is_refused_in_the_same_database(db):
    build()

    with pytest.raises(Refused, match="slet databasen"):
        demo.refuse_other_scene(demo.FIRST, TODAY)
    demo.refuse_other_scene(demo.NORMAL, TODAY)


def test_the_fixtures_load_by_themselves_and_twice(db):
    for _ in range(2):
        call_command("loaddata", "departments", "lease_models", verbosity=0)

    assert Department.objects.count() == 9
    assert LeasePrice.objects.count() == 5
    assert Department.objects.get(name="KKR").also_known_as == "Kommunekontaktråd"


@pytest.mark.django_db(transaction=True)
def test_another_port_can_be_chosen(settings, capsys):
    settings.TODAY = date(2025, 11, 28)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match="1"):
            call_command("demo", port=port)

    assert f"Port {port} er optaget" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_a_taken_port_is_said_in_danish(settings, monkeypatch, capsys):
    settings.TODAY = date(2025, 11, 28)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(command, "PORT", taken.getsockname()[1])
        with pytest.raises(SystemExit, match="1"):
            call_command("demo")

    assert "er optaget" in capsys.readouterr().err
    assert Settings.objects.get().shows_demo_data
    assert Device.objects.count() > 0


def test_the_server_answers_and_stops_on_ctrl_c(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = (
        "import django; django.setup(); from albertslund_it.management.commands import demo;"
        f"demo.PORT = {port};"
        "from django.core.management import execute_from_command_line;"
        "execute_from_command_line(['manage.py', 'demo'])"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}",
        "TODAY": "2025-11-20",
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert any(f"http://127.0.0.1:{port}/" in line for line in server.stdout)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET /log-ind/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            answer = connection.recv(15)
        server.send_signal(signal.SIGINT)
        rest, errors = server.communicate(timeout=20)

    assert b" 200 " in answer
    assert "Demoen er stoppet" in rest
    assert "Traceback" not in errors
    assert server.returncode == 0


@pytest.mark.parametrize("scene", [demo.FIRST, demo.NORMAL])
@pytest.mark.parametrize(
    "today", [date(2025, 12, 22), date(2026, 4, 4), date(2026, 12, 31), date(2028, 2, 29)]
)
def test_the_queue_is_there_on_any_day_from_april_2026(db, today, scene):
    build(scene, today)
    statuses = set(OrderLine.objects.values_list("status", flat=True))

    assert statuses == (set(Status) if today.year > 2025 else {Status.ORDERED})
    assert OrderLine.objects.filter(replaces__replacement__isnull=False).count() == 61
