"""The command itself: both scenes, twice, on any day, and what it refuses.

A scene of a day takes seconds, so `seen` builds it once for all that is asked of it.
"""

import functools
import os
import signal
import socket
import subprocess
import sys
from datetime import date
from typing import NamedTuple

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.demo import build as demo
from albertslund_it.demo.story import PLAN_IS_DONE
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
from leasing.models.cost import KeptRow
from tests import builders

TODAY = date(2026, 12, 31)  # one of DAYS, so that `seen` has built it


def build(scene=demo.NORMAL, today=TODAY):
    demo.build(scene=scene, today=today, tell=lambda text: None)


def contents() -> dict:
    """Return every row of every table, with its ids; not what is kept of them, which follows."""
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list()))
        for model in apps.get_models()
        if not issubclass(model, KeptRow)
    }


def facts() -> list[list]:
    """Return what the municipality is like, without ids."""
    return [
        sorted(Unit.objects.values_list("number", "name", "ean", "leader_name", "account")),
        sorted(Employee.objects.values_list("initials", "name", "unit__number", "left_on__year")),
        sorted(Lease.objects.values_list("device__serial_number", "starts_on", "terms__price_ore")),
        sorted(Placement.objects.values_list("device__serial_number", "starts_on", "used_for")),
        sorted(Charge.objects.values_list("charged_on", "text", "amount_ore")),
    ]


def digests() -> list[str]:
    return list(BillingRun.objects.order_by("id").values_list("digest", flat=True))


class Seen(NamedTuple):
    """What was there of a scene before it was undone."""

    facts: list[list]
    digests: list[str]
    closed: list[str]
    breaches: list
    statuses: set[str]
    replaced: int


def look() -> Seen:
    return Seen(
        facts=facts(),
        digests=digests(),
        closed=list(BillingRun.objects.order_by("id").values_list("code", flat=True)),
        breaches=list(breaches()),
        statuses=set(OrderLine.objects.values_list("status", flat=True)),
        replaced=OrderLine.objects.filter(replaces__replacement__isnull=False).count(),
    )


@pytest.fixture(scope="module")
def seen(django_db_setup, django_db_blocker):
    """Return a function that builds a scene of a day once, and tells what was in it."""

    @functools.cache
    def see(scene, today) -> Seen:
        with django_db_blocker.unblock(), transaction.atomic():
            build(scene, today)
            found = look()
            transaction.set_rollback(True)
        return found

    return see


# What differs is decided before a row is written.
@pytest.mark.once
def test_the_scenes_differ_in_what_is_closed_only(db, seen):
    normal, first = seen(demo.NORMAL, TODAY), seen(demo.FIRST, TODAY)

    assert first.facts == normal.facts
    assert (len(normal.digests), first.digests) == (2, [])


DAYS = {
    date(2025, 11, 1): [],
    date(2025, 12, 22): [],
    date(2026, 2, 1): [],
    date(2026, 4, 4): [],
    date(2026, 7, 1): ["2026Q1"],
    date(2026, 12, 31): ["2026Q1", "2026Q2"],
    date(2027, 3, 5): ["2026Q1", "2026Q2", "2026Q3"],
    date(2028, 2, 29): [*(f"2026Q{n}" for n in (1, 2, 3, 4)), "2027Q1", "2027Q2", "2027Q3"],
}


# What a day decides is worked out before a row is written (story.py), and each day is written by the
# same services: on both databases the day with the most to close is enough.
FULLEST = date(2028, 2, 29)


def of_day(day, *values):
    return pytest.param(*values, marks=() if day == FULLEST else pytest.mark.once)


# Both scenes make the queue of the same until a quarter is closed, in the summer of 2026.
@pytest.mark.parametrize(
    ("scene", "today", "closed"),
    [
        *(of_day(day, demo.NORMAL, day, closed) for day, closed in DAYS.items()),
        *(
            pytest.param(demo.FIRST, day, [], marks=pytest.mark.once)
            for day in (date(2026, 12, 31), FULLEST)
        ),
    ],
)
def test_any_day_has_its_queue_and_all_but_its_last_full_quarter_closed(
    db, seen, scene, today, closed
):
    found = seen(scene, today)

    assert found.closed == closed
    assert not found.breaches
    if today >= PLAN_IS_DONE:
        assert found.statuses == (set(Status) if today >= date(2026, 4, 1) else {Status.ORDERED})
        assert found.replaced == 61


# What the command adds to `build`, which writes the fullest day on both, asks no database.
@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_the_command_makes_the_same_scene_to_the_last_digest_and_then_no_more(
    settings, capsys, seen
):
    settings.TODAY = TODAY
    once = seen(demo.NORMAL, TODAY)
    call_command("demo", no_server=True)
    before = contents()
    assert look() == once

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


def test_the_fixtures_load_by_themselves_and_twice(db):
    for _ in range(2):
        call_command("loaddata", "departments", "lease_models", verbosity=0)

    assert Department.objects.count() == 9
    assert LeasePrice.objects.count() == 5
    assert Department.objects.get(name="KKR").also_known_as == "Kommunekontaktråd"


@pytest.mark.django_db(transaction=True)
def test_a_taken_port_is_said_in_danish_and_another_one_can_be_chosen(
    settings, monkeypatch, capsys
):
    settings.TODAY = date(2025, 11, 28)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(command, "PORT", taken.getsockname()[1])
        with pytest.raises(SystemExit, match="1"):
            call_command("demo")
    assert "er optaget" in capsys.readouterr().err

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match="1"):
            call_command("demo", port=port)
    assert f"Port {port} er optaget" in capsys.readouterr().err
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
        # What is started in the background ignores Ctrl-C, and so would all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as server:
        try:
            assert any(f"http://127.0.0.1:{port}/" in line for line in server.stdout)
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(b"GET /log-ind/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                answer = connection.recv(15)
            server.send_signal(signal.SIGINT)
            rest, errors = server.communicate(timeout=20)
        finally:
            server.kill()  # or a server that does not stop would be waited for without end

    assert b" 200 " in answer
    assert "Demoen er stoppet" in rest
    assert "Traceback" not in errors
    assert server.returncode == 0
