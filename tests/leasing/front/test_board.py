"""The helpdesk's board: what is urgent first, the queues as cards, and what is on the shelf."""

from datetime import UTC, date, datetime, timedelta

import pytest

from albertslund_it.common.money import parse_kroner
from inventory.models import Device, ExpectedReturn, Unit
from leasing.front.selectors.board import queues_on
from leasing.models import (
    AcceptedFinding,
    LossReport,
    Objection,
    Order,
    OrderedDevice,
    OrderLine,
    ReceivedFile,
    ReceivedMail,
    Status,
)
from leasing.orders.selectors.queues import Queue, lines_in
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.town import TODAY, Town

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


@pytest.fixture
def town(db):
    return Town()


def urgent(tree):
    """Return (title, is late, address) of what stands first."""
    return [
        (
            text_of(row.find(".//strong")).removeprefix("For sent: "),
            "is-late" in row.get("class", ""),
            row.find(".//a").get("href"),
        )
        for row in tree.xpath("//ul[@class='urgent']/li")
    ]


def costs(tree):
    """Return what costs while it waits, as title -> (address, øre)."""
    rows = tree.xpath("//section[@aria-labelledby='costs']//li")
    return {
        row.find(".//a").text: (
            row.find(".//a").get("href"),
            parse_kroner(row.xpath(".//*[@class='amount']/text()")[0].strip()),
        )
        for row in rows
    }


def column(tree, queue):
    """Return the cards of a column: (title, number)."""
    cards = tree.xpath(f"//section[@aria-labelledby='koe-{queue}']//li")
    return [
        (
            text_of(card.xpath(".//*[@class='who']/a")[0]),
            text_of(card.xpath(".//*[@class='foot']/span")[0]),
        )
        for card in cards
    ]


def a_line(status, **fields):
    """Make an order of one line, for the one unit that there is unless another is given."""
    fields.setdefault("unit", Unit.objects.filter(is_cost_holder=False).first() or make.unit())
    return make.order_line(status=status, **fields)


class TestUrgent:
    def test_the_theft_clock_then_what_is_late_then_what_leaders_say_no_to(self, town, client):
        first, second, third = (lease.device for lease in town.leases[:3])
        gone = make.employee("anbe", unit=town.first, left_on=date(2026, 11, 1))
        make.placement(first, date(2026, 5, 1), town.first, gone)
        LossReport.objects.create(
            device=second, kind="stolen", discovered_at=NOW, encrypted="yes", reported_at=NOW
        )
        Objection.objects.create(
            device=third, unit=town.first, note="Hos naboen", raised_at=NOW - timedelta(days=6)
        )
        found = urgent(read(client, "/"))
        assert found[0][0].startswith("Stjålet pc: ")
        assert found[0][2] == f"/udstyr/{second.pk}/brud/"
        assert all(is_late for _, is_late, _ in found[:2])
        everything = text_of(read(client, "/"))
        assert "Hos medarbejdere, der er fratrådt: 1" in everything
        assert "»Ikke vores«" in everything

    def test_more_than_three_are_told_of_and_none_is_left_out(self, town, client):
        gone = make.employee("anbe", unit=town.first, left_on=date(2026, 11, 1))
        make.placement(town.leases[0].device, date(2026, 5, 1), town.first, gone)
        ExpectedReturn.objects.create(
            device=town.leases[0].device,
            employee=gone,
            unit=town.first,
            why="asked",
            due_on=date(2026, 11, 2),
            created_at=NOW,
        )
        Objection.objects.create(
            device=town.leases[2].device, unit=town.first, note="Nej", raised_at=NOW
        )
        make.employee("", "Kim Ny", unit=town.first, starts_on=TODAY + timedelta(days=3))
        page = read(client, "/")
        more = page.xpath("//details[@class='urgent-more']//li")
        assert len(urgent(page)) == 3
        assert text_of(page.xpath("//details[@class='urgent-more']/summary")[0]) == (
            f"og {len(more)} til"
        )
        told = text_of(page)
        for one in (
            "Skulle have været afleveret: 1",
            "Hos medarbejdere, der er fratrådt: 1",
            "»Ikke vores«",
            "Kim Ny: begynder om 3 dage",
        ):
            assert one in told

    def test_each_leads_to_a_page_that_opens(self, town, client):
        gone = make.employee("anbe", unit=town.first, left_on=date(2026, 11, 1))
        make.placement(town.leases[0].device, date(2026, 5, 1), town.first, gone)
        for *_, address in urgent(read(client, "/")):
            assert client.get(address).status_code == 200, address


class TestCosts:
    def test_stock_and_what_nobody_uses_lead_to_the_same_rows(self, town, client):
        Device.objects.update(last_seen=date(2026, 11, 20))
        unused = town.leases[3].device
        unused.last_seen = date(2026, 8, 1)
        unused.save()
        found = costs(read(client, "/"))
        listed = {
            title: (amount, read(client, address).xpath("//tbody/tr/th/a/text()"))
            for title, (address, amount) in found.items()
        }
        # F: the fourth quarter of a T14 is 34942.
        assert listed["På lager i over 30 dage: 1"] == (34942, ["PF000006"])
        assert listed["Leaset, men ikke set i 60 dage: 1"] == (34942, ["PF000004"])

    def test_the_shelf_is_counted_as_the_list_that_it_leads_to(self, client, db):
        make.cost_holder()
        make.lease("PF000001", starts_on=date(2026, 10, 24))
        moved = make.lease("PF000002", unit=make.unit())
        make.placement(moved.device, date(2026, 10, 24))
        make.lease("PF000003", unit=make.unit(), employee=make.employee())
        page = read(client, "/")
        [address] = page.xpath("//section[@aria-labelledby='shelf']//td[1]/a[text()='2']/@href")
        assert len(read(client, address).xpath("//tbody/tr")) == 2

    def test_what_is_accepted_to_lie_on_the_shelf_is_not_told_as_long_there(self, client, db):
        make.cost_holder()
        make.lease("PF000001", starts_on=date(2026, 1, 1))
        accepted = make.lease("PF000002", starts_on=date(2026, 1, 1))
        AcceptedFinding.objects.create(
            rule="stock",
            device=accepted.device,
            until=date(2099, 1, 1),
            accepted_on=date(2026, 1, 1),
            because="project",
        )
        page = read(client, "/")
        [link] = page.xpath("//section[@aria-labelledby='shelf']//td[3]/a")
        listed = read(client, link.get("href")).xpath("//tbody/tr")
        assert int(link.text) == len(listed) == 1

    def test_what_is_free_opens_what_nobody_waits_for(self, client, db):
        make.cost_holder()
        free, set_aside, lost, coming = (
            make.lease(f"PF00000{number}", starts_on=date(2026, 10, 24)) for number in range(1, 5)
        )
        make.lease("PF000005", unit=make.unit())
        line = a_line(Status.DELIVERED)
        OrderedDevice.objects.create(line=line, device=set_aside.device, delivered_on=TODAY)
        make.placement(coming.device, date(2027, 2, 1), make.unit())
        LossReport.objects.create(
            device=lost.device, kind="lost", discovered_at=NOW, encrypted="yes", reported_at=NOW
        )
        shelf = read(client, "/").xpath("//section[@aria-labelledby='shelf']//tbody/tr")
        [free_of] = [found for row in shelf for found in row.xpath("td[2]//a")]
        assert free_of.text == "1"
        listed = read(client, free_of.get("href")).xpath("//tbody/tr/th//a")
        assert [one.text_content().strip() for one in listed] == [free.device.serial_number]

    def test_a_stopped_lease_in_stock_costs_nothing(self, client, db):
        make.cost_holder()
        make.lease(stops_on=date(2026, 6, 1))
        page = read(client, "/")
        assert costs(page) == {}
        assert "Intet koster, mens det venter" in text_of(page)


class TestQueues:
    def test_a_line_stands_where_something_is_to_be_done_with_it(self, client, db):
        make.cost_holder()
        waits = a_line(Status.AWAITING)
        buys = a_line(Status.APPROVED)
        comes = a_line(Status.ORDERED, supplier_order_number="ATEA-1")
        ready = a_line(Status.DELIVERED)
        a_line(Status.HANDED_OUT)
        assert [list(lines_in(queue)) for queue in Queue] == [[waits], [buys], [comes], [ready]]
        page = read(client, "/")
        assert column(page, "paa-vej")[0][1] == "ATEA-1"
        assert column(page, "klar")[0][1] == ready.order.number

    def test_what_is_partly_here_is_both_ready_and_on_its_way(self, db):
        partly = a_line(
            Status.PARTLY, supplier_order_number="ATEA-1", quantity=3, used_for="Klassesæt"
        )
        there = OrderedDevice.objects.create(line=partly, device=make.device(), delivered_on=TODAY)
        assert [partly in lines_in(queue) for queue in Queue] == [False, False, True, True]
        there.handed_out_on = TODAY
        there.save()
        assert [partly in lines_in(queue) for queue in Queue] == [False, False, True, False]

    def test_sixty_equal_lines_are_one_card(self, client, db):
        make.cost_holder()
        unit = make.unit()
        for _ in range(60):
            a_line(Status.ORDERED, supplier_order_number="ATEA-1", unit=unit, used_for="Rul 2")
        page = read(client, "/")
        assert column(page, "paa-vej") == [("60 linjer", "ATEA-1")]
        head = text_of(page.xpath("//h2[@id='koe-paa-vej']")[0])
        assert head == "På vej 60"

    def test_the_count_of_a_column_is_that_of_the_list_it_opens(self, client, db):
        make.cost_holder()
        for status in Status:
            a_line(status)
        page = read(client, "/")
        for link in page.xpath("//h2[@class='board-head']/a"):
            count = int(link.xpath("./*[@class='count']/text()")[0])
            assert len(read(client, link.get("href")).xpath("//tbody/tr")) == count

    def test_a_column_says_how_old_and_for_how_much(self, db):
        model = make.model()
        make.price(model)
        old = a_line(Status.APPROVED, model=model, quantity=3, used_for="Klassesæt")
        old.order.created_at = NOW - timedelta(days=20)
        old.order.save()
        a_line(Status.APPROVED, model=model)
        [found] = [one for one in queues_on(TODAY) if one.queue is Queue.TO_BUY]
        assert (found.lines, found.cards[0].days) == (2, 20)
        # Four of them at 5590,66 for 16 quarters: 34941 øre each.
        assert found.quarter_ore == 4 * 34941

    def test_the_kroner_of_a_column_open_the_lines_that_they_are_the_sum_of(self, town, client):
        model, unit = make.model(), town.first
        make.price(model)
        for status, number in (
            (Status.AWAITING, ""),
            (Status.APPROVED, ""),
            (Status.ORDERED, "ATEA-1"),
        ):
            for _ in range(2):
                a_line(status, model=model, unit=unit, supplier_order_number=number, quantity=2)
        # Partly here: one is to be handed out, one is with its user, one on its way.
        for first, second in (town.leases[:2], town.leases[2:4]):
            partly = a_line(
                Status.PARTLY, model=model, unit=unit, supplier_order_number="ATEA-2", quantity=3
            )
            for lease, handed_out_on in ((first, None), (second, TODAY)):
                OrderedDevice.objects.create(
                    line=partly,
                    device=lease.device,
                    delivered_on=TODAY,
                    handed_out_on=handed_out_on,
                )
        page = read(client, "/")
        told = page.xpath("//p[@class='board-sub']/a")
        assert len(told) == len(Queue)
        for link in told:
            listed = read(client, link.get("href"))
            amounts, [total] = (
                [
                    parse_kroner(text)
                    for td in listed.xpath(f"//{part}//td")
                    if "," in (text := text_of(td)) and text.replace(".", "")[:1].isdigit()
                ]
                for part in ("tbody", "tfoot")
            )
            ore = parse_kroner(text_of(link).removesuffix(" pr. kvartal"))
            assert sum(amounts) == total == ore > 0

    def test_the_oldest_are_shown_and_the_others_counted(self, client, db):
        make.cost_holder()
        for _ in range(9):
            a_line(Status.DELIVERED)
        page = read(client, "/")
        assert len(column(page, "klar")) == 6
        assert "og 3 til" in text_of(page.xpath("//section[@aria-labelledby='koe-klar']")[0])

    def test_a_phone_opens_the_column_that_its_address_names(self, client, db):
        make.cost_holder()
        page = read(client, "/?kolonne=bestil")
        [opened] = page.xpath("//section[contains(@class,'is-open')]/@aria-labelledby")
        assert opened == "koe-bestil"
        [opened] = read(client, "/?kolonne=nej'").xpath(
            "//section[contains(@class,'is-open')]/@aria-labelledby"
        )
        assert opened == "koe-klar"


class TestNextInTheQueue:
    def test_it_leads_to_the_form_of_the_oldest(self, client, db):
        make.cost_holder()
        first, _ = a_line(Status.DELIVERED), a_line(Status.DELIVERED)
        answer = client.get("/koe/klar/")
        assert answer.url == f"/udstyr/udlever/?linje={first.pk}"

    def test_an_empty_queue_leads_back_and_says_so(self, client, db):
        make.cost_holder()
        for queue in (*Queue, "tilbage"):
            answer = client.get(f"/koe/{queue}/", follow=True)
            assert "Der er ikke flere i den kø." in answer.content.decode()
        assert client.get("/koe/noget-andet/").status_code == 404

    def test_what_should_be_back_the_longest_comes_first(self, town, client):
        anna = make.employee("anbe", unit=town.first)
        for lease, due_on in zip(
            town.leases[:2], (date(2026, 11, 3), date(2026, 11, 2)), strict=True
        ):
            make.placement(lease.device, date(2026, 5, 1), town.first, anna)
            ExpectedReturn.objects.create(
                device=lease.device,
                employee=anna,
                unit=town.first,
                why="asked",
                due_on=due_on,
                created_at=NOW,
            )
        assert client.get("/koe/tilbage/").url == (
            f"/udstyr/tag-tilbage/?serienumre={town.leases[1].device}"
        )

    def test_a_take_back_offers_the_next_one(self, town, client):
        anna = make.employee("anbe", unit=town.first)
        for lease in town.leases[:2]:
            make.placement(lease.device, date(2026, 5, 1), town.first, anna)
            ExpectedReturn.objects.create(
                device=lease.device,
                employee=anna,
                unit=town.first,
                why="asked",
                due_on=date(2026, 11, 2),
                created_at=NOW,
            )
        typed = {"serial_numbers": str(town.leases[0].device), "starts_on": f"{TODAY:%d-%m-%Y}"}
        shown = client.post("/udstyr/tag-tilbage/", {**typed, "trin": "vis"}).content.decode()
        agreed = shown.partition('name="agreed" value="')[2].partition('"')[0]
        done = client.post("/udstyr/tag-tilbage/", {**typed, "agreed": agreed}, follow=True)
        assert "er på it-lager" in done.content.decode()
        assert 'href="/koe/tilbage/"' in done.content.decode()
        assert "/fortryd/" in done.content.decode()


def test_all_that_is_ready_is_handed_out_from_the_board(client, db):
    for number in ("PF000001", "PF000002"):
        device = make.lease(number).device
        OrderedDevice.objects.create(line=a_line("delivered"), device=device, delivered_on=TODAY)

    def hands_out():
        links = read(client, "/").xpath("//a[contains(., 'Udlever alle 2')]")
        return [link.get("href") for link in links]

    assert hands_out() == ["/udstyr/udlever/?serienumre=PF000001,PF000002"]
    # A line with nothing to scan is handed out from the list.
    OrderedDevice.objects.first().delete()
    assert hands_out() == ["/bestillinger/?status=koe-klar"]


def a_mail(order, **fields):
    return ReceivedMail.objects.create(
        key=f"mail-{order.pk}", outcome="order", fetched_at=NOW, order=order, **fields
    )


def test_a_mail_without_lines_has_a_card_and_is_counted(client, db):
    a_line("awaiting")
    order = Order.objects.create(created_at=NOW)
    mail = a_mail(order, sender="Sol Sivhøj <sosi@example.dk>", subject="Pc'er til 4.A")
    ReceivedFile.objects.create(mail=mail, name="liste.xlsx", why_left="for stor")
    page = read(client, "/")
    assert ("Pc'er til 4.A", order.number) in column(page, "afventer")
    said = text_of(page.xpath("//section[@aria-labelledby='koe-afventer']")[0])
    assert said.startswith("Afventer svar 2")
    assert "heraf 1 mail uden linjer" in said
    assert "Sol Sivhøj Ingen linjer endnu, 1 fil vedhæftet" in said
    assert "1 linje er i gang · 1 mail har ingen linjer endnu" in text_of(page)
    [edit] = page.xpath("//a[starts-with(normalize-space(.), 'Gør færdig')]/@href")
    assert edit == f"/bestillinger/{order.pk}/ret/"
    # Once somebody has seen it through, it waits no more.
    ReceivedMail.objects.update(is_handled=True)
    assert "uden linjer" not in text_of(read(client, "/"))


def test_mails_without_lines_are_more_than_the_board_shows(client, db):
    for _ in range(8):
        a_mail(Order.objects.create(created_at=NOW))
    a_line("awaiting")
    page = read(client, "/")
    assert len(column(page, "afventer")) == 6
    assert "og 3 til" in text_of(page.xpath("//section[@aria-labelledby='koe-afventer']")[0])


def test_the_columns_add_up_to_what_is_said(client, db):
    line = a_line("partly", quantity=2, supplier_order_number="4711")
    device = make.lease("PF000001").device
    OrderedDevice.objects.create(line=line, device=device, delivered_on=TODAY)
    a_line("approved")
    page = read(client, "/")
    counts = [int(text_of(one)) for one in page.xpath("//ul[@class='segments']//b")]
    assert sum(counts) == 3
    assert "2 linjer er i gang, 1 af dem i to kolonner" in text_of(page)


def test_thirty_of_everything_cost_as_many_queries_as_three(town, client):
    def more(count, start):
        for n in range(start, start + count):
            unit = make.unit(f"12{n:02d}", department=town.school)
            make.lease(f"PG{n:06d}", unit=unit)
            make.lease(f"PH{n:06d}")
            for status in Status:
                make.order_line(status=status, unit=unit, supplier_order_number=f"ATEA-{n}")
            a_mail(Order.objects.create(created_at=NOW))

    more(3, 0)
    few = queries_of(client, "/")
    more(27, 3)
    assert queries_of(client, "/") <= few
    assert OrderLine.objects.count() == 30 * len(Status)
