"""The retention period: names go, in history too; amounts, units and serial numbers stay."""

import io
from datetime import UTC, date, datetime

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt, AccessLog
from django.core.management import call_command
from django.core.serializers import serialize
from hypothesis import given
from hypothesis import strategies as st

from inventory.models import Employee, EmployeeAlias, Placement
from inventory.placements.services.placements import place
from leasing.billing.selectors.verification import breaches
from leasing.cost_table.refresh import refresh
from leasing.models import (
    Approval,
    BuyoutInvitation,
    CostPlacement,
    EndWish,
    InvoiceLine,
    Lease,
    LossReport,
    Mail,
    Objection,
    Order,
    OrderedDevice,
    OrderLine,
    Settings,
)
from leasing.retention.services.anonymise import NAME, anonymise
from tests import builders as make
from tests.histories import histories
from tests.leasing.closed import close

pytestmark = pytest.mark.django_db

TODAY = date(2032, 6, 1)  # five years before it is 1 June 2027
OLD = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATELY = datetime(2032, 3, 1, 8, tzinfo=UTC)


def gone(
    initials="anbe", name="Anna Bæk", *, until=date(2027, 6, 1), left_on=date(2027, 6, 1), n=1
):
    """Make somebody who had a pc from 2026 until a day, with history of it all."""
    person = make.employee(initials, name, left_on=left_on)
    device = make.lease(f"PF00000{n}").device
    for day, unit, who in ((date(2026, 1, 1), person.unit, person), (until, None, None)):
        place(device=device, starts_on=day, unit=unit, employee=who, actor=None)
    return person


def everything():
    """Write all that the database holds of people and history as text."""
    rows = [
        row
        for model in (
            *(Employee, Placement, Order, OrderLine, Approval, Mail, LogEntry),
            *(Objection, LossReport, EndWish, BuyoutInvitation, EmployeeAlias),
        )
        for row in model.objects.order_by("pk")
    ]
    texts = [serialize("json", rows, ensure_ascii=False)]
    texts += [str(entry.changes) for entry in LogEntry.objects.order_by("pk")]
    return " ".join(texts)


@pytest.fixture
def anna():
    make.cost_holder()
    person = gone()
    person.name = "Anna Bæk Lund"  # renamed: both names are in history
    person.save()
    order = Order.objects.create(
        created_at=OLD,
        requester_name="Signe Skov",
        requester_mail="signe@example.dk",
        note="Anna Bæk skal have en pc",
    )
    line = OrderLine.objects.create(
        order=order,
        position=1,
        model=make.model(),
        unit=person.unit,
        employee=person,
        reason="new",
        status="handed_out",
    )
    make.approval(person, line=line)
    Mail.objects.create(
        recipients="anbe@example.dk",
        subject="Anna Bæk",
        text="x",
        html="x",
        written_at=OLD,
        sent_at=OLD,
    )
    LogEntry.objects.update(timestamp=OLD)
    return person


SECRETS = ("Anna", "anbe", "Signe", "signe@", "Arbejder to steder")


def test_names_go_from_everywhere_and_the_rest_stays(anna):
    close()
    billed = list(InvoiceLine.objects.values())
    units = list(Placement.objects.values_list("device__serial_number", "starts_on", "unit"))
    assert all(secret in everything() for secret in SECRETS)

    done = anonymise(today=TODAY)
    assert done.people == ["Anna Bæk Lund (anbe)"]
    text = everything()
    assert [secret for secret in SECRETS if secret in text] == []
    anna.refresh_from_db()
    assert (anna.name, anna.mail, anna.is_coming) == (NAME, "", False)
    assert list(InvoiceLine.objects.values()) == billed
    assert (
        list(Placement.objects.values_list("device__serial_number", "starts_on", "unit")) == units
    )
    assert list(breaches()) == []


def test_who_led_long_ago_is_forgotten_in_history_and_who_leads_stays(anna):
    unit = make.unit("2001", leader_name="Bo Bech", leader_mail="bo@example.dk")
    unit.department.head_name = "Inge Bech"
    unit.department.save()
    LogEntry.objects.update(timestamp=OLD)
    unit.leader_name, unit.leader_mail = "Ib Holm", "ib@example.dk"
    unit.save()
    changed = LogEntry.objects.latest("pk")
    LogEntry.objects.filter(pk=changed.pk).update(timestamp=LATELY)

    anonymise(today=TODAY)

    told = str([entry.changes for entry in LogEntry.objects.all()])
    assert "Inge Bech" not in told
    assert told.count("Bo Bech") == 1
    changed.refresh_from_db()
    assert changed.changes["leader_name"] == ["Bo Bech", "Ib Holm"]  # newer than that
    unit.department.refresh_from_db()
    assert unit.department.head_name == "Inge Bech"
    assert not anonymise(today=TODAY)


def test_a_second_time_there_is_nothing_to_do(anna):
    assert anonymise(today=TODAY)
    before = everything()
    assert not anonymise(today=TODAY)
    assert everything() == before


def test_a_rehearsal_says_whom_and_changes_nothing(anna, settings):
    settings.TODAY, before, out = TODAY, everything(), io.StringIO()
    call_command("anonymise", "--dry-run", stdout=out)
    assert "Anna Bæk Lund (anbe)" in out.getvalue()
    assert "Intet er ændret." in out.getvalue()
    assert everything() == before
    out = io.StringIO()
    call_command("anonymise", stdout=out)
    assert "1 medarbejdere" in out.getvalue()
    assert "Anna" not in out.getvalue()


def test_what_is_kept_of_placements_follows_at_once(anna, settings):
    settings.TODAY = TODAY
    assert refresh()
    held = CostPlacement.objects.filter(employee=anna)
    assert held.exists()
    call_command("anonymise", "--dry-run", stdout=io.StringIO())
    assert held.exists()
    call_command("anonymise", stdout=io.StringIO())
    assert not held.exists()


@pytest.mark.parametrize(
    ("until", "left_on", "today", "goes"),
    [
        (date(2027, 6, 1), date(2027, 6, 1), date(2032, 6, 1), True),
        (date(2027, 6, 1), date(2027, 6, 1), date(2032, 5, 31), False),
        (date(2027, 6, 1), date(2032, 5, 1), date(2032, 6, 1), True),
        (date(2027, 6, 1), date(2032, 7, 1), date(2032, 6, 1), False),
        (date(2027, 6, 1), None, date(2032, 6, 1), False),
    ],
)
def test_the_day(until, left_on, today, goes):
    person = gone(until=until, left_on=left_on)
    anonymise(today=today)
    person.refresh_from_db()
    assert (person.name == NAME) == goes
    # The placement goes by its own end, whether or not the person is still here.
    placed = Placement.objects.filter(employee=person).exists()
    assert placed == (today < date(2032, 6, 1))


def test_the_setting_counts(anna):
    Settings.objects.update(retention_years=7)
    assert not anonymise(today=TODAY).people


def test_who_holds_something_or_has_it_on_order_stays():
    holder = gone("boho", "Bo Holder", n=1)
    make.placement(make.lease("PF000009").device, date(2026, 1, 1), holder.unit, holder)
    waiter = gone("viva", "Vita Vang", n=2)
    order = Order.objects.create(created_at=OLD, requester_name="Signe")
    OrderLine.objects.create(
        order=order,
        position=1,
        model=make.model(),
        unit=waiter.unit,
        employee=waiter,
        reason="new",
        status="ordered",
    )
    assert not anonymise(today=TODAY).people
    order.refresh_from_db()
    assert order.requester_name == "Signe"


def test_a_coming_employee_who_was_joined_is_forgotten_in_history():
    coming = make.employee("", "Karla Kommende")
    coming.delete()
    LogEntry.objects.update(timestamp=OLD)
    assert "Karla" in everything()
    anonymise(today=TODAY)
    assert "Karla" not in everything()


@histories(15)
@given(
    people=st.lists(
        st.tuples(
            st.dates(date(2026, 2, 1), date(2033, 1, 1)),
            st.none() | st.dates(date(2026, 1, 1), date(2033, 1, 1)),
        ),
        max_size=4,
    ),
    years=st.integers(0, 8),
)
def test_whoever_they_are(people, years, django_db_blocker):
    from django.db import transaction

    with transaction.atomic():
        Settings.objects.update(retention_years=years)
        made = [
            gone(f"in{n}", f"Navn Nummer{n}", until=until, left_on=left_on, n=n)
            for n, (until, left_on) in enumerate(people, 1)
        ]
        anonymise(today=TODAY)
        text = everything()
        for n, person in enumerate(made, 1):
            until, left_on = people[n - 1]
            ended = until.replace(year=until.year + years, day=min(until.day, 28))
            person.refresh_from_db()
            if person.name == NAME:
                assert f"Nummer{n}" not in text
                assert left_on
                assert left_on <= TODAY
                assert ended <= TODAY
            else:
                assert left_on is None or left_on > TODAY or ended >= date(2032, 5, 1)
        transaction.set_rollback(True)


class TestNobodyIsFoundByName:
    """A namesake's rows are their own, and nothing is touched that is newer than the cut-off."""

    NEW = datetime(2032, 5, 29, 8, tzinfo=UTC)  # three days before today

    def order(self, created_at, status="handed_out", **asked):
        asked = {"requester_name": "Anna Bæk", "requester_mail": "anna@example.dk"} | asked
        order = Order.objects.create(created_at=created_at, note="Til kontoret", **asked)
        line = OrderLine.objects.create(
            order=order,
            position=1,
            model=make.model(),
            unit=make.unit(),
            reason="shared",
            status=status,
        )
        LogEntry.objects.update(timestamp=created_at)
        return order, line

    def kept(self, order):
        order.refresh_from_db()
        return (order.requester_name, order.note) == ("Anna Bæk", "Til kontoret")

    def test_a_namesakes_new_order_keeps_its_name_mail_note_and_history(self):
        gone()
        order, _ = self.order(self.NEW)
        entries = str(LogEntry.objects.get_for_object(order).get().changes)
        done = anonymise(today=TODAY)
        assert done.people == ["Anna Bæk (anbe)"]
        assert self.kept(order)
        assert str(LogEntry.objects.get_for_object(order).get().changes) == entries

    def test_an_own_order_goes_by_its_own_age_whatever_the_case_of_the_mail(self):
        person = gone()
        Employee.objects.filter(pk=person.pk).update(mail="Anna@Example.dk")
        new, _ = self.order(self.NEW)
        old, _ = self.order(OLD)
        anonymise(today=TODAY)
        assert self.kept(new)
        assert not self.kept(old)

    @pytest.mark.parametrize("day", [{"delivered_on": date(2032, 5, 29)}, {}])
    def test_an_old_order_that_was_handed_out_lately_is_not_done_with(self, day):
        order, line = self.order(OLD)
        dates = {"delivered_on": date(2026, 4, 1), "handed_out_on": date(2026, 4, 2)} | day
        OrderedDevice.objects.create(line=line, device=make.lease("PF000009").device, **dates)
        anonymise(today=TODAY)
        assert self.kept(order) == bool(day)

    def test_a_new_exception_of_who_goes_is_not_touched_and_an_old_one_is(self):
        person = gone()
        new = make.approval(person, asked_at=self.NEW)
        old = make.approval(person, asked_at=OLD)
        anonymise(today=TODAY)
        new.refresh_from_db()
        old.refresh_from_db()
        assert new.reason == "Arbejder to steder"
        assert old.reason == "Anonymiseret"

    def test_an_exception_that_ended_long_ago_is_forgotten_of_who_is_still_here(self):
        person = make.employee("boho", "Bo Holder")
        old = make.approval(person, date(2027, 5, 1), asked_at=OLD)
        anonymise(today=TODAY)
        old.refresh_from_db()
        assert old.reason == "Anonymiseret"
        assert not anonymise(today=TODAY)


NEW = TestNobodyIsFoundByName.NEW
TEXTS = {
    "closed_because": "Asta bad om det",
    "past_stock_because": "Birger vil have ny",
    "used_for": "Cillas kontor",
    "exception_reason": "Dagny er to steder",
}
WORDS = ("Asta", "Birger", "Cilla", "Dagny")


def order_line(status, **values):
    """Make an old order with a line, and their history of that day."""
    order = Order.objects.create(created_at=OLD, requester_name="Signe Skov", mail_text="Hej, Ulf")
    values = {"unit": make.unit(), "reason": "shared"} | values
    line = OrderLine.objects.create(
        order=order, position=1, model=make.model(), status=status, **values
    )
    LogEntry.objects.update(timestamp=OLD)
    return line


@pytest.mark.parametrize("status", ["draft", "cancelled", "refused", "handed_out"])
def test_free_text_of_a_line_goes_with_its_order_in_history_too(status):
    line = order_line(status, **TEXTS)
    told = LogEntry.objects.get_for_object(line).get()
    told.changes |= {"exception_reason": ["None", TEXTS["exception_reason"]]}
    told.save()
    assert [word for word in WORDS if word not in everything()] == []
    assert anonymise(today=TODAY).orders == 1
    text = everything()
    assert [word for word in (*WORDS, "Signe", "Ulf") if word in text] == []
    assert not anonymise(today=TODAY)


def test_lines_of_an_order_that_was_anonymised_before_are_reached():
    line = order_line("handed_out", **TEXTS)
    Order.objects.update(requester_name="Anonymiseret", mail_text="")
    assert anonymise(today=TODAY).texts == 1
    line.refresh_from_db()
    assert {getattr(line, name) for name in TEXTS} == {"Anonymiseret"}


def test_a_line_that_was_deleted_is_forgotten_in_history():
    order_line("draft", **TEXTS).delete()
    LogEntry.objects.update(timestamp=OLD)
    anonymise(today=TODAY)
    assert [word for word in WORDS if word in everything()] == []


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_an_old_order_that_was_worked_on_lately_is_not_touched(status):
    line = order_line(status, **TEXTS)
    LogEntry.objects.get_for_object(line).update(timestamp=NEW)
    before = everything()
    assert not anonymise(today=TODAY)
    assert everything() == before


def test_a_forgotten_draft_names_no_leaver_for_ever():
    person = gone()
    line = order_line("draft", employee=person, unit=person.unit)
    LogEntry.objects.get_for_object(line).update(timestamp=NEW)
    assert not anonymise(today=TODAY).people
    LogEntry.objects.get_for_object(line).update(timestamp=OLD)
    assert anonymise(today=TODAY).people == ["Anna Bæk (anbe)"]


def test_an_order_that_waits_is_left_however_old():
    order_line("awaiting", **TEXTS)
    assert not anonymise(today=TODAY)


@pytest.mark.parametrize(("settled_at", "goes"), [(OLD, True), (NEW, False), (None, False)])
def test_an_objection_goes_once_it_was_settled_long_ago(settled_at, goes):
    lease = make.lease()
    settled = {"outcome": "refused", "outcome_note": "Den er Bodils"} if settled_at else {}
    Objection.objects.create(
        device=lease.device,
        unit=make.unit(),
        note="Asta har den",
        raised_at=OLD,
        settled_at=settled_at,
        **settled,
    )
    anonymise(today=TODAY)
    text = everything()
    assert ("Asta" not in text) == goes
    assert ("Bodil" in text) == (settled_at is NEW)


@pytest.mark.parametrize(
    ("reported_at", "found_on", "stops_on", "goes"),
    [
        (OLD, date(2026, 4, 1), None, True),
        (OLD, None, date(2026, 9, 1), True),
        (OLD, None, None, False),
        (OLD, date(2032, 5, 1), None, False),
        (NEW, date(2032, 5, 29), None, False),
    ],
)
def test_a_loss_goes_once_it_is_settled(reported_at, found_on, stops_on, goes):
    device = make.lease(stops_on=stops_on).device
    LossReport.objects.create(
        device=device,
        kind="lost",
        discovered_at=reported_at,
        reported_at=reported_at,
        encrypted="yes",
        found_on=found_on,
        note="Asta glemte den i toget",
    )
    anonymise(today=TODAY)
    assert ("Asta" not in everything()) == goes


@pytest.mark.parametrize(
    ("wished_at", "today", "goes"),
    [(OLD, TODAY, False), (OLD, date(2035, 1, 1), True), (NEW, date(2035, 1, 1), False)],
)
def test_a_wish_goes_once_its_lease_ended_long_ago(wished_at, today, goes):
    # Sixteen quarters from 1 January 2026 end on 1 January 2030, five years before the last day.
    lease = make.lease()
    EndWish.objects.create(lease=lease, wish="buyout", note="Asta beholder", wished_at=wished_at)
    anonymise(today=today)
    assert ("Asta" not in everything()) == goes


def test_log_ins_are_kept_for_a_month():
    rows = [
        model.objects.create(username="anbe", ip_address="192.0.2.1", **values)
        for model, values in (
            (AccessLog, {}),
            (AccessAttempt, {"failures_since_start": 1}),
        )
    ]
    for row in rows:
        type(row).objects.update(attempt_time=datetime(2032, 5, 2, 12, tzinfo=UTC))
    assert anonymise(today=TODAY).logins == 0
    assert AccessLog.objects.exists()
    assert anonymise(today=date(2032, 6, 2)).logins == 2
    assert not AccessLog.objects.exists()
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize(
    ("values", "goes"),
    [
        ({"answer": "no"}, True),
        ({}, True),
        ({"answer": "yes", "withdrawn_at": OLD}, True),
        ({"answer": "yes"}, False),  # has it still, and the lease runs
        ({"answer": "no", "valid_until": date(2027, 6, 1)}, False),
    ],
)
def test_who_was_asked_to_buy_is_forgotten_when_it_is_over(values, goes):
    make.cost_holder()
    person = make.employee()
    lease = make.lease(unit=person.unit, employee=person, quarters=40)
    asked_of(lease, person, **values)
    anonymise(today=TODAY)
    assert BuyoutInvitation.objects.exists() == (not goes)
    entries = LogEntry.objects.get_for_model(BuyoutInvitation)
    assert entries.count() == 1
    assert (str(person.pk) in str(entries[0].changes["employee"])) == (not goes)
    before = everything()
    anonymise(today=TODAY)
    assert everything() == before


@pytest.mark.parametrize(("until", "goes"), [(date(2027, 6, 1), True), (date(2027, 6, 2), False)])
def test_a_yes_is_kept_as_long_as_who_had_it(until, goes):
    make.cost_holder()
    person = gone(until=until, left_on=None)
    lease = Lease.objects.get()
    lease.terms.update(quarters=40)
    asked_of(lease, person, answer="yes")
    anonymise(today=TODAY)
    assert BuyoutInvitation.objects.exists() == (not goes)


def test_a_yes_goes_with_its_lease():
    make.cost_holder()
    person = make.employee()
    lease = make.lease(unit=person.unit, employee=person, starts_on=date(2023, 6, 1), quarters=16)
    asked_of(lease, person, answer="yes")
    anonymise(today=date(2032, 5, 31))
    assert BuyoutInvitation.objects.exists()
    anonymise(today=TODAY)
    assert not BuyoutInvitation.objects.exists()


def asked_of(lease, person, **values):
    values = {"valid_until": date(2027, 5, 31), **values}
    if values.get("answer"):
        values["answered_at"] = OLD
    return BuyoutInvitation.objects.create(
        lease=lease, employee=person, price_ore=100000, sent_at=OLD, **values
    )
