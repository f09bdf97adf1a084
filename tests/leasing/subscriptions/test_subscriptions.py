"""Pages by mail: once a month or quarter, of what their owner may see on the day."""

from datetime import UTC, date, datetime

import pytest

from albertslund_it.common.quarters import Quarter
from albertslund_it.roles import HEAD
from inventory.models import Access
from inventory.presets.services import MOST
from leasing.cost_share.selectors.minute import minute_of
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.models import Mail, Subscription
from leasing.notices.services.notices import write_notices
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.town import TODAY, Town

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
NEW = "/abonnementer/ny/"
DECEMBER, JANUARY = date(2026, 12, 1), date(2027, 1, 4)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    return Town()


@pytest.fixture
def head(town, cast):
    return cast.with_access("hanne", HEAD, department=town.school)


def ask(client, address, every="month", name="Min egenbetaling", status=302):
    response = client.post(NEW, {"adresse": address, "name": name, "every": every})
    assert response.status_code == status, response.content.decode()[:500]
    return Subscription.objects.last()


def sent(day):
    write_notices(today=day, now=NOW)
    return list(Mail.objects.filter(key__startswith="subscription-").order_by("pk"))


def test_a_share_comes_once_a_month_with_the_figures_of_the_page(town, head, client_of):
    ask(client_of(head), f"/egenbetaling/?afdeling={town.school.pk}")
    assert sent(TODAY) == []  # made in this month
    [mail] = sent(DECEMBER)
    assert sent(date(2026, 12, 2)) == [mail]
    assert (mail.recipients, mail.subject) == (head.email, "Min egenbetaling")
    minute = minute_of(payers_seen_by(head, DECEMBER)[0], Quarter.of(DECEMBER), DECEMBER)
    for body in (mail.text, mail.html):
        assert _kr(minute.share.next_bill.amount_ore) in body
        assert _kr(minute.year_ore) in body
        assert f"/egenbetaling/?afdeling={town.school.pk}" in body
        assert "/abonnementer/" in body
    assert len(sent(JANUARY)) == 2


def _kr(ore):
    return f"{ore // 100:,}".replace(",", ".") + f",{ore % 100:02d}\xa0kr."


def test_a_quarterly_one_waits_for_the_quarter(town, head, client_of):
    ask(client_of(head), "/egenbetaling/", every="quarter")
    assert sent(DECEMBER) == []
    [mail] = sent(JANUARY)
    assert mail.key.endswith("-2027Q1")


def test_a_list_is_kept_as_it_is_filtered_but_for_what_was_searched(town, head, client_of):
    made = ask(client_of(head), "/udstyr/?state=leaset-pc&q=anbe&side=2&hent=xlsx")
    assert made.address == "/udstyr/?state=leaset-pc"
    [mail] = sent(DECEMBER)
    assert "/udstyr/?state=leaset-pc" in mail.text
    read(client_of(head), made.address)


def test_a_list_that_can_be_shown_no_longer_says_so(town, head, client_of):
    made = ask(client_of(head), "/udstyr/?state=leaset-pc")
    Subscription.objects.filter(pk=made.pk).update(address="/udstyr/?unit=999999")
    [mail] = sent(DECEMBER)
    for body in (mail.text, mail.html):
        assert "kan ikke længere vises" in body


def test_a_list_and_its_presets_lead_to_the_form_with_their_name(town, head, client_of):
    client = client_of(head)
    for address in ("/udstyr/", "/udstyr/?state=leaset-pc"):
        page = read(client, address)
        [link] = page.xpath("//div[@id='liste']//a[contains(., 'Få den på mail')]/@href")
        form = read(client, link)
        assert form.xpath("//input[@name='name']/@value")[0]
        assert form.xpath("//input[@name='adresse']/@value")[0].startswith("/udstyr/")


def test_the_same_page_again_changes_how_often(town, head, client_of):
    client = client_of(head)
    ask(client, "/egenbetaling/")
    ask(client, f"/egenbetaling/?afdeling={town.school.pk}", every="quarter")
    assert Subscription.objects.get().every == "quarter"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/kvartaler/",
        "/egenbetaling/?afdeling=alle",
        "https://x.example/udstyr/",
        "/nej/",
        "http://[",
        "//[x",
        "/\0",
        "/indlaes/nr/",
        "/kilder/anden-bruger/",
        "/fortryd/",
    ],
)
def test_what_one_may_not_see_or_is_no_list_cannot_be_asked_for(town, head, client_of, address):
    ask(client_of(head), address, status=404)
    assert not Subscription.objects.exists()


def test_nothing_comes_when_the_access_has_ended_or_the_user_is_closed(town, head, client_of):
    ask(client_of(head), f"/egenbetaling/?afdeling={town.school.pk}")
    Access.objects.filter(user=head).update(ends_before=DECEMBER)
    assert sent(DECEMBER) == []
    Access.objects.filter(user=head).update(ends_before=None)
    head.is_active = False
    head.save()
    assert sent(DECEMBER) == []


def test_it_is_stopped_by_its_owner_alone(town, head, cast, client_of):
    client = client_of(head)
    made = ask(client, "/egenbetaling/")
    other = client_of(cast.finance)
    assert other.post(f"/abonnementer/{made.pk}/slet/").status_code == 404
    assert "Min egenbetaling" not in text_of(read(other, "/abonnementer/"))
    assert "Min egenbetaling" in text_of(read(client, "/abonnementer/"))
    client.post(f"/abonnementer/{made.pk}/slet/")
    assert not Subscription.objects.exists()
    assert sent(DECEMBER) == []


def test_what_cannot_be_read_any_more_stops_nobody_elses(town, head, client_of):
    for address in ("http://[", "/indlaes/nr/", "/ingen-side/"):
        Subscription.objects.create(
            owner=head, address=address, name="Gammel", every="month", created_on=TODAY
        )
    ask(client_of(head), "/egenbetaling/")
    assert [mail.subject for mail in sent(DECEMBER)] == ["Min egenbetaling"]


def test_what_has_come_this_month_does_not_come_again_for_being_made_quarterly(
    town, head, client_of, settings
):
    ask(client_of(head), "/egenbetaling/")
    assert len(sent(JANUARY)) == 1
    settings.TODAY = JANUARY
    ask(client_of(head), "/egenbetaling/", every="quarter")
    assert len(sent(JANUARY)) == 1
    assert len(sent(date(2027, 4, 1))) == 2


def test_nobody_gets_more_than_so_many_and_what_no_list_knows_makes_no_other(town, head, client_of):
    client = client_of(head)
    for number in range(3):
        assert ask(client, f"/udstyr/?state=leaset-pc&x={number}").address.endswith("leaset-pc")
    assert Subscription.objects.count() == 1
    for number in range(MOST - 1):
        Subscription.objects.create(
            owner=head, address=f"/udstyr/?n={number}", name="x", created_on=TODAY
        )
    ask(client, "/egenbetaling/", status=422)
    ask(client, "/udstyr/?state=leaset-pc", every="quarter")
    assert Subscription.objects.count() == MOST


def test_a_list_that_opens_on_some_is_kept_showing_all(town, head, client_of):
    assert ask(client_of(head), "/udstyr/?visning=alt&x=1").address == "/udstyr/?visning=alt"


def test_a_list_comes_with_its_first_rows_as_its_owner_sees_them(town, cast, client_of):
    for number in range(12):
        make.lease(f"PX0000{number:02}", unit=town.first)
    ask(client_of(cast.helpdesk), "/udstyr/?state=leaset-pc&sorter=-serial_number", name="Pc'er")
    [mail] = sent(DECEMBER)

    for body in (mail.text, mail.html):
        assert "PX000011" in body
        assert "PX000002" in body, "ten rows"
        assert "PX000001" not in body
        assert "/udstyr/?" in body
    assert "… og " in mail.text
