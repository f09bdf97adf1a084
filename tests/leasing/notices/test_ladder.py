"""Undecided ends are told of as the days run out: each step once, one mail to a person."""

from datetime import UTC, date, datetime, timedelta

import pytest

from albertslund_it import roles
from inventory.models import Access
from leasing.lease_end.services.decisions import stop_lease
from leasing.models import EndWish, LessorQuestion, Mail, Settings
from leasing.notices.services.notices import write_notices
from tests import builders as make
from tests.leasing.lease_end.deciding import decide

LAST_DAY = date(2029, 12, 31)  # of a lease of sixteen quarters from 1 January 2026
IT = "it@example.dk"


def left(days):
    """Return the day on which so many days are left of the lease."""
    return LAST_DAY - timedelta(days=days)


@pytest.fixture
def school(db):
    """Let nothing but what a test makes be due: there is nobody to tell of arrears."""
    make.cost_holder()
    Settings.objects.update(helpdesk_mail=IT)
    return make.unit("1010", "Ærtebjerg Skole")


@pytest.fixture
def head(school, cast):
    return cast.with_access("lone", roles.HEAD, department=school.department)


def notify(today):
    """Write what is due; return the new mails of the ladder by address."""
    known = set(Mail.objects.values_list("pk", flat=True))
    write_notices(today=today, now=datetime(today.year, today.month, today.day, 7, tzinfo=UTC))
    mails = Mail.objects.exclude(pk__in=known).filter(key__startswith="ends-").order_by("pk")
    for mail in mails:
        mail.text = mail.text.replace("\xa0", " ")
    found = {mail.recipients: mail for mail in mails}
    assert len(found) == len(mails)  # one to a person
    return found


class TestTheSteps:
    def test_each_step_is_told_once_on_its_day(self, school):
        make.lease(unit=school)
        near = {step + n for step in (180, 90, 60, 30, 14, 0) for n in (1, 0, -1)}
        in_order = sorted(near | set(range(200, -30, -10)), reverse=True)
        days = [n for n in in_order if notify(left(n))]
        assert days == [180, 90, 60, 30, 14]

    def test_twice_a_day_tells_nothing_twice(self, school):
        make.lease(unit=school)
        assert notify(left(180))
        assert not notify(left(180))

    def test_after_days_of_downtime_only_the_shortest_step_is_told(self, school):
        make.lease(unit=school)
        notify(left(180))
        told = notify(left(29))
        assert told[IT].subject.startswith("1 stk. leaset udstyr udløber inden for 30 dage")
        assert not notify(left(28))
        assert notify(left(14))

    def test_nothing_was_ever_told_and_the_last_day_has_come(self, school):
        make.lease(unit=school)
        assert notify(left(0))
        assert not notify(left(-1))

    def test_the_setting_names_the_steps(self, school):
        Settings.objects.update(end_notice_days="45")
        make.lease(unit=school)
        steps = (180, 90, 60, 45, 30, 14, 0)
        days = [step + n for step in steps for n in (1, 0, -1)]
        assert [n for n in days if notify(left(n))] == [45]
        Settings.objects.update(end_notice_days="")
        make.lease("PF000002", unit=school)
        assert not notify(left(1))

    def test_another_day_is_told_anew(self, school):
        lease = make.lease(unit=school)
        notify(left(180))
        lease.starts_on = date(2026, 1, 2)
        lease.save()
        told = notify(left(179))
        assert "01-01-2030" in told[IT].text

    def test_a_decision_is_silent_whatever_it_is(self, school):
        for n, choice in enumerate(("buyout", "return", "extension")):
            lease = make.lease(f"PF00000{n}", unit=school)
            make.decided(lease, choice, quarters=4)
        stopped = make.lease("PF000009", unit=school)
        stop_lease(serial_number=str(stopped.device), stops_on=date(2029, 11, 1), actor=None)
        assert not notify(left(14))

    def test_an_extension_is_told_of_when_it_ends_in_its_turn(self, school):
        make.decided(make.lease(unit=school), "extension", quarters=4)
        assert not notify(left(14))
        assert "31-12-2030" in notify(date(2030, 7, 4))[IT].text

    def test_one_taken_back_waits_for_the_next_step(self, school):
        make.lease(unit=school)
        notify(left(60))
        decide("return", today=left(59))
        decide("undecided", today=left(58))
        assert not notify(left(58))
        assert notify(left(30))

    def test_what_comes_later_is_counted_with_what_was_told(self, school):
        make.lease(unit=school)
        notify(left(180))
        make.lease("PF000002", unit=school)
        told = notify(left(170))[IT]
        assert "- 1 stk. har højst 180 dage tilbage" in told.text
        assert "I alt er der 2 stk." in told.text


class TestWhoIsTold:
    def test_a_head_of_three_departments_gets_one_mail_and_the_helpdesk_one(self, school, head):
        for n in range(3):
            department = make.department(f"Afdeling {n}")
            Access.objects.create(user=head, department=department, starts_on=date(2025, 1, 1))
            unit = make.unit(f"200{n}", f"Sted {n}", department=department)
            make.lease(f"PF00001{n}", unit=unit, price_ore=1600_00)
        make.lease("PF000001")  # in stock
        told = notify(left(90))
        assert set(told) == {IT, head.email}
        assert (
            "4. kvartal 2029, Afdeling 1: 1 stk., 100,00 kr. i kvartalet" in told[head.email].text
        )
        assert "I alt er der 3 stk., der koster 300,00 kr." in told[head.email].text
        assert "It-lager" not in told[head.email].text
        assert "4. kvartal 2029, It-lager: 1 stk." in told[IT].text

    def test_another_department_is_not_a_heads(self, school, head):
        other = make.unit("3001", "Biblioteket", department=make.department("Kultur"))
        make.lease(unit=other)
        assert set(notify(left(90))) == {IT}

    def test_a_new_head_is_told_what_the_old_one_was(self, school, head, cast):
        make.lease(unit=school)
        notify(left(90))
        Access.objects.filter(user=head).update(ends_before=left(80))
        cast.with_access("nye", roles.HEAD, department=school.department)
        assert set(notify(left(80))) == {"nye@example.dk"}

    def test_without_a_head_it_is_the_departments_address_then_the_units_leader(self, school):
        school.leader_mail = "skole@example.dk"
        school.save()
        make.lease(unit=school)
        assert set(notify(left(90))) == {IT, "skole@example.dk"}
        school.department.head_mail = "chef@example.dk"
        school.department.save()
        assert set(notify(left(60))) == {IT, "chef@example.dk"}

    def test_one_address_for_helpdesk_and_head_gets_one_mail_of_all(self, school, head):
        Settings.objects.update(helpdesk_mail=head.email.upper())
        make.lease(unit=school)
        [told] = notify(left(90)).values()
        assert "/udloeb/" in told.text

    def test_no_helpdesk_address_still_tells_the_heads(self, school, head):
        Settings.objects.update(helpdesk_mail="")
        make.lease(unit=school)
        assert set(notify(left(90))) == {head.email}


class TestWhatIsSaid:
    def test_heads_wish_and_the_helpdesk_decides(self, school, head):
        make.lease(unit=school)
        told = notify(left(90))
        for body in (told[head.email].text, told[head.email].html):
            assert "It beslutter ud fra jeres ønske" in " ".join(body.split())
        assert told[head.email].subject.endswith("hvad ønsker du?")
        assert "Se dem og beslut her" in told[IT].text
        assert told[IT].html.count("<a ") == 2  # the board, and the foot

    def test_a_wish_is_silent_for_the_head_alone(self, school, head):
        lease = make.lease(unit=school)
        EndWish.objects.create(
            lease=lease, wish="return", wished_by=head, wished_at=datetime(2029, 9, 1, tzinfo=UTC)
        )
        assert set(notify(left(90))) == {IT}

    def test_where_heads_decide_a_wish_is_no_decision(self, school, head):
        Settings.objects.update(heads_decide_ends=True)
        lease = make.lease(unit=school)
        EndWish.objects.create(
            lease=lease, wish="return", wished_by=head, wished_at=datetime(2029, 9, 1, tzinfo=UTC)
        )
        told = notify(left(90))[head.email]
        assert "Se dem og beslut her" in told.text
        assert told.subject.endswith("intet er besluttet")


class TestTheLessorsDeadline:
    @pytest.fixture
    def question(self, school):
        return LessorQuestion.objects.create(
            sub_agreement=make.sub_agreement(),
            received_on=date(2029, 1, 2),
            answer_by=date(2029, 3, 1),  # long before any end is near
            expires_from=date(2029, 12, 1),
            expires_to=LAST_DAY,
        )

    def told(self):
        first = date(2029, 3, 1)
        days = range(40, -3, -1)
        return [n for n in days if notify(first - timedelta(days=n))]

    def test_it_is_told_on_its_own_ladder_to_the_helpdesk_alone(self, school, head, question):
        make.decided(make.lease(unit=school), "return")
        make.lease("PF000002", unit=school)
        told = notify(date(2029, 2, 1))
        assert set(told) == {IT}
        assert told[IT].subject == "Leasinggiver skal have svar senest den 01-03-2029"
        assert "Underaftale UA-1, svar senest den 01-03-2029: 1 af 2 stk." in told[IT].text
        assert self.told() == [14, 7]

    def test_an_answer_is_silent_and_a_moved_day_is_told_anew(self, question):
        assert notify(date(2029, 2, 1))
        LessorQuestion.objects.update(answer_by=date(2029, 2, 20))
        assert notify(date(2029, 2, 2))
        LessorQuestion.objects.update(answered_on=date(2029, 2, 3))
        assert not notify(date(2029, 2, 14))
