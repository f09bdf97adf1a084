"""Heavy reports read the replica where there is one, and nothing is ever written there."""

import pytest
from django.db import InternalError, OperationalError, connection, connections, router

from albertslund_it.web.database.put_together import put_together_once
from albertslund_it.web.database.replica import REPLICA, beside_the_primary
from inventory.models import Department
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "sqlite":
    pytest.skip("SQLite has no replica", allow_module_level=True)


@pytest.fixture
def replica(settings):
    """Set a second connection to the same database as the replica."""
    other = connection.copy(alias=REPLICA)
    other.ensure_connection()  # before the test knows the name, and forbids it
    connections.databases[REPLICA] = other.settings_dict
    connections[REPLICA] = other
    settings.DATABASE_ROUTERS = ["albertslund_it.web.database.replica.ReplicaRouter"]
    yield other
    other.close()
    del connections[REPLICA], connections.databases[REPLICA]


def test_what_is_read_inside_is_read_there_in_one_moment_and_nothing_is_written(replica):
    make.department("Før")
    with beside_the_primary(lambda database: True):
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


@put_together_once
def names():
    return Department.objects.order_by("pk").values_list("name", flat=True)


def test_a_question_that_was_put_together_before_is_asked_there_too(replica):
    make.department("Før")
    assert names() == ["Før"]
    with beside_the_primary(lambda database: True):
        assert names() == ["Før"]
        Department.objects.create(name="Imens")
        assert names() == ["Før"]
    assert names() == ["Før", "Imens"]


def test_what_has_not_come_there_and_a_replica_that_is_gone_are_read_from_the_primary(replica):
    def is_gone(database):
        raise OperationalError("gone")

    for has_it in (lambda database: False, is_gone):
        with beside_the_primary(has_it):
            assert Department.objects.all().db == "default"
