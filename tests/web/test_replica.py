"""What only reads asks the replica where there is one, and nothing is ever written there."""

from datetime import date

import pytest
from django.db import (
    InternalError,
    OperationalError,
    connection,
    connections,
    router,
    transaction,
)
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from albertslund_it.operation.standing import groups
from albertslund_it.web.clock import machine_now, now, today
from albertslund_it.web.database import replica as of_replicas
from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.replica import (
    REPLICA,
    ReplicaLost,
    again_if_lost,
    beside_the_primary,
)
from inventory.models import Department, Unit
from leasing.cost_table.moment import moments_noted, one_moment
from leasing.cost_table.refresh import refresh
from leasing.jobs.services.jobs import ask_for, do_job
from leasing.models import Cost, Job
from tests import builders as make
from tests.leasing.api.asking import Program

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "sqlite":
    pytest.skip("SQLite has no replica", allow_module_level=True)

FOLLOWS = "SELECT true, pg_current_wal_insert_lsn() >= %s::pg_lsn"
AS_IT_IS = of_replicas._HAS_COME  # the server itself, which is no replica
STANDS_STILL = "SELECT true, pg_current_wal_insert_lsn() < %s::pg_lsn"


@pytest.fixture
def replica(settings, monkeypatch):
    """Set a second connection to the same database as the replica."""
    other = connection.copy(alias=REPLICA)
    other.ensure_connection()  # before the test knows the name, and forbids it
    connections.databases[REPLICA] = other.settings_dict
    connections[REPLICA] = other
    settings.DATABASE_ROUTERS = ["albertslund_it.web.database.replica.ReplicaRouter"]
    monkeypatch.setattr(of_replicas, "_HAS_COME", FOLLOWS)
    monkeypatch.setattr(of_replicas._PassedOver, "until", float("-inf"))
    yield other
    other.close()
    del connections[REPLICA], connections.databases[REPLICA]


@pytest.fixture
def lease(cast):
    make.cost_holder()
    made = make.lease(unit=cast.unit)
    assert refresh()
    return made


def test_what_is_read_inside_is_read_there_in_one_moment_and_nothing_is_written(replica):
    make.department("Før")
    with beside_the_primary():
        assert Department.objects.all().db == REPLICA
        assert [one.name for one in Department.objects.all()] == ["Før"]
        assert router.db_for_write(Department) == "default"
        Department.objects.create(name="Imens")
        assert Department.objects.count() == 1
        with pytest.raises(InternalError, match="read-only"):
            Department.objects.using(REPLICA).create(name="Aldrig")
        replica.needs_rollback = True
    assert Department.objects.all().db == "default"
    assert Department.objects.count() == 2


def test_what_was_read_there_is_asked_further_and_saved_on_the_primary(replica):
    unit = make.unit("1001", department=make.department("Før"))
    with beside_the_primary():
        read = Unit.objects.only("number").get(pk=unit.pk)
    assert read._state.db == REPLICA

    def ask_and_save():
        assert read.department.name == "Før"
        assert read.name == unit.name
        assert list(read.department.units.all()) == [unit]
        read.name = "Ny"
        read.save()
        read.refresh_from_db()

    with CaptureQueriesContext(replica) as queries:
        ask_and_save()
    assert len(queries) == 0
    assert Unit.objects.get().name == "Ny"


@put_together_once
def names():
    return Department.objects.order_by("pk").values_list("name", flat=True)


def test_a_question_that_was_put_together_before_is_asked_there_too(replica):
    make.department("Før")
    assert names() == ["Før"]
    with beside_the_primary():
        assert names() == ["Før"]
        Department.objects.create(name="Imens")
        assert names() == ["Før"]
    assert names() == ["Før", "Imens"]


def test_one_that_is_behind_is_passed_over_for_a_while(replica, monkeypatch):
    monkeypatch.setattr(of_replicas, "_HAS_COME", STANDS_STILL)
    with beside_the_primary():
        assert Department.objects.all().db == "default"

    def never(execute, sql, params, many, context):
        raise AssertionError(sql)

    with replica.execute_wrapper(never), beside_the_primary():
        assert Department.objects.all().db == "default"


def test_one_that_follows_nobody_any_more_is_not_read(replica, monkeypatch):
    monkeypatch.undo()  # the server itself is asked, which is no replica
    with beside_the_primary():
        assert Department.objects.all().db == "default"


def gone(execute, sql, params, many, context):
    raise OperationalError("gone")


def test_one_that_is_gone_is_not_read(replica):
    with replica.execute_wrapper(gone), beside_the_primary():
        assert Department.objects.all().db == "default"


@pytest.mark.parametrize(
    ("has_come", "state", "word"),
    [
        (FOLLOWS, "good", "følger med"),
        (STANDS_STILL, "warn", "bagud"),
        (AS_IT_IS, "warn", "ikke databasen længere"),
    ],
    ids=["follows", "behind", "promoted"],
)
def test_the_page_of_operation_says_how_it_is(replica, monkeypatch, has_come, state, word):
    monkeypatch.setattr(of_replicas, "_HAS_COME", has_come)
    line = standing_of_replica()
    assert line.state == state
    assert word in line.says


def test_that_it_is_gone_is_said_there(replica):
    with replica.execute_wrapper(gone):
        assert "svarer ikke" in standing_of_replica().says


def standing_of_replica():
    found = {line.key: line for _, lines in groups(machine_now()) for line in lines}
    return found["replica"]


def test_inside_a_change_what_was_changed_is_seen(replica, lease):
    with transaction.atomic(), moments_noted(only_read=True):
        make.department("Ny")
        with one_moment():
            assert Department.objects.filter(name="Ny").exists()


def test_a_page_that_only_shows_reads_there_what_was_just_saved_and_worked_out(
    replica, lease, cast, client_of
):
    client = client_of(cast.finance)
    with CaptureQueriesContext(replica) as queries:
        assert client.get(reverse("share")).status_code == 200
    assert any(Cost._meta.db_table in one["sql"] for one in queries)
    before = Cost.objects.count()
    make.placement(lease.device, date(2026, 2, 10), make.unit("1002"))
    with moments_noted(only_read=True), one_moment():
        assert Cost.objects.all().db == REPLICA
        assert Cost.objects.count() > before


def test_what_may_change_something_reads_the_primary(replica, lease):
    with moments_noted(), one_moment():
        assert Cost.objects.all().db == "default"
    with one_moment():
        assert Cost.objects.all().db == "default"


def lose(execute, sql, params, many, context):
    if "leasing_" in sql or "inventory_" in sql:
        raise OperationalError("canceling statement due to conflict with recovery")
    return execute(sql, params, many, context)


def test_a_page_is_answered_once_more_where_the_replica_was_lost(replica, lease, cast, client_of):
    client = client_of(cast.finance)
    expected = client.get(reverse("share")).content
    with replica.execute_wrapper(lose):
        answer = client.get(reverse("share"))
    assert answer.status_code == 200
    assert len(answer.content) == len(expected)


def test_a_program_is_answered_once_more_too(replica, lease, cast):
    program = Program(cast.finance)
    asked = {"from": "2026Q1", "to": "2026Q2"}
    expected = program.get("shares", **asked).json()
    assert expected["items"]
    with replica.execute_wrapper(lose):
        assert program.get("shares", **asked).json() == expected
    assert of_replicas._PassedOver.until > 0


def test_what_is_read_is_read_twice_at_most():
    tries = []

    def read():
        tries.append(1)
        raise ReplicaLost

    with pytest.raises(ReplicaLost):
        again_if_lost(read)
    assert len(tries) == 2


def test_a_long_list_is_read_there(replica, lease, cast):
    job = ask_for(
        user=cast.helpdesk,
        kind="list",
        title="Excel",
        arguments={"address": "/udstyr/", "back": "/udstyr/"},
        permissions=[],
        now=now(),
    )
    with CaptureQueriesContext(replica) as queries:
        done = do_job(number=job.pk, today=today(), clock=now)
    assert done.state == Job.State.DONE, done.result
    assert any("inventory_device" in one["sql"] for one in queries)
