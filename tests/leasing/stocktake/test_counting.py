"""Whom a stocktake asks, what a scan says, what becomes a fault, and when it is none any more."""

from contextlib import suppress
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.errors import Refused
from inventory.models import Departure, Device, Employee
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.models import CountedDevice, LossReport, Mail, Settings, Stocktake, StocktakeFind
from leasing.stocktake.selectors.faults import found_otherwise
from leasing.stocktake.selectors.plan import plan_of
from leasing.stocktake.selectors.progress import progress_of, total_of
from leasing.stocktake.selectors.rows import counted_rows, find_rows
from leasing.stocktake.services import stocktakes
from leasing.stocktake.services.answers import answer_for
from leasing.stocktake.services.stocktakes import extend_stocktake, remind_when_due
from tests import builders as make
from tests.histories import histories
from tests.leasing.reorganisation.changing import carried_out
from tests.leasing.stocktake.school import (
    AFTER,
    DUE,
    FIRST,
    NOW,
    TODAY,
    School,
    close,
    links_to,
    nudge,
    reply,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db):
    return School()


def faults(on=TODAY):
    found = Device.objects.filter(pk__in=list(found_otherwise(on)))
    return sorted(found.values_list("serial_number", flat=True))


def counted(stocktake):
    return sorted(stocktake.devices.values_list("serial_number", flat=True))


def test_a_unit_is_counted_with_its_loans_and_without_what_is_elsewhere(school):
    plan = plan_of([school.school.pk], is_pcs_only=True, on=TODAY)
    assert [one.serial_number for one in plan.devices] == [f"PF00000{n}" for n in range(1, 6)]
    assert (len(plan.asked), plan.people) == (3, 2)  # Anna's two, and Carl's loan
    every = plan_of([school.school.pk], is_pcs_only=False, on=TODAY)
    assert len(every.devices) == 6
    shelf = plan_of([school.holder.pk], is_pcs_only=True, on=TODAY)
    assert [one.serial_number for one in shelf.devices] == ["PF000007"]


def test_each_is_asked_by_one_mail_with_a_link_of_its_own_for_each_device(school, cast):
    leader = cast.with_access("lea", "Enhedsleder", unit=school.school)
    head = cast.with_access("hed", "Leder", department=school.library.department)
    school.start(school.school, school.library)
    mails = {mail.recipients: mail for mail in Mail.objects.all()}
    assert set(mails) == {
        "anbe@example.dk",
        "cask@example.dk",
        "dori@example.dk",
        leader.email,
        head.email,
    }
    annas = links_to(school.anna)
    assert sorted(annas) == ["PF000001", "PF000002"]
    assert len(set(annas.values())) == 2
    for body in (mails["anbe@example.dk"].text, mails["anbe@example.dk"].html):
        assert all(link in body for link in annas.values())
        for secret in ("PF000003", "PF000004", "PF000005", "Bo Due", "Carl"):
            assert secret not in body
    assert "Birkeskolen: 5 stk., heraf 2 at scanne" in mails[leader.email].text
    assert "Biblioteket" not in mails[leader.email].text


def test_one_stocktake_holds_so_many_and_no_more(school, monkeypatch):
    monkeypatch.setattr(stocktakes, "MOST_DEVICES", 4)
    with pytest.raises(Refused, match=r"5 stk.*højst tælles 4 ad gangen"):
        school.start()
    assert not Stocktake.objects.exists()
    assert not Mail.objects.exists()
    monkeypatch.setattr(stocktakes, "MOST_DEVICES", 5)
    school.start()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"due_on": TODAY}, "efter i dag"),
        ({"due_on": TODAY + timedelta(days=121)}, "højst vare"),
    ],
)
def test_a_stocktake_has_a_last_day_that_is_near(school, values, why):
    with pytest.raises(Refused, match=why):
        school.start(**values)
    assert not Mail.objects.exists()


def test_no_device_is_in_two_stocktakes_that_run(school):
    first = school.start()
    with pytest.raises(Refused, match="ikke noget at tælle"):
        school.start()
    second = school.start(school.school, school.library)
    assert counted(second) == ["PF000006"]
    close(first)
    assert len(counted(school.start())) == 5


def test_the_last_answer_counts_and_history_keeps_those_before(school):
    school.start()
    link = links_to(school.anna)["PF000001"]
    reply(link, "no", "ligger  hos\u202e\x00\nBo")
    row = row_of(school.first)
    assert (row.answer, row.how, row.note) == ("no", "link", "ligger hos Bo")
    reply(link, "yes")
    row.refresh_from_db()
    assert (row.answer, row.note) == ("yes", "")
    told = LogEntry.objects.get_for_object(row).order_by("pk")
    assert [one.changes.get("answer") for one in told if one.action == 1] == [
        ["", "no"],
        ["no", "yes"],
    ]
    assert (
        counted_rows([row_of(school.second).pk], TODAY, None)[
            row_of(school.second).pk
        ].counted.answer
        == ""
    )


def test_what_is_scanned_is_said_at_once_and_twice_is_no_fault(school):
    Settings.objects.update(site_address="https://pc.example.dk/")
    stocktake = school.start()
    gone = make.device("PF000020")
    Departure.objects.create(device=gone, left_on=FIRST, how="returned")
    label = f"https://pc.example.dk/udstyr/{school.bos.pk}/"
    text = f"pf000004 1S21ML003TMXPF000005, {label}\nPF000006 PF000020 XY999999 ??"
    said = {
        "PF000004": "here",
        "PF000005": "here",  # lent: at hand where its borrower works
        "PF000003": "here",
        "PF000006": "not_counted",
        "PF000020": "gone",
        "XY999999": "unknown",
        "??": "bad",
    }
    assert school.scan(stocktake, text, place="Lokale 12") == said
    finds = dict(StocktakeFind.objects.values_list("serial_number", "device"))
    assert finds == {"PF000006": school.dortes.pk, "PF000020": gone.pk, "XY999999": None}
    before = list(CountedDevice.objects.order_by("pk").values()), LogEntry.objects.count()
    again = school.scan(stocktake, text, place="Lokale 12", now=NOW + timedelta(minutes=1))
    assert again == said | dict.fromkeys(("PF000003", "PF000004", "PF000005"), "again")
    assert before == (list(CountedDevice.objects.order_by("pk").values()), LogEntry.objects.count())
    assert row_of(school.shared).place == "Lokale 12"


def test_what_is_counted_elsewhere_is_at_the_wrong_unit_until_it_is_scanned_at_home(school):
    stocktake = school.start(school.school, school.library)
    at = [NOW + timedelta(hours=n) for n in range(9)]

    def found_at():
        row = row_of(school.dortes)
        return counted_rows([row.pk], TODAY, None)[row.pk].found_at

    def scanned(unit, n):
        return school.scan(stocktake, "PF000006", unit, now=at[n])["PF000006"]

    reply(links_to(school.dorte)["PF000006"], "yes", "står hjemme", now=at[0])
    before = CountedDevice.objects.filter(pk=row_of(school.dortes).pk).values().get()
    assert (scanned(school.school, 1), found_at()) == ("elsewhere", school.school)
    assert CountedDevice.objects.filter(pk=before["id"]).values().get() == before
    assert faults() == ["PF000006"]
    assert (scanned(school.library, 2), found_at()) == ("here", None)
    assert faults() == []
    assert (scanned(school.school, 3), faults()) == ("elsewhere", ["PF000006"])
    assert (scanned(school.library, 4), faults()) == ("here", [])
    reply(links_to(school.dorte)["PF000006"], "broken", "skærmen er revnet", now=at[5])
    assert scanned(school.library, 6) == "again"
    assert scanned(school.school, 7) == "elsewhere"
    assert scanned(school.library, 8) == "here"
    row = row_of(school.dortes)
    assert (row.answer, row.note, found_at()) == ("broken", "skærmen er revnet", None)
    school.dorte.also_employed_at.add(school.school)
    assert school.scan(stocktake, "PF000006") == {"PF000006": "again"}
    assert row_of(school.dortes).note == "skærmen er revnet"


def test_silence_is_a_fault_after_the_last_day_and_wrong_answers_at_once(school):
    stocktake = school.start()
    reply(links_to(school.anna)["PF000001"], "no")
    school.scan(stocktake, "PF000004 PF000003 PF000005")
    assert faults() == faults(DUE) == ["PF000001"]
    assert faults(AFTER) == ["PF000001", "PF000002"]
    assert faults(TODAY - timedelta(days=1)) == []  # nobody had answered yet
    close(stocktake)
    assert faults() == ["PF000001", "PF000002"]
    with pytest.raises(Refused):
        reply(links_to(school.anna)["PF000001"], "yes")
    with pytest.raises(Refused, match="lukket"):
        school.scan(stocktake, "PF000002")
    with pytest.raises(Refused, match="lukket"):
        close(stocktake)


def test_what_was_begun_by_mistake_finds_nothing(school):
    stocktake = school.start()
    reply(links_to(school.anna)["PF000001"], "no")
    close(stocktake, is_withdrawn=True)
    assert faults(AFTER) == []


def _swap(school):
    Device.objects.filter(pk=school.first.pk).update(serial_number="PFNEW001")


def _lose(school):
    LossReport.objects.create(
        device=school.first, kind="lost", discovered_at=NOW, encrypted="yes", reported_at=NOW
    )


MENDS = {
    "another person's": lambda s: make.placement(s.first, FIRST + timedelta(5), s.school, s.carl),
    "taken back": lambda s: make.placement(s.first, TODAY),
    "lost": _lose,
    "gone": lambda s: Departure.objects.create(device=s.first, left_on=TODAY, how="discarded"),
}


@pytest.mark.parametrize("how", MENDS)
@pytest.mark.parametrize("said", ["no", "wrong_unit", "broken", ""])
def test_a_fault_goes_when_the_register_is_right(school, how, said):
    stocktake = school.start()
    if said:
        reply(links_to(school.anna)["PF000001"], said)
    close(stocktake)
    assert "PF000001" in faults()
    MENDS[how](school)
    assert ("PF000001" in faults()) is False


def test_a_unit_that_is_merged_with_another_is_no_answer(school):
    stocktake = school.start()
    school.scan(stocktake, "PF000006")
    new = make.unit("1002", "Åskolen")
    carried_out(TODAY, ("merge", school.school, {"successor": new}))
    assert faults() == ["PF000006"]
    close(stocktake)
    # Also those that nobody has: nobody has said that they are there.
    assert faults() == [f"PF00000{n}" for n in (1, 2, 3, 4, 5, 6)]
    make.placement(school.dortes, TODAY, new)  # where it was found
    make.placement(school.shared, TODAY + timedelta(1), school.library)
    assert faults(TODAY + timedelta(1)) == [f"PF00000{n}" for n in (1, 2, 3, 5)]


def test_broken_is_mended_by_a_swap_and_a_stray_by_the_right_unit(school):
    stocktake = school.start(school.school, school.library)
    reply(links_to(school.anna)["PF000001"], "broken")
    school.scan(stocktake, "PF000004", school.library)
    assert faults() == ["PF000001", "PF000004"]
    _swap(school)
    make.placement(school.shared, TODAY, make.unit("3001"))
    assert faults() == ["PF000004"]
    make.placement(school.shared, TODAY + timedelta(1), school.library)
    assert faults(TODAY + timedelta(1)) == []


def test_a_find_is_a_fault_until_it_is_moved_or_answered_for(school):
    stocktake = school.start()
    school.scan(stocktake, "PF000006 XY999999")
    [find, unknown] = StocktakeFind.objects.order_by("serial_number")
    assert faults() == ["PF000006"]
    rows = find_rows([find.pk, unknown.pk], TODAY, None)
    assert (rows[find.pk].is_open, rows[unknown.pk].is_open) == (True, False)
    other = school.start(school.library)
    reply(links_to(school.dorte)["PF000006"], "yes", now=NOW + timedelta(hours=1))
    assert faults() == []
    assert other.devices.count() == 1
    row_of(school.dortes).delete()
    make.placement(school.dortes, TODAY, school.school)
    assert faults() == []


def test_what_is_lost_is_asked_of_nobody(school):
    _lose(school)
    stocktake = school.start()
    assert not stocktake.devices.filter(device=school.first).exists()
    assert list(links_to(school.anna)) == ["PF000002"]


def test_what_is_lost_meanwhile_is_asked_of_nobody_either(school, cast, client_of):
    stocktake = school.start()
    before = total_of(progress_of(stocktake.devices.all(), TODAY))
    link = links_to(school.anna)["PF000001"]
    page = reverse("stocktake-count", args=[stocktake.pk, school.school.pk])
    assert "PF000001" in client_of(cast.helpdesk).get(page).content.decode()
    _lose(school)
    after = total_of(progress_of(stocktake.devices.all(), TODAY))
    assert (after.open, after.gone) == (before.open - 1, before.gone + 1)
    with pytest.raises(Refused, match="Linket"):
        reply(link)
    nudge(stocktake)
    assert list(links_to(school.anna, reminder=True)) == ["PF000002"]
    assert "PF000001" not in client_of(cast.helpdesk).get(page).content.decode()
    close(stocktake)
    assert row_of(school.first).answer == "gone"


def test_one_reminder_asks_who_has_it_by_now(school):
    stocktake = school.start()
    old = links_to(school.anna)
    reply(old["PF000002"], "yes")
    make.placement(school.first, TODAY, school.school, school.carl)
    school.bo.mail = "bo@example.dk"
    school.bo.save()
    nudge(stocktake, now=NOW + timedelta(days=1))
    with pytest.raises(Mail.DoesNotExist):
        links_to(school.anna, reminder=True)
    assert sorted(links_to(school.carl, reminder=True)) == ["PF000001", "PF000005"]
    assert links_to(school.carl, reminder=True)["PF000005"] == links_to(school.carl)["PF000005"]
    assert list(links_to(school.bo, reminder=True)) == ["PF000003"]
    with pytest.raises(Refused, match="Linket"):
        reply(old["PF000001"])
    reply(links_to(school.carl, reminder=True)["PF000001"])
    with pytest.raises(Refused, match="kun én gang"):
        nudge(stocktake)


def test_notify_reminds_once_as_the_last_day_comes_near(school):
    stocktake = school.start()
    assert remind_when_due(today=DUE - timedelta(days=4), now=NOW) == []
    assert len(remind_when_due(today=DUE - timedelta(days=3), now=NOW)) == 2
    assert remind_when_due(today=DUE, now=NOW) == []
    stocktake.refresh_from_db()
    assert stocktake.reminded_at


def test_more_time_lets_the_links_work_longer(school):
    stocktake = school.start()
    with pytest.raises(Refused, match="kan ikke blive kortere"):
        extend_stocktake(stocktake_id=stocktake.pk, due_on=DUE, actor=None, today=TODAY)
    later = AFTER + timedelta(days=5)
    extend_stocktake(stocktake_id=stocktake.pk, due_on=later, actor=None, today=AFTER)
    reply(links_to(school.anna)["PF000001"], today=later)
    assert faults(AFTER) == []


def test_who_answers_for_others_is_in_history_and_who_has_left_is_not_asked(school, cast):
    school.anna.left_on = TODAY
    school.anna.save()
    school.start()
    assert not row_of(school.first).link
    answer_for(
        row=row_of(school.first), answer="yes", note="", actor=cast.head, today=TODAY, now=NOW
    )
    row = row_of(school.first)
    assert (row.answer, row.how, row.answered_by) == ("yes", "person", cast.head)
    Departure.objects.create(device=school.first, left_on=TODAY, how="returned")
    with pytest.raises(Refused, match="ude af registeret"):
        answer_for(row=row, answer="no", note="", actor=cast.head, today=TODAY, now=NOW)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "scan", "move", "leave", "remind", "again"]),
        st.integers(0, 6),
        st.sampled_from(["yes", "no", "wrong_unit", "broken"]),
    ),
    max_size=12,
)


@histories(25)
@given(STEPS)
def test_answered_and_open_are_the_devices_and_no_device_is_there_twice(school, steps):
    with transaction.atomic():
        stocktake = school.start(school.school, school.library)
        devices = list(Device.objects.filter(counts__stocktake=stocktake).order_by("pk"))
        for what, at, said in steps:
            device = devices[at % len(devices)]
            with suppress(Refused):
                _step(school, stocktake, device, what, said)
            total = total_of(progress_of(stocktake.devices.all(), TODAY))
            assert total.answered + total.open == total.devices == len(devices)
            assert total.open <= stocktake.devices.filter(answer="").count()
        close(stocktake)
        total = total_of(progress_of(stocktake.devices.all(), TODAY))
        assert total.open == stocktake.devices.filter(answer="").count()
        assert set(faults()) <= set(Device.objects.values_list("serial_number", flat=True))
        everywhere = CountedDevice.objects.values_list("stocktake", "device")
        assert len(everywhere) == len(set(everywhere))
        transaction.set_rollback(True)


def _step(school, stocktake, device, what, said):
    if what == "say":
        answer_for(row=row_of(device), answer=said, note="", actor=None, today=TODAY, now=NOW)
    elif what == "scan":
        school.scan(stocktake, device.serial_number, school.library if said == "no" else None)
    elif what == "move":
        device.placements.filter(starts_on=TODAY).delete()
        make.placement(device, TODAY, school.library, school.dorte if said == "yes" else None)
    elif what == "leave" and not Departure.objects.filter(device=device).exists():
        Departure.objects.create(device=device, left_on=TODAY, how="returned")
    elif what == "remind":
        nudge(stocktake)
    elif what == "again":
        school.start(school.school, school.library)


def queries_of(act):
    with CaptureQueriesContext(connection) as found:
        act()
    return len([one for one in found if "SAVEPOINT" not in one["sql"]])


def test_three_devices_cost_as_many_queries_as_thirty(school):
    few, many = make.unit("4001"), make.unit("4002")
    for unit, count in ((few, 3), (many, 30)):
        for n in range(count):
            person = make.employee(f"x{unit.pk}-{n}", unit=unit)
            make.lease(f"PX{unit.number}{n:03}", unit=unit, employee=person)
    costs = []
    quarter_costs(None, TODAY)  # works out what is kept
    for unit in (few, many):
        Stocktake.objects.update(closed_at=NOW)
        stocktake = school.start(unit)
        numbers = " ".join(counted(stocktake)[:-1])
        costs.append(
            [
                queries_of(lambda s=stocktake: nudge(s)),
                queries_of(lambda s=stocktake, n=numbers, u=unit: school.scan(s, n, u)),
                queries_of(lambda: faults(AFTER)),
                queries_of(lambda s=stocktake: progress_of(s.devices.all(), TODAY)),
                queries_of(
                    lambda s=stocktake: counted_rows(
                        list(s.devices.values_list("pk", flat=True)), TODAY, None
                    )
                ),
                queries_of(lambda s=stocktake: close(s)),
            ]
        )
        costs[-1].append(queries_of(lambda u=unit: school.start(u)))
    assert costs[0] == costs[1]


@override_settings(TODAY=TODAY)
def test_no_button_reminds_where_nobody_can_be_written_to(school, cast, client_of):
    stocktake = school.start()
    url = reverse("stocktake", args=[stocktake.pk])
    assert "Ryk nu" in client_of(cast.helpdesk).get(url).content.decode()
    Employee.objects.update(mail="")
    page = client_of(cast.helpdesk).get(url).content.decode()
    assert "Ryk nu" not in page
    assert "Der er ingen at rykke" in page
