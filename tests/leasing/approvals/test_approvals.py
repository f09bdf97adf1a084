"""Exceptions from one pc per employee: asked, decided by the head alone, told by mail."""

from datetime import UTC, date, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from albertslund_it import roles
from albertslund_it.common.errors import Refused
from inventory.models import Access
from leasing.approvals.presenters import MARKS, STATES
from leasing.approvals.selectors.approvals import (
    approvals_in_state,
    approvals_to_decide,
    state_of_approval,
)
from leasing.approvals.services.approvals import ask_approval, decide_approval
from leasing.models import Approval, Decision, Mail, Order, OrderLine, Settings, Status
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.pages import queries_of, read, text_of

TODAY, NOW = date(2026, 5, 1), datetime(2026, 5, 1, 8, tzinfo=UTC)
UNTIL = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def anna(cast):
    make.cost_holder()
    make.price()
    person = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=person)
    return person


def line_for(person, status=Status.AWAITING, **fields):
    order = Order.objects.create(created_at=NOW, requester_mail="bestiller@example.dk", **fields)
    return OrderLine.objects.create(
        order=order,
        position=1,
        model=make.model(),
        unit=person.unit,
        employee=person,
        reason=OrderLine.Reason.EXTRA,
        status=status,
    )


def ask(person, line=None, ends_before=UNTIL, reason="Kører ud til borgere"):
    return ask_approval(
        employee=person, line=line, reason=reason, ends_before=ends_before, actor=None, now=NOW
    )


def decide(approval, by, decision="granted", reason="", today=TODAY):
    return decide_approval(
        approval_id=approval.pk, decision=decision, reason=reason, actor=by, today=today, now=NOW
    )


def page(approval):
    return reverse("approval-detail", args=[approval.pk])


pytestmark = pytest.mark.django_db


class TestAsking:
    def test_the_head_gets_a_mail_with_link_and_cost(self, anna, cast, mailoutbox):
        assert cast.head.email
        approval = ask(anna, line_for(anna))
        mail = Mail.objects.get()
        assert mail.recipients == cast.head.email
        assert mail.order == approval.line.order
        assert f"http://127.0.0.1:8000/dispensationer/{approval.pk}/" in mail.text
        assert f'href="http://127.0.0.1:8000/dispensationer/{approval.pk}/"' in mail.html
        # A T14 of 5.590,66 kr. over 16 quarters: floor(559066 / 16) = 34941 øre
        assert "349,41\xa0kr." in mail.text
        # 1 May to 1 January: 2 quarters and 61 of 92 days: 559066 · (2·92 + 61) / (16·92) = 93051
        assert "930,51\xa0kr." in mail.text
        assert "31-12-2026" in mail.text

    def test_asked_twice_it_is_one(self, anna, cast):
        line = line_for(anna)
        assert ask(anna, line) == ask(anna, line)
        assert ask(anna) == ask(anna)
        assert Approval.objects.count() == 2

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"reason": "  "}, "Skriv, hvorfor"),
            ({"ends_before": TODAY}, "udløbe efter i dag"),
            ({"ends_before": None}, "hvornår dispensationen udløber"),
            ({"reason": "x" * 301}, "højst være 300"),
        ],
    )
    def test_what_is_missing_is_told(self, anna, values, told):
        with pytest.raises(Refused, match=told):
            ask(anna, **values)
        assert not Approval.objects.exists()

    def test_the_departments_address_is_used_where_no_head_has_access(self, anna, cast):
        cast.department.head_mail = "chef@example.dk"
        cast.department.save()
        cast.with_access("gerd", roles.HEAD, department=cast.department, ends_before=TODAY)
        cast.with_access("ulla", roles.UNIT_LEADER, department=cast.department)
        ask(anna)
        assert Mail.objects.get().recipients == "chef@example.dk"

    def test_with_nobody_to_write_to_the_question_stands_and_the_page_says_so(
        self, anna, cast, client_of
    ):
        approval = ask(anna)
        assert not Mail.objects.exists()
        assert "Ingen kan svare i dag" in text_of(read(client_of(cast.helpdesk), page(approval)))

    def test_names_cannot_add_headers_or_markup(self, anna, cast):
        assert cast.head.email
        anna.name = "Anna\r\nBcc: ond@example.dk\n <b>Berg</b>"
        anna.save()
        ask(anna, reason="Børn & <script>unge</script>")
        mail = Mail.objects.get()
        assert "\n" not in mail.subject
        assert "Bcc: ond@example.dk" in mail.subject  # in the subject, where it does no harm
        assert "Børn & <script>" in mail.text
        assert "<script>" not in mail.html
        assert "<b>Berg" not in mail.html


class TestDeciding:
    def test_granted_the_line_goes_on(self, anna, cast):
        line = line_for(anna)
        approval = decide(ask(anna, line), cast.head)
        line.refresh_from_db()
        assert line.status == Status.APPROVED
        assert (approval.decision, approval.decided_by) == (Decision.GRANTED, cast.head)
        entry = LogEntry.objects.get_for_object(line).latest("id")
        assert entry.changes_dict["status"] == ["awaiting", "approved"]
        assert entry.actor == cast.head

    def test_granted_with_a_pc_set_aside_it_is_ready(self, anna, cast):
        line = line_for(anna)
        line.devices.create(
            device=make.lease("PF000009").device, is_from_stock=True, delivered_on=TODAY
        )
        decide(ask(anna, line), cast.head)
        line.refresh_from_db()
        assert line.status == Status.DELIVERED

    def test_refused_the_line_ends_and_the_orderer_is_told_why(self, anna, cast):
        Settings.objects.update(helpdesk_mail="it@example.dk")
        line = line_for(anna)
        decide(ask(anna, line), cast.head, "refused", "Brug lånepuljen")
        line.refresh_from_db()
        assert (line.status, line.closed_because) == (Status.REFUSED, "Brug lånepuljen")
        mail = Mail.objects.latest("id")
        assert mail.recipients == "bestiller@example.dk,it@example.dk"
        assert "afvist" in mail.subject
        assert "Brug lånepuljen" in mail.text

    def test_a_refusal_needs_a_reason(self, anna, cast):
        with pytest.raises(Refused, match="hvorfor du afviser"):
            decide(ask(anna), cast.head, "refused")

    def test_a_second_head_is_told_who_was_first(self, anna, cast):
        other = cast.with_access("ulla", roles.HEAD, department=cast.department)
        approval = decide(ask(anna), cast.head)
        with pytest.raises(Refused, match="allerede godkendt af Lone den 01-05-2026"):
            decide(approval, other, "refused", "Nej")
        assert decide(approval, cast.head).decision == Decision.GRANTED  # a double click

    def test_an_order_called_off_waits_no_more(self, anna, cast):
        line = line_for(anna)
        approval = ask(anna, line)
        OrderLine.objects.update(status=Status.CANCELLED)
        assert not approvals_to_decide(cast.head, TODAY)
        with pytest.raises(Refused, match="venter ikke længere"):
            decide(approval, cast.head)

    def test_nothing_is_granted_that_has_run_out(self, anna, cast):
        approval = ask(anna)
        with pytest.raises(Refused, match="den dag er nået"):
            decide(approval, cast.head, today=UNTIL)

    def test_the_head_of_the_department_that_the_person_is_in_now(self, anna, cast):
        approval = ask(anna)
        elsewhere = make.department("Miljø & Teknik")
        other = cast.with_access("mona", roles.HEAD, department=elsewhere)
        with pytest.raises(Refused, match="Kun en leder af Dagtilbud"):
            decide(approval, other)
        anna.unit = make.unit("2001", department=elsewhere)
        anna.save()
        with pytest.raises(Refused, match="Kun en leder af Miljø"):
            decide(approval, cast.head)
        assert decide(approval, other).decision == Decision.GRANTED


class TestWhoDecides:
    @pytest.mark.parametrize(
        "role",
        [*(role for role in roles.ROLES if role != roles.HEAD), "", "superuser"],
    )
    def test_nobody_else_by_a_forged_request(self, anna, cast, client_of, role):
        approval = ask(anna, line_for(anna))
        if role == "superuser":
            user = User.objects.create_superuser("root", "root@example.dk", "x")
        else:
            user = cast.by_role()[role]
        response = client_of(user).post(page(approval), {"decision": "granted", "reason": ""})
        assert response.status_code in {403, 422}
        approval.refresh_from_db()
        assert approval.decision == ""
        assert OrderLine.objects.get().status == Status.AWAITING

    @pytest.mark.parametrize(
        ("starts_on", "ends_before", "may"),
        [
            (date(2026, 5, 1), None, True),
            (date(2026, 5, 2), None, False),
            (date(2026, 1, 1), date(2026, 5, 2), True),
            (date(2026, 1, 1), date(2026, 5, 1), False),
        ],
    )
    def test_a_deputy_by_the_days_of_the_access(
        self, anna, cast, client_of, starts_on, ends_before, may
    ):
        deputy = cast.with_access(
            "dorte",
            roles.HEAD,
            department=cast.department,
            starts_on=starts_on,
            ends_before=ends_before,
        )
        approval = ask(anna)
        response = client_of(deputy).post(page(approval), {"decision": "granted"})
        assert response.status_code == (302 if may else 404)
        approval.refresh_from_db()
        assert bool(approval.decision) == may

    def test_a_head_with_access_to_a_unit_alone_does_not(self, anna, cast, client_of):
        user = cast.with_access("eva", roles.HEAD, unit=cast.unit)
        approval = ask(anna)
        response = client_of(user).post(page(approval), {"decision": "granted"})
        assert response.status_code == 422
        assert "Kun en leder af" in response.content.decode()

    def test_a_unit_leader_with_the_department_does_not(self, anna, cast, client_of):
        user = cast.with_access("eva", roles.UNIT_LEADER, department=cast.department)
        approval = ask(anna)
        assert client_of(user).post(page(approval), {"decision": "granted"}).status_code == 422
        approval.refresh_from_db()
        assert approval.decision == ""

    def test_an_administrator_with_access_but_without_the_right_does_not(
        self, anna, cast, client_of
    ):
        Access.objects.create(user=cast.administrator, department=cast.department, starts_on=TODAY)
        approval = ask(anna)
        response = client_of(cast.administrator).post(page(approval), {"decision": "granted"})
        assert response.status_code == 422

    def test_the_admin_changes_no_approval(self, anna, cast, client_of):
        approval = ask(anna)
        client = client_of(cast.administrator)
        url = f"/admin/leasing/approval/{approval.pk}/change/"
        assert client.get(url).status_code == 200
        assert client.post(url, {"decision": "granted"}).status_code == 403
        assert client.get("/admin/leasing/approval/add/").status_code == 403
        assert client.post(f"/admin/leasing/approval/{approval.pk}/delete/").status_code == 403


class TestPages:
    def test_the_head_sees_what_to_decide_by(self, anna, cast, client_of):
        approval = ask(anna, line_for(anna))
        text = text_of(read(client_of(cast.head), page(approval)))
        assert "Må Anna Berg få en pc mere?" in text
        assert "T14 PF000001 leaset til 31-12-2029" in text
        assert "Kører ud til borgere" in text
        assert "349,41 kr." in text
        assert "930,51 kr." in text

    def test_without_an_order_the_cost_is_a_range(self, anna, cast, client_of):
        make.price(make.model("P16v"), price_ore=1080839)
        text = text_of(read(client_of(cast.head), page(ask(anna))))
        assert "349,41 kr. – 675,52 kr." in text

    def test_a_wrong_answer_is_told_and_kept(self, anna, cast, client_of):
        approval = ask(anna)
        client = client_of(cast.head)
        response = client.post(page(approval), {"decision": "refused", "reason": "  "})
        assert response.status_code == 422
        # The summary leads to the field, which is marked.
        assert '<a href="#id_reason">Skriv, hvorfor du afviser' in response.content.decode()
        response = client.post(page(approval), {"decision": "x", "reason": "Min grund"})
        assert response.status_code == 422
        assert "Min grund" in response.content.decode()

    def test_what_waits_is_first_on_the_heads_list_with_a_way_to_the_answer(
        self, anna, cast, client_of
    ):
        waiting = ask(anna)
        make.approval(
            anna,
            decision="granted",
            decided_at=waiting.asked_at,
            decided_by=cast.head,
            asked_at=waiting.asked_at + timedelta(hours=1),
        )
        page_of_head = read(client_of(cast.head), "/dispensationer/")
        first, second = page_of_head.xpath("//table/tbody/tr")
        assert first.xpath(".//a[text()='Svar']/@href") == [page(waiting)]
        assert not second.xpath(".//a[text()='Svar']")
        assert "Svar" not in read(client_of(cast.helpdesk), "/dispensationer/").xpath("//th/text()")

    def test_a_double_click_is_harmless(self, anna, cast, client_of):
        approval, client = ask(anna), client_of(cast.head)
        for _ in range(2):
            assert client.post(page(approval), {"decision": "granted"}).status_code == 302
        assert Mail.objects.filter(key=f"approval-{approval.pk}-decided").count() <= 1

    def test_finance_and_auditors_see_no_names(self, anna, cast, client_of):
        approval = ask(anna, line_for(anna))
        for user in (cast.finance, cast.auditor):
            for url in (page(approval), "/dispensationer/", "/dispensationer/?hent=xlsx"):
                content = client_of(user).get(url)
                assert content.status_code == 200
                if "xlsx" not in url:
                    assert "Anna Berg" not in content.content.decode()

    def test_a_leader_sees_the_own_departments_alone(self, anna, cast, client_of):
        make.employee("bo", "Bo Fjern", unit=make.unit("3001", department=make.department("KKR")))
        far = ask(Approval.employee.field.related_model.objects.get(initials="bo"))
        near = ask(anna)
        for user in (cast.head, cast.unit_leader):
            text = text_of(read(client_of(user), "/dispensationer/"))
            assert "Anna Berg" in text
            assert "Bo Fjern" not in text
            assert client_of(user).get(page(far)).status_code == 404
            assert client_of(user).get(page(near)).status_code == 200

    def test_each_approval_is_in_the_states_that_its_mark_says(self, anna, cast):
        shown = {
            "Afventer": ask(anna),
            "Givet": decide(ask(anna, line_for(anna)), cast.head),
            "Afvist": decide(ask(anna, line_for(anna)), cast.head, "refused", "Nej"),
            "Udløbet": decide(ask(anna, line_for(anna), date(2026, 5, 2)), cast.head),
            "Bortfaldet": ask(anna, line_for(anna)),
        }
        OrderLine.objects.filter(approvals=shown["Bortfaldet"]).update(status=Status.CANCELLED)
        on = date(2026, 5, 2)
        for state, title in STATES:
            listed = set(approvals_in_state(Approval.objects.all(), state, on))
            marks = {MARKS[state_of_approval(a, on)][1] for a in listed}
            expected = {"Udløber inden 30 dage": set()}.get(title, {title.split()[0]})
            assert marks == expected, title

    def test_a_question_without_an_order(self, anna, cast, client_of):
        client = client_of(cast.helpdesk)
        url = f"/dispensationer/ny/?medarbejder={anna.pk}"
        assert "PF000001" in text_of(read(client, url))
        response = client.post(url, {"reason": "", "last_day": "31-12-2026"})
        assert response.status_code == 422
        assert "31-12-2026" in response.content.decode()
        response = client.post(url, {"reason": "To arbejdssteder", "last_day": "31-12-2026"})
        approval = Approval.objects.get()
        assert response.url == page(approval)
        assert (approval.employee, approval.ends_before) == (anna, UNTIL)
        response = client.post(
            "/dispensationer/ny/",
            {"initials": "ANBE", "reason": "Igen", "last_day": "31-12-2026"},
        )
        assert response.url == page(approval)
        response = client.post(
            "/dispensationer/ny/", {"initials": "xx", "reason": "Ny", "last_day": "31-12-2026"}
        )
        assert response.status_code == 422
        assert "Initialer xx findes ikke" in response.content.decode()

    def test_thirty_cost_as_many_queries_as_three(self, anna, cast, client_of):
        client = client_of(cast.helpdesk)
        counts = []
        for start, stop in ((0, 3), (3, 30)):
            for n in range(start, stop):
                ask(make.employee(f"m{n}", f"Mona {n}", unit=cast.unit), None)
            counts.append(queries_of(client, "/dispensationer/"))
        assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_heads_at_once_one_decides_and_the_other_is_told(anna, cast):
    first, second = cast.head, cast.with_access("ulla", roles.HEAD, department=cast.department)
    line = line_for(anna)
    approval = ask(anna, line)
    results = at_the_same_moment(
        lambda: decide(approval, User.objects.get(pk=first.pk)),
        lambda: decide(approval, User.objects.get(pk=second.pk), "refused", "Nej"),
    )
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == 1, results
    assert "allerede" in str(refused[0])
    [decided] = [r for r in results if isinstance(r, Approval)]
    line.refresh_from_db()
    assert line.status == (
        Status.APPROVED if decided.decision == Decision.GRANTED else Status.REFUSED
    )
    assert Mail.objects.filter(key=f"approval-{approval.pk}-decided").count() == 1


@pytest.mark.django_db(transaction=True)
def test_asked_four_times_at_once_it_is_one(anna, cast):
    line = line_for(anna)
    results = at_the_same_moment(*[lambda: ask(anna, line)] * 4)
    assert {r.pk for r in results} == {Approval.objects.get().pk}
    assert connection.vendor in {"sqlite", "postgresql"}
