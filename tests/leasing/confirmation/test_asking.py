"""Whom a round asks, reminds and reaches later, what is on the list, and who reads the mails."""

from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.money import format_kroner
from albertslund_it.roles import HEAD, HELPDESK
from leasing.billing.services.closing import close_quarter
from leasing.confirmation.selectors.items import holders_at, items_of
from leasing.confirmation.services import confirm, remind
from leasing.models import Confirmation, ConfirmationRound, Mail, Objection
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
FIRST, CONFIRM, MAILS = "/kvartaler/foerste/", "/bekraeft/", "/mails/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(cast, settings):
    """Close two quarters of a department whose pc has changed hands since; another has no mail."""
    settings.TODAY = TODAY
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.lease("FR000001", unit=foreign)
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    bo = make.employee("bosu", "Bo Sund", unit=cast.unit)
    moved = make.lease("PF000001", unit=cast.unit, employee=anna)
    make.placement(moved.device, date(2026, 8, 1), cast.unit, bo)
    left = make.lease("PF000002", unit=cast.unit, employee=anna)
    make.placement(left.device, date(2026, 8, 15), foreign)
    gone = make.lease("PF000003", unit=cast.unit)
    make.placement(gone.device, date(2026, 5, 1), foreign)
    close_quarter(code="2026Q2", closed_by="Oda Lund", today=TODAY, now=NOW)
    return {"moved": moved.device, "left": left.device, "foreign": foreign}


def act(client, action, due="16-11-2026"):
    return client.post(FIRST, {"action": action, "due_on": due}, follow=True)


def mails_to(address):
    return Mail.objects.filter(recipients__contains=address).order_by("id")


def test_the_list_has_who_had_what_in_the_quarters_that_will_be_billed(town, cast, client_of):
    units = type(cast.unit).objects.filter(pk=cast.unit.pk)
    listed = holders_at(items_of(units, TODAY), TODAY)
    assert [
        (item.serial_number, item.days, item.is_here, [(one.name, one.days) for one in holders])
        for item, holders in listed
    ] == [
        ("PF000001", (92, 92), True, [("Anna Berg", [31, 0]), ("Bo Sund", [61, 92])]),
        ("PF000002", (45, 0), False, [("Anna Berg", [45, 0])]),
    ]
    # The third quarter's 34941 for PF000001, and of PF000002 F(15 August) − F(1 July).
    text = text_of(read(client_of(cast.head), CONFIRM))
    assert "3.–4. kvartal 2026" in text
    assert "Hos jer til 14-08-2026" in text
    assert "PF000003" not in text
    for name in ("Anna Berg", "Bo Sund"):
        assert name in text


def test_its_amounts_are_what_the_closing_bills(town, cast):
    units = type(cast.unit).objects.filter(pk=cast.unit.pk)
    listed = sum(item.amount_ore for item in items_of(units, TODAY))
    run = close_quarter(code="2026Q4", closed_by="Oda Lund", today=TODAY, now=NOW)
    assert run.invoices.get(department=cast.department).total_ore == listed


def test_what_has_left_can_be_objected_to(town, cast, client_of):
    act(client_of(cast.finance), "start")
    client = client_of(cast.head)
    tree = read(client, CONFIRM)
    [link] = tree.xpath(f"//a[@href='{CONFIRM}{town['left'].pk}/ikke-vores/']")
    client.post(link.get("href"), {"note": "Aldrig hos os", "since": "01-07-2026"})
    assert Objection.objects.get().device == town["left"]
    foreign = client.get(f"{CONFIRM}{town['foreign'].placements.first().device_id}/ikke-vores/")
    assert foreign.status_code == 404
    # A helpdesk that cannot be reached by a link of the device's page: it is not theirs any more.
    assert f"/udstyr/{town['left'].pk}/" not in [a.get("href") for a in tree.iter("a")]


def test_what_is_confirmed_is_the_list_that_was_seen(town, cast, client_of):
    act(client_of(cast.finance), "start")
    client = client_of(cast.head)
    [seen] = read(client, CONFIRM).xpath("//input[@name='seen']/@value")
    make.placement(town["moved"], date(2026, 10, 10), town["foreign"])
    for told in ({"seen": seen}, {}, {"seen": ""}):
        response = client.post(CONFIRM, {"all": "1", **told}, follow=True)
        assert "Listen er ændret, siden du så den" in response.content.decode()
        assert Confirmation.objects.count() == 0
    [seen] = read(client, CONFIRM).xpath("//input[@name='seen']/@value")
    client.post(CONFIRM, {"all": "1", "seen": seen})
    assert Confirmation.objects.count() == 2


def test_substitutes_are_asked_and_who_has_no_mail_is_named_with_the_way_to_mend_it(
    town, cast, client_of
):
    cast.department.head_mail = "har-forladt-os@example.dk"
    cast.department.save()
    cast.with_access("gamle", HEAD, department=cast.department, ends_before=date(2026, 9, 1))
    cast.with_access("stine", HEAD, department=cast.department, starts_on=date(2026, 9, 1))
    client = client_of(cast.finance)
    act(client, "start")
    [mail] = Mail.objects.filter(key__startswith="confirmation-")
    assert mail.recipients == "stine@example.dk"
    tree = read(client, FIRST)
    text = text_of(tree)
    assert "1 afdeling kan ikke spørges" in text
    assert "Mangler mail" in text
    assert tree.xpath("//a[@href='/indlaes/units/']")


def test_who_comes_or_gets_a_mail_later_can_be_asked(town, cast, client_of):
    client = client_of(cast.finance)
    assert cast.head.email == "lone@example.dk"
    act(client, "start")
    assert "Spørg dem, der mangler (" not in text_of(read(client, FIRST))
    roads = town["foreign"].department
    roads.head_mail = "vej@example.dk"
    roads.save()
    cast.with_access("ny", HEAD, department=cast.department)
    text = text_of(read(client, FIRST))
    assert "Spørg dem, der mangler (2)" in text
    act(client, "missing")
    assert mails_to("vej@example.dk").count() == mails_to("ny@example.dk").count() == 1
    assert mails_to("lone@example.dk").count() == 1
    act(client, "missing")
    assert Mail.objects.filter(key__startswith="confirmation-").count() == 3
    assert "FR000001" not in mails_to("ny@example.dk").get().text


def test_finance_reminds_those_who_are_silent_once_a_day(town, cast, client_of, settings):
    client = client_of(cast.finance)
    assert cast.head
    act(client, "start")
    units = type(cast.unit).objects.filter(pk=cast.unit.pk)
    one = items_of(units, TODAY)[0].device_id
    confirm(units=units, device_ids=[one], actor=cast.head, today=TODAY, now=NOW)
    for _ in range(2):
        act(client, "remind")
    asked, reminder = mails_to("lone@example.dk")
    assert reminder.subject.startswith("Husk at svare senest 16-11-2026")
    assert "PF000002" in reminder.text
    assert "PF000001" in asked.text
    assert "PF000001" not in reminder.text
    settings.TODAY = date(2026, 11, 3)
    act(client, "remind")
    assert mails_to("lone@example.dk").count() == 3
    confirm(units=units, device_ids=None, actor=cast.head, today=TODAY, now=NOW)
    assert remind(today=date(2026, 11, 4), now=NOW) == 0


def test_the_day_can_be_later_but_not_earlier_and_opens_a_round_again(
    town, cast, client_of, settings
):
    client = client_of(cast.finance)
    assert cast.head
    act(client, "start")
    assert act(client, "extend", "10-11-2026").status_code == 422
    act(client, "extend", "20-11-2026")
    assert ConfirmationRound.objects.get().due_on == date(2026, 11, 20)
    settings.TODAY = date(2026, 11, 25)
    assert "Forlæng den, før du spørger" in act(client, "remind").content.decode()
    act(client, "extend", "30-11-2026")
    assert "Svar senest den 30-11-2026" in text_of(read(client_of(cast.head), "/"))
    assert client_of(cast.auditor).post(FIRST, {"action": "remind"}).status_code == 403


def test_the_table_has_a_total_and_opens_each_department(town, cast, client_of):
    client = client_of(cast.finance)
    tree = read(client, FIRST)
    [table] = tree.xpath("//table[caption='Ledernes svar']")
    rows = [[text_of(cell) for cell in row.xpath("*")] for row in table.xpath("tbody/tr")]
    [total] = [[text_of(cell) for cell in row.xpath("*")] for row in table.xpath("tfoot/tr")]
    assert int(total[1]) == sum(int(row[1]) for row in rows) == 5
    [link] = table.xpath(f".//a[. = '{cast.department.name}']/@href")
    opened = text_of(read(client, link))
    assert "PF000002" in opened
    assert "Til 14-08-2026" in opened
    for name in ("Anna Berg", "Bo Sund"):
        assert name not in opened


def test_the_pages_cost_the_same_for_three_and_thirty(town, cast, client_of):
    finance, leader = client_of(cast.finance), client_of(cast.head)
    pages = [(finance, f"{FIRST}{cast.department.pk}/"), (leader, CONFIRM)]
    before = [queries_of(client, url) for client, url in pages]
    for number in range(30):
        make.lease(f"PX{number:06d}", unit=cast.unit)
    assert [queries_of(client, url) for client, url in pages] == before


class TestWhoReadsTheMails:
    @pytest.fixture
    def written(self):
        return {
            key: Mail.objects.create(
                key=key, subject=f"Om {key}", text="Hej", recipients="a@b.dk", written_at=NOW
            ).pk
            for key in ("confirmation-1-d1", "letter-2026Q1-1", "approval-7", None)
        }

    def subjects(self, client):
        return {text_of(cell) for cell in read(client, MAILS).xpath("//table/tbody/tr/*[1]")}

    def test_each_role_its_own(self, written, cast, client_of):
        money = {"Om confirmation-1-d1", "Om letter-2026Q1-1"}
        assert self.subjects(client_of(cast.finance)) == money
        assert self.subjects(client_of(cast.helpdesk)) == {"Om approval-7", "Om None"}
        both = cast.user("begge", HELPDESK, "Økonomi")
        assert len(self.subjects(client_of(both))) == 4
        assert client_of(cast.head).get(MAILS).status_code == 403

    def test_what_is_anothers_does_not_exist(self, written, cast, client_of):
        for key, pk in written.items():
            is_money = key in {"confirmation-1-d1", "letter-2026Q1-1"}
            for user, reads in ((cast.finance, is_money), (cast.helpdesk, not is_money)):
                status = client_of(user).get(f"{MAILS}{pk}/").status_code
                assert status == (200 if reads else 404), (key, user)

    def test_what_finance_reads_names_no_person(self, town, cast, client_of):
        client = client_of(cast.finance)
        assert cast.head
        act(client, "start")
        mail = mails_to("lone@example.dk").get()
        assert "PF000001" in text_of(read(client, f"{MAILS}{mail.pk}/"))
        for name in ("Anna Berg", "Bo Sund"):
            assert name not in mail.text + mail.html


def test_the_pages_are_accessible(page, live_server, town, cast, client_of):
    assert cast.head
    act(client_of(cast.finance), "start")
    be_logged_in(page, live_server, cast.finance)
    for path in (FIRST, f"{FIRST}{cast.department.pk}/", MAILS, f"{MAILS}{Mail.objects.get().pk}/"):
        page.goto(f"{live_server.url}{path}")
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)
    page.context.clear_cookies()
    be_logged_in(page, live_server, cast.head)
    page.goto(f"{live_server.url}{CONFIRM}")
    assert_accessible_in_every_look(page)
    assert_no_sideways_scroll(page)


def test_finance_sees_what_the_silent_are_to_be_billed_and_can_remind_them(town, cast, client_of):
    client = client_of(cast.finance)
    act(client, "start")
    listed = sum(item.amount_ore for item in items_of(type(cast.unit).objects.all(), TODAY))
    front = read(client, "/")
    [task] = front.xpath("//li[a[contains(., 'har ikke svaret')]]")
    assert "2 ledere har ikke svaret: »Stemmer listen?«" in text_of(task)
    assert " ".join(format_kroner(listed).split()) in text_of(task)
    assert "for 3.–4. kvartal 2026" in text_of(task)
    [finding] = read(client, "/kvartaler/2026Q3/").xpath("//li[contains(., 'ikke har svaret')]")
    assert " ".join(format_kroner(listed).split()) in text_of(finding)
    assert "udgift i 3.–4. kvartal 2026" in text_of(finding)
