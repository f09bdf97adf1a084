"""Leaders look their lists through before the first rebilling: "stemmer" or "ikke vores"."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Placement, Unit
from leasing.confirmation.selectors.items import items_of, progress
from leasing.confirmation.services import confirm, object_to_device, start_round
from leasing.models import Confirmation, ConfirmationRound, Mail, Objection
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.mail.smtp import mail_server
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
FIRST, CONFIRM = "/kvartaler/foerste/", "/bekraeft/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    cast.department.head_mail = "lone@example.dk"
    cast.department.save()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    make.lease("FR000001", unit=foreign)
    return [make.lease(f"PF00000{n}", unit=cast.unit) for n in range(1, 4)]


def ask(client, due="16-11-2026"):
    return client.post(FIRST, {"due_on": due})


def answer(client, **given):
    """Answer the list as it stands on the page."""
    [seen] = read(client, CONFIRM).xpath("//input[@name='seen']/@value")
    return client.post(CONFIRM, {"seen": seen, **given})


def test_each_leader_gets_the_list_and_the_price_by_mail(town, cast, client_of, settings):
    with mail_server(settings) as inbox:
        assert ask(client_of(cast.finance)).status_code == 302
    # Miljø & Teknik has no mail, and its page says so.
    [(recipients, message)] = inbox.messages
    assert recipients == ["lone@example.dk"]
    body = message.get_body(("plain",)).get_content()
    assert "Svar senest den 16-11-2026" in body
    assert "PF000003" in body
    assert "FR000001" not in body
    # Nothing is billed yet: three T14 in all of the year's four quarters, 3 · F(1 January 2027)
    assert "3 stk., 4.192,98\xa0kr. for 1.–4. kvartal 2026" in body
    assert "Mangler" in text_of(read(client_of(cast.finance), FIRST))


def test_there_is_one_round_at_a_time_with_a_deadline_ahead(town, cast, client_of):
    client = client_of(cast.finance)
    assert ask(client, "02-11-2026").status_code == 422
    ask(client)
    again = ask(client)
    assert again.status_code == 422
    assert "allerede en runde" in again.content.decode()
    assert ConfirmationRound.objects.count() == 1
    assert Mail.objects.count() == 1


def test_a_leader_says_yes_to_some_and_then_to_the_rest(town, cast, client_of):
    ask(client_of(cast.finance))
    client = client_of(cast.head)
    foreign = make.model() and Unit.objects.get(number="2001").placements.get().device_id
    chosen = [town[0].device_id, foreign]
    answer(client, device=chosen)
    assert [c.device_id for c in Confirmation.objects.all()] == [town[0].device_id]
    client.post(f"{CONFIRM}{town[1].device_id}/ikke-vores/", {"note": "Står på Åhaven"})
    [seen] = read(client, CONFIRM).xpath("//input[@name='seen']/@value")
    for _ in range(2):  # the second press of two
        client.post(CONFIRM, {"seen": seen, "all": "1"})
    assert Confirmation.objects.count() == 2
    [row] = [r for r in progress(TODAY) if r.name == cast.department.name]
    assert (row.items, row.confirmed, row.objected, row.silent) == (3, 2, 1, 0)
    assert row.has_answered


def test_progress_counts_what_the_lists_of_two_quarters_say(town, cast, client_of):
    ask(client_of(cast.finance))
    client = client_of(cast.head)
    moved = town[0].device
    Placement.objects.create(
        device=moved, unit=make.unit("1009", "Åvang", department=cast.department), starts_on=TODAY
    )
    answer(client, device=[moved.pk])
    client.post(f"{CONFIRM}{town[1].device_id}/ikke-vores/", {"note": "Står på Åhaven"})
    later = TODAY + timedelta(days=95)

    for on in (date(2026, 3, 31), TODAY, later):  # of one quarter, and of several
        items = items_of(Unit.objects.filter(is_cost_holder=False), on)
        assert len(items) > 2
        said = Counter((item.unit.department.name, item.answer) for item in items)
        ore = Counter()
        for item in items:
            ore[item.unit.department.name] += item.amount_ore
        assert {
            (row.name, row.items, row.confirmed, row.objected, row.amount_ore)
            for row in progress(on)
        } == {
            (
                name,
                sum(said[name, a] for a in ("yes", "no", "silent")),
                said[name, "yes"],
                said[name, "no"],
                ore[name],
            )
            for name in ore
        }


def test_all_are_confirmed_only_after_a_page_that_says_how_many_and_what_they_cost(
    town, cast, client_of
):
    other = make.unit("1009", "Åvang", department=cast.department)
    make.lease("PF000009", unit=other)
    ask(client_of(cast.finance))
    client = client_of(cast.head)
    answer(client, device=[town[0].device_id])
    page = read(client, CONFIRM)
    # What is answered is folded away, and one link brings it back.
    assert "PF000001" not in text_of(page)
    [back] = page.xpath("//a[contains(., 'Vis også det, I har svaret på')]/@href")
    assert "PF000001" in text_of(read(client, back))
    [button] = page.xpath("//a[contains(@class, 'btn-primary')]")
    assert text_of(button) == "Bekræft alle 3 …"
    # Three T14 of three quarters and the fourth, 1.397,66 kr. each
    asked = read(client, button.get("href"))
    assert "3 stk., 4.192,98\xa0kr." in asked.text_content().replace("&nbsp;", "\xa0")
    assert Confirmation.objects.count() == 1
    only = read(client, f"{CONFIRM}?enhed={other.pk}&alle=1")
    [seen] = only.xpath("//input[@name='seen']/@value")
    [action] = only.xpath("//form[.//input[@name='seen']]/@action")
    client.post(action, {"seen": seen, "all": "1"})
    assert set(Confirmation.objects.values_list("unit", flat=True)) == {cast.unit.pk, other.pk}
    assert Confirmation.objects.count() == 2


def test_every_count_opens_the_lines_that_it_counts(town, cast, client_of):
    ask(client_of(cast.finance))
    head = client_of(cast.head)
    answer(head, device=town[0].device_id)
    object_to_device(
        device=town[1].device, units=Unit.objects.all(), since=None, note="Står hos naboen",
        actor=cast.head, today=TODAY, now=NOW,
    )  # fmt: skip
    page = read(head, CONFIRM)
    links = page.xpath("//dl[@class='figures']//a")
    assert [link.text_content() for link in links] == ["3", "1", "1"]
    opened = [read(head, link.get("href").split("#")[0]) for link in links]
    serials = [
        one.xpath("//section[@id='listen']//tbody//th[@scope='row']/a/text()") for one in opened
    ]
    assert serials == [["PF000001", "PF000002", "PF000003"], ["PF000003"], ["PF000002"]]
    assert "Ikke vores i alt" in text_of(opened[2])


def test_silence_counts_as_yes_and_is_seen_to(town, cast, client_of, settings):
    ask(client_of(cast.finance))
    leader = client_of(cast.head)
    assert "Stemmer listen? 3 stk." in text_of(read(leader, "/"))
    assert text_of(read(leader, CONFIRM)).count("Ikke besvaret") == 4
    settings.TODAY = date(2026, 11, 17)
    assert text_of(read(leader, CONFIRM)).count("Regnet som ja") == 3
    assert "Stemmer listen? 3 stk." not in text_of(read(leader, "/"))
    page = text_of(read(client_of(cast.finance), FIRST))
    assert "Regnet som ja" in page
    assert "Ledere, der har bekræftet 2 af 2" in page


def test_an_objection_is_raised_once_and_takes_back_a_yes(town, cast, client_of):
    ask(client_of(cast.finance))
    client = client_of(cast.head)
    answer(client, all="1")
    url = f"{CONFIRM}{town[0].device_id}/ikke-vores/"
    assert client.post(url, {"note": " "}).status_code == 422
    assert client.post(url, {"note": "x", "since": "01-12-2026"}).status_code == 422
    for _ in range(2):
        client.post(url, {"note": "Står på Åhaven", "since": "01-09-2026"})
    found = Objection.objects.get()
    assert (found.unit, found.since, found.raised_by) == (cast.unit, date(2026, 9, 1), cast.head)
    assert Confirmation.objects.filter(device=town[0].device).count() == 0
    units = Unit.objects.filter(pk=cast.unit.pk)
    assert [i.answer for i in items_of(units, TODAY)] == ["no", "yes", "yes"]


def test_an_objection_that_cannot_be_true_is_refused_and_one_that_waits_is_shown(
    town, cast, client_of
):
    client, device = client_of(cast.head), town[0].device
    address = f"/bekraeft/{device.pk}/ikke-vores/"
    came = device.placements.get().starts_on
    for typed, said in (
        ({"note": "Står på Åhaven", "since": "01-01-2020"}, f"den {came:%d-%m-%Y}"),
        ({"note": "Står på Åhaven", "since": "31-02-2026"}, "findes ikke i kalenderen"),
        ({"note": "Står på Åhaven", "since": "03-11-2026"}, "kan ikke ligge efter i dag"),
        ({"note": " ", "since": ""}, "Skriv, hvad der er forkert"),
    ):
        response = client.post(address, typed)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert not Objection.objects.exists()
    assert (
        client.post(address, {"note": "Står på Åhaven", "since": f"{came:%d-%m-%Y}"}).url == CONFIRM
    )
    assert "Står på Åhaven" in text_of(read(client, address))
    page = read(client, f"/udstyr/{device.pk}/")
    assert "»Ikke vores« venter på svar" in text_of(page)
    assert not page.xpath("//a[contains(@href, 'ikke-vores')]")


def test_what_is_anothers_does_not_exist(town, cast, client_of):
    foreign = Unit.objects.get(number="2001").placements.get().device_id
    url = f"{CONFIRM}{foreign}/ikke-vores/"
    assert client_of(cast.head).get(url).status_code == 404
    assert client_of(cast.head).post(url, {"note": "x"}).status_code == 404
    assert client_of(cast.finance).get(CONFIRM).status_code == 403
    assert "FR000001" not in text_of(read(client_of(cast.head), CONFIRM))


def test_the_helpdesk_ends_it_by_a_move_or_a_reason(town, cast, client_of):
    first = Objection.objects.create(
        device=town[0].device, unit=cast.unit, note="Står på Åhaven", raised_at=NOW
    )
    second = Objection.objects.create(
        device=town[1].device, unit=cast.unit, note="?", raised_at=NOW
    )
    client = client_of(cast.helpdesk)
    waits = text_of(read(client, "/").xpath("//section[@aria-label='Haster']")[0])
    assert "2 × »Ikke vores«" in waits
    url = f"/indsigelser/{first.pk}/"
    [link] = read(client, url).xpath("//a[normalize-space(text())='Flyt udstyret …']/@href")
    assert link == "/udstyr/flyt/?serienumre=PF000001"
    assert client.post(url, {"outcome": "moved"}).status_code == 422
    assert client.post(url, {"outcome": "refused", "note": ""}).status_code == 422
    make.placement(town[0].device, TODAY, Unit.objects.get(number="2001"))
    assert client.post(url, {"outcome": "moved"}).status_code == 302
    client.post(f"/indsigelser/{second.pk}/", {"outcome": "refused", "note": "Den er jeres"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, first.settled_by) == ("moved", cast.helpdesk)
    assert (second.outcome, second.outcome_note) == ("refused", "Den er jeres")
    late = client.post(url, {"outcome": "refused", "note": "x"})
    assert "allerede afsluttet" in late.content.decode()
    assert client_of(cast.finance).post(url, {"outcome": "moved"}).status_code == 403


@pytest.mark.parametrize("outcome", [{}, {"outcome": ""}, {"outcome": "flyttet"}])
def test_an_answer_that_is_none_of_the_two_ends_nothing(town, cast, client_of, outcome):
    objection = Objection.objects.create(
        device=town[0].device, unit=cast.unit, note="Står på Åhaven", raised_at=NOW
    )
    client = client_of(cast.helpdesk)
    response = client.post(f"/indsigelser/{objection.pk}/", {"note": "Den er jeres", **outcome})
    assert response.status_code == 422
    assert "Vælg, om udstyret er flyttet" in response.content.decode()
    assert "Den er jeres" in response.content.decode()
    objection.refresh_from_db()
    assert objection.outcome == ""


def test_from_the_front_page_to_a_balanced_file_in_few_steps(town, cast, client_of):
    """Front page → ready → the quarter → the amount once more → the file."""
    client = client_of(cast.finance)
    [start] = read(client, "/").xpath(
        "//a[normalize-space(text())='1.–3. kvartal 2026 er ikke opkrævet']/@href"
    )
    assert start == FIRST
    page = read(client, start)
    [quarter] = page.xpath("//a[starts-with(normalize-space(text()),'Opkræv 1.–3. kvartal')]/@href")
    assert "Leasede pc'er med en enhed 4 af 4" in text_of(page)
    [close] = read(client, quarter).xpath("//a[normalize-space(text())='Godkend og lås …']/@href")
    page = read(client, close)
    # Four T14 for three quarters: 4 · 104824 = 419296
    assert text_of(page.xpath("//*[@class='sum-up']/strong")[0]) == "4.192,96 kr."
    [seen] = page.xpath("//input[@name='seen_digest']/@value")
    client.post(close, {"seen_digest": seen})
    file = b"".join(client.post("/kvartaler/2026Q3/fil/csv/").streaming_content).decode()
    sides = [row.split(";")[5:7] for row in file.splitlines()[1:]]
    assert [s[0] for s in sides].count("Kredit") == 1
    assert "1.–3. kvartal 2026 er ikke opkrævet" not in text_of(read(client, "/"))


def test_a_long_list_is_turned_at_fifty_as_every_list_is(town, cast, client_of):
    ask(client_of(cast.finance))
    for n in range(4, 52):
        make.lease(f"PF{n:06}", unit=cast.unit)
    head = client_of(cast.head)
    page = read(head, CONFIRM)
    rows = "//section[@id='listen']//tbody/tr[th[@scope='row']]"
    assert len(page.xpath(rows)) == 50
    assert "Side 1 af 2" in text_of(page)
    assert "Bekræft alle 51" in text_of(page)
    assert len(read(head, f"{CONFIRM}?side=2").xpath(rows)) == 1


def test_the_pages_cost_the_same_for_three_and_thirty(town, cast, client_of):
    ask(client_of(cast.finance))
    leader, finance = client_of(cast.head), client_of(cast.finance)
    before = queries_of(leader, CONFIRM), queries_of(finance, FIRST)
    for n in range(4, 31):
        make.lease(f"PF{n:06}", unit=cast.unit)
    assert (queries_of(leader, CONFIRM), queries_of(finance, FIRST)) == before


def test_pressed_by_several_at_the_same_moment_it_is_done_once(town, cast):
    units = Unit.objects.filter(pk=cast.unit.pk)
    rounds = at_the_same_moment(
        *[lambda: start_round(due_on=date(2026, 11, 16), actor_name="Oda", today=TODAY, now=NOW)]
        * 5
    )
    assert sum(isinstance(one, Refused) for one in rounds) == 4, rounds
    head, given = cast.head, {"units": units, "today": TODAY, "now": NOW}
    device = town[0].device

    def say_no():
        return object_to_device(device=device, note="Nej", since=None, actor=head, **given)

    def say_yes():
        return confirm(device_ids=None, actor=head, **given)

    answers = at_the_same_moment(*[say_no] * 4, *[say_yes] * 4)
    assert not [one for one in answers if isinstance(one, Exception)], answers
    assert Objection.objects.count() == 1
    # Whoever came first: what is objected to is not confirmed.
    confirmed = set(Confirmation.objects.values_list("device", flat=True))
    assert confirmed == {town[1].device_id, town[2].device_id}


def test_finance_sees_thirty_answers_of_a_department_for_the_queries_of_three(
    town, cast, client_of
):
    ask(client_of(cast.finance))
    client, page = client_of(cast.finance), f"{FIRST}{cast.department.pk}/"
    few = queries_of(client, page)
    for number in range(30):
        make.lease(f"PX{number:06}", unit=cast.unit)

    assert queries_of(client, page) <= few
    assert "33" in text_of(read(client, page))
