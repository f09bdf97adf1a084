"""What a page tells of the changes to its object: what, from what to what, who and when."""

from datetime import date

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from albertslund_it.web.people import person_at_the_terminal
from inventory.history.presenters import history_shown
from inventory.history.selectors import Rows, history_of
from inventory.models import Device, Employee, Placement, Unit
from inventory.organisation.services import save_coding
from leasing.models import EndChoice, EndDecision, Lease
from tests import builders as make
from tests.leasing.pages import read, text_of

pytestmark = pytest.mark.django_db


def changes_of(*about, with_people=True, **options):
    return shown(*about, with_people=with_people, **options).changes


def shown(*about, **options):
    return history_shown(history_of(*about, **options))


def test_a_unit_tells_on_its_page_who_changed_its_account(cast, client_of):
    coding = {"account": "40000001", "cost_centre": "4010000000", "psp_element": "", "ean": ""}
    save_coding(unit_id=cast.unit.pk, actor=cast.finance, **coding)

    [change] = [c for c in changes_of(Rows(Unit, [cast.unit.pk])) if c.what == "Enhed rettet"]
    assert change.by == "Oda"
    assert change.fields == [("artskonto", "40000000", "40000001")]
    text = text_of(read(client_of(cast.unit_leader), f"/afdelinger/enheder/{cast.unit.pk}/"))
    assert "artskonto: 40000000 → 40000001" in text


@pytest.mark.usefixtures("history_from_the_start")
def test_choices_days_and_places_are_told_in_words(cast):
    lease = make.lease(unit=cast.unit)
    lease.stops_on = date(2026, 5, 1)
    lease.save()
    decision = make.decided(lease, EndChoice.BUYOUT).terms.get().end_decision

    latest = changes_of(Rows(Lease, [lease.pk]))[0]
    assert ("stoppet fra", "–", "01-05-2026") in latest.fields
    latest = changes_of(Rows(EndDecision, [decision.pk]))[0]
    assert ("udløbsvalg", "–", "Frikøb") in latest.fields


@pytest.mark.usefixtures("history_from_the_start")
def test_what_is_kept_out_of_history_is_not_told_though_an_old_entry_has_it(cast):
    device = make.device()
    entry = LogEntry.objects.get_for_object(device).latest("id")
    entry.changes |= {"last_seen": ["None", "2026-05-01"]}
    entry.save()

    assert "sidst set" not in str(changes_of(Rows(Device, [device.pk]))).lower()


def test_other_employments_are_told(cast):
    anna = make.employee(unit=cast.unit)
    anna.also_employed_at.add(make.unit("1002", "Nabo"))

    assert ("også ansat i", "–", "1002 Nabo") in changes_of(Rows(Employee, [anna.pk]))[0].fields


@pytest.mark.usefixtures("history_from_the_start")
def test_who_may_not_see_people_reads_nothing_of_them(cast):
    anna = make.employee(unit=cast.unit)
    placement = make.placement(make.device(), date(2026, 1, 1), cast.unit, anna)
    about = (Rows(Employee, [anna.pk]), Rows(Placement, [placement.pk]))

    assert "Anna Berg" in str(changes_of(*about))
    hidden = changes_of(*about, with_people=False)
    assert [change.what for change in hidden] == ["Tildeling oprettet"]
    assert "Anna" not in str(hidden)


@pytest.mark.usefixtures("history_from_the_start")
def test_the_oldest_are_left_out_until_asked_for(cast):
    for number in range(60):
        cast.unit.leader_name = f"Leder {number}"
        cast.unit.save()

    found = shown(Rows(Unit, [cast.unit.pk]), with_people=True)
    assert (len(found.changes), found.has_more) == (50, True)
    assert found.changes[0].fields == [("enhedsleder", "Leder 58", "Leder 59")]
    whole = shown(Rows(Unit, [cast.unit.pk]), with_people=True, shown=None)
    assert (len(whole.changes), whole.has_more) == (61, False)


def test_a_command_is_recorded_as_done_at_the_terminal(cast, monkeypatch):
    monkeypatch.setenv("LOGNAME", "oleo")  # anybody can set it, so it says nothing
    lease = make.lease(unit=cast.unit)
    LogEntry.objects.all().delete()
    call_command("stop_lease", lease.device.serial_number, "01-05-2026")

    [change] = changes_of(Rows(Lease, [lease.pk]))
    assert change.by == person_at_the_terminal() != "oleo (kommandolinje)"
    assert change.fields == [("stoppet fra", "–", "01-05-2026")]


def test_thirty_changes_cost_as_many_queries_as_three(cast):
    def queries():
        with CaptureQueriesContext(connection) as context:
            changes_of(Rows(Placement, Placement.objects.values_list("pk", flat=True)))
        return len(context)

    with set_actor(cast.helpdesk):
        for number in range(3):
            at = make.unit(f"20{number:02}")
            make.placement(make.device(f"A{number}"), date(2026, 1, 1), at)
        few = queries()
        for number in range(3, 33):
            at = make.unit(f"20{number:02}")
            make.placement(make.device(f"A{number}"), date(2026, 1, 1), at)
    assert queries() == few
