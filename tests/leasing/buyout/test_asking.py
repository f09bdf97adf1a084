"""Who can be asked, at what price and until when; the mail; withdrawn and asked again."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from albertslund_it.common.errors import Refused
from inventory.models import Departure
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.buyout.selectors.rows import Obstacle, Question, buyout_rows
from leasing.buyout.services.invitations import MOST, withdraw_invitations
from leasing.cost_table.moment import one_moment
from leasing.models import BuyoutInvitation, BuyoutOffer, Mail
from leasing.notices.services.notices import write_notices
from tests import builders as make
from tests.leasing.buyout.town import (
    NOW,
    PRICE,
    STOPS_ASKING,
    TODAY,
    UNTIL,
    Office,
    answer,
    ask,
    link_of,
    row_of,
)
from tests.leasing.mail.smtp import mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db):
    return Office()


def withdraw(*leases):
    return withdraw_invitations(
        lease_ids=[lease.pk for lease in leases], actor=None, today=TODAY, now=NOW
    )


def test_each_is_asked_by_a_mail_with_price_and_last_day(office):
    made = ask(*office.leases)
    assert [(one.employee, one.price_ore, one.valid_until) for one in made] == [
        (office.anna, PRICE, UNTIL),
        (office.bo, PRICE, UNTIL),
    ]
    mails = list(Mail.objects.order_by("pk"))
    assert [mail.recipients for mail in mails] == ["anbe@example.dk", "bodu@example.dk"]
    for mail, one, number in zip(mails, made, ("PF000001", "PF000002"), strict=True):
        for body in (mail.text, mail.html):
            assert number in body
            assert "1.250,00\xa0kr." in body
            assert "01-11-2029" in body
            assert link_of(one) in body
    assert "Bo Due" not in mails[0].text + mails[0].html
    assert LogEntry.objects.get_for_model(BuyoutInvitation).count() == 2


def test_the_last_day_is_the_first_of_offer_and_buyout(office):
    BuyoutOffer.objects.update(valid_until=date(2030, 6, 30))
    [made] = ask(office.leases[0])
    assert made.valid_until == date(2029, 12, 1)  # 31 December less 30 days


def test_the_mail_arrives_by_smtp(office, settings, transactional_db):
    with mail_server(settings) as inbox:
        [made] = ask(office.leases[0])
    [(to, message)] = inbox.messages
    assert to == ["anbe@example.dk"]
    assert message["Subject"] == "Vil du købe din T14?"
    assert message["Reply-To"] == "helpdesk@example.dk"
    plain = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for body in (plain, html):
        assert f"http://127.0.0.1:8000{link_of(made)}" in body
        assert "1.250,00" in body


@pytest.mark.parametrize("why", STOPS_ASKING)
def test_who_cannot_be_asked_is_left_out_with_the_reason(office, why):
    STOPS_ASKING[why](office)
    before = BuyoutInvitation.objects.count(), Mail.objects.count()
    assert row_of(office.leases[0]).obstacle == why
    with pytest.raises(Refused, match="Der er ingen at spørge"):
        ask(office.leases[0])
    assert (BuyoutInvitation.objects.count(), Mail.objects.count()) == before


def test_every_obstacle_is_tried():
    assert {*STOPS_ASKING, Obstacle.ENDED} == set(Obstacle)


def test_a_lease_that_has_ended_is_not_asked_about(office):
    assert row_of(office.leases[0], date(2030, 1, 1)).obstacle == Obstacle.ENDED


def test_an_extended_lease_is_too_late_as_the_four_years_are_over(office):
    make.decided(office.leases[0], "extension")
    assert row_of(office.leases[0], date(2030, 3, 1)).obstacle == Obstacle.TOO_LATE


def test_withdrawn_and_asked_again_is_another_question(office):
    [first] = ask(office.leases[0])
    assert withdraw(office.leases[0]) == 1
    assert row_of(office.leases[0]).asked == Question.WITHDRAWN
    [second] = ask(office.leases[0])
    assert link_of(first) != link_of(second)
    with pytest.raises(Refused, match="Linket kan ikke bruges"):
        answer(first)
    answer(second)
    assert row_of(office.leases[0]).asked == Question.YES


def test_a_question_that_ran_out_is_withdrawn_by_the_next(office):
    [first] = ask(office.leases[0])
    BuyoutInvitation.objects.update(valid_until=TODAY - timedelta(days=1))
    assert row_of(office.leases[0]).asked == Question.EXPIRED
    ask(office.leases[0])
    first.refresh_from_db()
    assert first.withdrawn_at
    assert row_of(office.leases[0]).asked == Question.WAITS


def test_who_has_it_now_is_asked_after_a_move(office):
    [first] = ask(office.leases[0])
    make.placement(office.leases[0].device, TODAY, office.unit, office.bo)
    assert row_of(office.leases[0]).asked == Question.MOVED
    [second] = ask(office.leases[0])
    assert second.employee == office.bo
    with pytest.raises(Refused):
        answer(first)
    assert Mail.objects.get(key=f"buyout-{second.pk}").recipients == "bodu@example.dk"


def test_nothing_to_withdraw_is_said(office):
    with pytest.raises(Refused, match="Ingen af dem er spurgt"):
        withdraw(*office.leases)
    ask(office.leases[0])
    Departure.objects.create(device=office.leases[0].device, left_on=TODAY, how="bought")
    with pytest.raises(Refused, match="allerede overdraget"):
        withdraw(office.leases[0])


def test_nobody_ticked_is_said(office):
    with pytest.raises(Refused, match="Sæt kryds"):
        ask()


def test_no_more_are_asked_at_once_than_are_mailed_in_a_page(office):
    many = [
        make.lease(f"PX{n:05}", unit=office.unit, employee=make.employee(f"x{n}", unit=office.unit))
        for n in range(MOST + 3)
    ]
    assert len(ask(*many)) == MOST
    assert len(ask(*many)) == 3


def test_the_number_of_queries_does_not_depend_on_the_devices(office, django_assert_num_queries):
    many = [make.lease(f"PX{n:05}", unit=office.unit, employee=office.bo) for n in range(30)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        buyout_rows([many[0].pk], TODAY)
    with django_assert_num_queries(len(few)):
        assert len(buyout_rows([lease.pk for lease in many], TODAY)) == 30


def test_offers_are_in_no_cost(office):
    devices = [lease.device_id for lease in office.leases]
    with one_moment():
        before = quarter_costs(devices, TODAY)
    answer(*ask(office.leases[0]))
    with one_moment():
        assert quarter_costs(devices, TODAY) == before


def test_a_moment_of_sending_is_kept(office):
    [made] = ask(office.leases[0], now=datetime(2029, 9, 3, 12, tzinfo=UTC))
    assert made.sent_at == datetime(2029, 9, 3, 12, tzinfo=UTC)


def test_who_has_not_answered_is_reminded_once_before_the_last_day(office):
    asked, other = ask(*office.leases)
    answer(other, "no")
    last = asked.valid_until
    assert written(last - timedelta(days=5)) == []
    (told,) = written(last - timedelta(days=4))
    assert told == f"Frikøb, påmindelse: til {office.anna.mail}"
    assert written(last - timedelta(days=3)) == []
    mail = Mail.objects.get(key=f"buyout-reminder-{asked.pk}")
    assert link_of(asked) in mail.text
    assert mail.subject == "Husk at svare: vil du købe din T14?"


@pytest.mark.parametrize("late", [False, True])
def test_nobody_is_reminded_of_what_is_withdrawn_or_was_asked_just_now(office, late):
    moment = datetime.combine(UNTIL - timedelta(days=2), time(9), UTC)
    (asked,) = (
        ask(office.leases[0], today=moment.date(), now=moment) if late else ask(office.leases[0])
    )
    if not late:
        withdraw(office.leases[0])
    assert written(asked.valid_until - timedelta(days=1)) == []


def written(day):
    lines = write_notices(today=day, now=datetime.combine(day, time(9), UTC))
    return [line for line in lines if line.startswith("Frikøb")]
