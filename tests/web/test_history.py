"""History in bulk reads like the history that auditlog writes of rows saved alone."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from auditlog.context import disable_auditlog, set_actor
from auditlog.models import LogEntry
from django.apps import apps
from django.db import connection
from django.utils import timezone

from albertslund_it.web.database import history
from albertslund_it.web.database.bulk import Changes
from inventory.models import Department, Device, Unit
from leasing.models import Order
from tests import builders

pytestmark = pytest.mark.django_db


def entries(model):
    return LogEntry.objects.get_for_model(model).order_by("id")


def comparable(entry):
    """Leave out the id, and what points to nothing, which auditlog alone notes of a new row."""
    return (
        entry.content_type_id,
        entry.object_repr,
        entry.action,
        entry.actor,
        entry.actor_email,
        entry.remote_addr,
        {
            name: values
            for name, values in entry.changes.items()
            if name != "id" and values != ["None", "None"]
        },
        entry.serialized_data,
    )


def test_a_row_made_and_changed_in_bulk_reads_as_one_saved_alone(cast):
    department = builders.department()
    with set_actor(cast.finance):
        alone = Unit.objects.create(department=department, number="1", name="Birk & Bøg")
        alone.ean, alone.department = "5798009811578", builders.department("Anden")
        alone.save()
    alone_entries = [comparable(entry) for entry in entries(Unit)]
    alone.delete()
    LogEntry.objects.all().delete()

    made = Unit(department=department, number="1", name="Birk & Bøg")
    changes = Changes((Unit,))
    changes.create(made)
    changes.save(cast.finance)
    changes = Changes((Unit,))
    values = {"ean": "5798009811578", "department": builders.department("Anden"), "name": made.name}
    changes.update(made, "1", **values)
    changes.save(cast.finance)

    assert [comparable(entry) for entry in entries(Unit)] == alone_entries
    assert entries(Unit).last().changes == {
        "department": [str(department.id), str(builders.department("Anden").id)],
        "ean": ["", "5798009811578"],
    }
    assert all(entry.object_id == made.id and entry.timestamp for entry in entries(Unit))


def test_what_history_leaves_out_of_rows_saved_alone_it_leaves_out_in_bulk(cast):
    order = Order(mail_text="indsat mail", requester_name="Signe", created_at=timezone.now())
    changes = Changes((Order,))
    changes.create(order)
    changes.save(cast.helpdesk)
    order.mail_text, before = "en anden mail", order.mail_text
    history.record(changed=[(order, {"mail_text": before, "note": "x"})])
    device = builders.device()
    changes = Changes((Device,))
    changes.update(device, "1", last_seen=date(2026, 5, 1))
    changes.save(cast.helpdesk)

    made, changed = entries(Order)
    assert "requester_name" in made.changes
    assert "mail_text" not in made.changes
    assert changed.changes == {"note": ["x", ""]}
    assert "last_seen" not in "".join(str(entry.changes) for entry in entries(Device))


def test_a_row_of_which_only_what_is_left_out_changed_has_no_entry():
    device = builders.device()
    LogEntry.objects.all().delete()

    history.record(changed=[(device, {"last_seen": None})])

    assert not LogEntry.objects.exists()


def test_without_an_actor_it_is_the_one_at_work(cast):
    with set_actor(cast.helpdesk, remote_addr="10.0.0.1"):
        history.record(created=[builders.department("A")])
        history.record(created=[builders.department("B")], actor=cast.finance)
    history.record(created=[builders.department("C")])

    a, b, c = (
        entries(Department).filter(object_repr=name).latest("id") for name in ("A", "B", "C")
    )
    assert (a.actor, a.remote_addr) == (cast.helpdesk, "10.0.0.1")
    assert (b.actor, b.actor_email) == (cast.finance, "oda@example.dk")
    assert (c.actor, c.remote_addr) == (None, None)


def test_nothing_is_written_where_history_is_switched_off():
    department = builders.department()
    LogEntry.objects.all().delete()

    with disable_auditlog():
        history.record(created=[department])

    assert not LogEntry.objects.exists()


def test_a_row_whose_name_is_read_from_the_database_does_not_stop_the_writing():
    price = builders.price()
    price = type(price).objects.get()  # its model, which names it, is not read yet

    history.record(created=[price])

    assert str(entries(type(price)).last().object_repr) == "T14 fra 01-01-2026"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "not an address"},
        {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Port": str(10**12)},
        {"X-Correlation-Id": "x" * 5000},
    ],
)
def test_headers_that_claim_nonsense_change_nothing_about_what_is_recorded(
    cast, client_of, headers
):
    unit = builders.unit("1001")
    response = client_of(cast.finance).post(
        f"/afdelinger/enheder/{unit.pk}/kontering/",
        {"account": "40000001", "cost_centre": "4010000001"},
        headers=headers,
    )
    assert response.status_code == 302
    entry = entries(Unit).last()
    assert entry.actor == cast.finance
    assert (entry.remote_addr, entry.remote_port, entry.cid) == (None, None, None)


@pytest.mark.usefixtures("history_from_the_start")
def test_the_migration_takes_out_what_bulk_writes_put_in():
    migration = import_module("leasing.migrations.0016_history_forgets_what_it_leaves_out")
    order = Order.objects.create(note="Til kontoret", created_at=timezone.now())
    device = builders.device()
    made = entries(Order).get()
    made.changes |= {"mail_text": ["None", "indsat mail"]}
    made.save()
    seen = {"last_seen": ["None", "2026-05-01"]}
    only, both = (
        LogEntry.objects.log_create(device, action=LogEntry.Action.UPDATE, changes=changes)
        for changes in (seen, seen | {"ram_gb": ["8", "16"]})
    )
    before = entries(Device).first().changes

    migration.forget(apps, SimpleNamespace(connection=connection))

    assert entries(Order).get().changes["note"] == ["None", "Til kontoret"]
    assert "mail_text" not in entries(Order).get().changes
    assert order.pk == entries(Order).get().object_id
    assert not LogEntry.objects.filter(pk=only.pk).exists()
    both.refresh_from_db()
    assert both.changes == {"ram_gb": ["8", "16"]}
    assert entries(Device).first().changes == before


def test_the_history_has_no_index_that_nothing_is_found_by():
    table = LogEntry._meta.db_table
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, table).values()
    indexed = {tuple(one["columns"]) for one in there if one["index"]}
    # Entries of deleted rows are found by what was done: a device's page asks for five kinds.
    assert {("object_id",), ("timestamp",), ("action",)} <= indexed
    unread = {"object_pk", "cid", "content_type_id", "actor_id"}
    assert not indexed & {(column,) for column in unread}
