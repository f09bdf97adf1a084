"""Mails by a real SMTP connection: sent after the change, kept when they fail, tried again."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.template import Engine
from django.test.utils import CaptureQueriesContext

from inventory.models import ExpectedReturn
from leasing.approvals.services.approvals import ask_approval, decide_approval
from leasing.mail.services import (
    AT_ONCE,
    Draft,
    addresses,
    send_mail,
    send_unsent,
    write_mail,
    write_mails,
)
from leasing.models import Approval, Mail, Settings
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.mail.smtp import free_port, mail_server, silent_server, use
from tests.leasing.pages import read, text_of

NO_ANSWER = "Mailserveren svarer ikke"

pytestmark = pytest.mark.django_db(transaction=True)

TODAY, NOW = date(2026, 5, 1), datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY
    make.cost_holder()
    make.price()


@pytest.fixture
def anna(cast):
    return make.employee("anbe", "Anna Bæk", unit=cast.unit)


def ask(person, now=NOW, **fields):
    values = {"reason": "Kører ud", "ends_before": date(2027, 1, 1), "actor": None} | fields
    return ask_approval(employee=person, now=now, **values)


def write(recipients="a@example.dk", subject="Emne", **fields):
    approval = Approval(pk=1, employee=make.model and fields.pop("employee"))
    approval.reason, approval.ends_before = "x", date(2027, 1, 1)
    return write_mail(
        recipients=recipients,
        subject=subject,
        template="approval_request",
        context={"approval": approval, "cost": None, "is_reminder": False},
        now=NOW,
        **fields,
    )


def test_a_mail_arrives_in_plain_text_and_html(anna, cast, settings):
    Settings.objects.update(helpdesk_mail="it@example.dk", site_address="https://pc.example.dk/")
    assert cast.head
    with mail_server(settings) as inbox:
        approval = ask(anna, reason="Æbler & <b>ø</b>")
    [(to, message)] = inbox.messages
    assert to == [cast.head.email]
    assert message["subject"] == "Må Anna Bæk få en pc mere?"
    assert message["reply-to"] == "it@example.dk"
    plain, html = (part.get_content() for part in message.iter_parts())
    link = f"https://pc.example.dk/dispensationer/{approval.pk}/"
    assert link in plain
    assert link in html
    assert "Æbler & <b>ø</b>" in plain
    assert "Æbler &amp; &lt;b&gt;ø&lt;/b&gt;" in html
    # Nothing is fetched from anywhere, and Outlook's Word needs tables, not style sheets.
    for absent in ("<img", "<link", "<style", "@import", "url("):
        assert absent not in html
    mail = Mail.objects.get()
    assert (mail.sent_at, mail.attempts, mail.error) == (NOW, 1, "")


def test_nothing_is_sent_of_what_is_rolled_back(anna, cast, settings):
    assert cast.head
    with mail_server(settings) as inbox, transaction.atomic():
        ask(anna)
        transaction.set_rollback(True)
    assert inbox.messages == []
    assert not Mail.objects.exists()


def test_a_dead_server_loses_neither_the_order_nor_the_mail(anna, cast, settings, client_of):
    assert cast.head
    use(settings, free_port())
    approval = ask(anna)
    mail = Mail.objects.get()
    assert Approval.objects.get() == approval
    assert mail.error.startswith(NO_ANSWER)
    client = client_of(cast.helpdesk)
    assert "1 mail er ikke sendt" in text_of(read(client, "/"))
    assert "Må Anna Bæk få en pc mere?" in text_of(read(client, "/mails/?status=venter"))
    with mail_server(settings) as inbox:
        assert send_unsent(now=NOW) == (1, 0)
        assert send_unsent(now=NOW) == (0, 0)
    assert len(inbox.messages) == 1
    assert "ikke sendt" not in text_of(read(client, "/"))


def test_a_server_that_says_nothing_delays_one_page_and_no_other(anna, cast, settings):
    head = cast.head
    with silent_server(settings, timeout=1):
        started = time.monotonic()
        approval = ask(anna)
        first = time.monotonic() - started
        started = time.monotonic()
        Settings.objects.update(helpdesk_mail="it@example.dk")
        decide_approval(
            approval_id=approval.pk, decision="granted", reason="", actor=head, today=TODAY, now=NOW
        )
        second = time.monotonic() - started
    assert 0.9 < first < 3
    assert second < 0.9
    assert [mail.attempts for mail in Mail.objects.order_by("id")] == [1, 0]
    with mail_server(settings) as inbox:
        # After a pause the server is asked again.
        ask(make.employee("bo", "Bo", unit=cast.unit), now=NOW + timedelta(minutes=11))
        assert len(inbox.messages) == 1
        assert send_unsent(now=NOW) == (2, 0)


def test_others_write_while_a_mail_waits_for_the_server(anna, cast, settings):
    assert cast.head
    with silent_server(settings, timeout=2):

        def other():
            time.sleep(0.4)
            started = time.monotonic()
            make.department("Miljø & Teknik")
            return time.monotonic() - started

        _, waited = at_the_same_moment(lambda: ask(anna), other)
    assert waited < 1, waited


def test_a_refused_recipient_stops_no_other_mail(anna, cast, settings):
    with mail_server(settings) as inbox:
        write("nej@example.dk", employee=anna)
        assert not Mail.objects.get().error.startswith(NO_ANSWER)
        write("ja@example.dk", employee=anna)
        assert send_unsent(now=NOW) == (0, 1)
    assert [to for to, _ in inbox.messages] == [["ja@example.dk"]]


def test_two_who_try_at_once_send_it_once(anna, cast, settings):
    use(settings, free_port())
    mail = write(employee=anna)
    with mail_server(settings) as inbox:
        results = at_the_same_moment(*[lambda: send_mail(mail_id=mail.pk, now=NOW)] * 4)
        assert results.count(True) >= 1
        assert send_unsent(now=NOW) == (0, 0)
    assert len(inbox.messages) == results.count(True) == 1


def test_no_header_can_be_added(anna, cast, settings):
    with mail_server(settings) as inbox:
        write(
            "a@example.dk\nBcc: b@example.dk, c@example.dk",
            "Emne\r\nBcc: d@example.dk",
            employee=anna,
        )
    [(to, message)] = inbox.messages
    assert to == ["c@example.dk"]
    assert message["bcc"] is None
    assert message["subject"] == "Emne Bcc: d@example.dk"


def test_only_addresses_are_recipients():
    assert addresses(" a@example.dk, ,a@example.dk,b@example.dk,vrøvl") == (
        "a@example.dk,b@example.dk"
    )
    assert addresses(["", 'x,"y"@example.dk', "c@example.dk"]) == "c@example.dk"
    assert len(addresses([f"{n:0>40}@example.dk" for n in range(50)])) <= 500


@pytest.fixture
def much(anna, cast):
    """Return something of everything that notify tells of."""
    Settings.objects.update(helpdesk_mail="it@example.dk", finance_mail="oekonomi@example.dk")
    assert cast.head
    make.lease("PF000002", unit=cast.unit, starts_on=date(2022, 7, 1))
    make.lease("PF000003", starts_on=date(2022, 7, 1))  # on the shelf
    late = make.lease("PF000004", unit=cast.unit, employee=anna).device
    ExpectedReturn.objects.create(
        device=late,
        employee=anna,
        unit=cast.unit,
        why="loan",
        due_on=date(2026, 4, 30),
        created_at=NOW,
    )
    soon = make.approval(anna, date(2026, 5, 20))
    Approval.objects.filter(pk=soon.pk).update(
        decision="granted", decided_at=NOW, decided_by=cast.head
    )
    make.approval(anna, asked_at=NOW - timedelta(days=4))


def notify(capsys):
    """Run the command; give what it printed, what it complained of, and its exit status."""
    status = 0
    try:
        call_command("notify")
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    return said.out, said.err, status


def test_notify_sends_what_is_due_and_nothing_twice(much, cast, settings, capsys):
    with mail_server(settings) as inbox:
        out, err, status = notify(capsys)
        assert (err, status) == ("", 0)
        subjects = sorted((message["subject"].strip(), *to) for to, message in inbox.messages)
        it, head = "it@example.dk", cast.head.email
        assert subjects == [
            ("1 stk. leaset udstyr udløber inden for 60 dage: hvad ønsker du?", head),
            ("1 stk. skulle have været afleveret", it),
            ("1. kvartal 2026 er ikke opkrævet", "oekonomi@example.dk"),
            ("2 stk. leaset udstyr udløber inden for 60 dage: intet er besluttet", it),
            ("Dispensationer, der udløber snart: Dagtilbud & Skole", head, it),
            ("Må Anna Bæk få en pc mere?", head),
        ]
        bodies = {
            m["subject"].strip(): m.get_body(("plain",)).get_content() for _, m in inbox.messages
        }
        assert "I alt er der 1 stk." in bodies[subjects[0][0]]
        assert "PF000004" in bodies[subjects[1][0]]
        # A quarter of a T14 that began on 1 January is 349,41; of one that began on 1 July also:
        # lease quarters and calendar quarters are the same here, and rounding may add an øre.
        assert "I alt: 1.048,2" in bodies[subjects[2][0]]
        assert out.count("\n") == 8  # the mails, what was counted, and that all is sent
        for _ in range(2):
            out, _, status = notify(capsys)
            assert "ingen nye mails" in out
            assert status == 0
        assert len(inbox.messages) == 6


def test_notify_reminds_after_days_and_tells_of_what_is_new(much, cast, settings, capsys):
    with mail_server(settings) as inbox:
        notify(capsys)
        inbox.messages.clear()
        settings.TODAY = date(2026, 5, 3)
        notify(capsys)
        assert inbox.messages == []
        settings.TODAY = date(2026, 5, 4)  # a Monday: what is overdue is told again, too
        notify(capsys)
        message = next(m for _, m in inbox.messages if "Påmindelse" in m["subject"])
        assert message["subject"] == "Påmindelse: Må Anna Bæk få en pc mere?"
        inbox.messages.clear()
        notify(capsys)
        assert inbox.messages == []
        settings.TODAY = date(2026, 5, 11)
        notify(capsys)
        subjects = sorted(message["subject"] for _, message in inbox.messages)
        assert subjects == [
            "1 stk. skulle have været afleveret",  # a week has gone
            "Påmindelse: Må Anna Bæk få en pc mere?",
        ]


def test_notify_says_when_the_server_is_dead_and_sends_it_all_later(much, settings, capsys):
    use(settings, free_port())
    _out, err, status = notify(capsys)
    assert status == 1
    assert NO_ANSWER in err
    assert "6 mails er ikke sendt" in err
    with mail_server(settings) as inbox:
        _, err, status = notify(capsys)
        assert (err, status) == ("", 0)
        assert len(inbox.messages) == 6


def test_notify_names_the_settings_without_which_nobody_hears(cast, settings, capsys):
    with mail_server(settings):
        out, _, status = notify(capsys)
    assert "økonomis mail" in out
    assert status == 0


def drafts(count):
    context = {"name": "Birkeskolen"}
    return [Draft(f"p{n}@example.dk", "Emne", context, f"many-{n}") for n in range(count)]


@pytest.fixture
def plain(monkeypatch):
    """Write on paper that has the subject alone."""
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", PLAIN)])
    monkeypatch.setattr(Engine, "get_default", staticmethod(lambda: engine))


PLAIN = {"mail/plain.txt": "{{ name }}", "mail/plain.html": "<p>{{ name }}</p>"}


def test_many_are_written_in_as_many_queries_as_a_few(plain, settings):
    use(settings, free_port())
    with transaction.atomic(), CaptureQueriesContext(connection) as few:
        assert len(write_mails(drafts=drafts(2), template="plain", now=NOW)) == 2
    with transaction.atomic(), CaptureQueriesContext(connection) as many:
        assert (
            len(write_mails(drafts=drafts(40), template="plain", now=NOW)) == 38
        )  # two were there
    few, many = ([q for q in one if "SAVEPOINT" not in q["sql"]] for one in (few, many))
    assert len(few) == len(many)
    assert write_mails(drafts=[Draft("vrøvl", "x", {}, "bad")], template="plain", now=NOW) == []


def test_of_many_the_first_go_out_at_once_and_the_others_in_their_turn(plain, settings):
    with mail_server(settings) as inbox:
        with transaction.atomic():
            write_mails(drafts=drafts(AT_ONCE + 7), template="plain", now=NOW)
            assert inbox.messages == []
        assert len(inbox.messages) == AT_ONCE
        assert send_unsent(now=NOW) == (7, 0)
    assert sorted({to[0] for to, _ in inbox.messages}) == sorted(
        f"p{n}@example.dk" for n in range(AT_ONCE + 7)
    )


def test_a_page_sends_so_many_and_those_first_that_were_tried_least(plain, settings):
    use(settings, free_port())
    with transaction.atomic():
        first, second = write_mails(drafts=drafts(2), template="plain", now=NOW)
    assert Mail.objects.get(pk=first.pk).attempts == 1
    with mail_server(settings) as inbox:
        assert send_unsent(now=NOW, most=1) == (1, 1)
    assert [to for to, _ in inbox.messages] == [[second.recipients]]
