"""The calendar of ends: what falls away and what comes instead, as the forecast has it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from albertslund_it.common.quarters import Quarter
from inventory.models import Departure
from leasing.cost_share.selectors.forecast import ASSUMED, CONTRACTED, PLANNED, forecast_of
from leasing.cost_share.selectors.payers import EVERYBODY, Payer, payers_seen_by
from leasing.domain.accrual import a_quarter
from leasing.end_calendar.presenters import extension_priced_by
from leasing.end_calendar.selectors import coming_quarters, end_calendar
from leasing.models import BuyoutOffer
from tests import builders as make
from tests.leasing.pages import read, text_of

TODAY = date(2026, 2, 10)
ALL = Payer(EVERYBODY, "Hele kommunen", None)
LAST = Quarter(2029, 4)


@pytest.fixture
def school(db):
    make.cost_holder()
    return make.unit("1010", "Ærtebjerg Skole")


def of(quarter, payer=ALL, today=TODAY):
    """Return what ends in a quarter."""
    [found] = [one for one in end_calendar(payer, today) if one.quarter == quarter]
    return found


def test_it_has_twenty_quarters_the_one_that_runs_first(school):
    quarters = coming_quarters(TODAY)
    assert (str(quarters[0]), str(quarters[-1]), len(quarters)) == ("2026Q1", "2030Q4", 20)
    assert [one.quarter for one in end_calendar(ALL, TODAY)] == quarters


def test_by_hand(school):
    """Five leases of 100 kroner a quarter end in 2029Q4; a new one is 120 today."""
    make.price(price_ore=1920_00, starts_on=date(2026, 1, 1))
    make.price(price_ore=9999_00, starts_on=date(2026, 3, 1))  # not today's
    leases = [make.lease(f"PF00000{n}", unit=school, price_ore=1600_00) for n in range(5)]
    make.decided(leases[0], "buyout")
    make.decided(leases[1], "return")
    make.decided(leases[2], "extension", quarters=2, price_ore=180_00)
    found = of(LAST)
    assert (found.count, found.falls_away.count, found.falls_away.quarter_ore) == (5, 4, 400_00)
    assert (found.buyout.count, found.returned.count, found.undecided.count) == (1, 1, 2)
    assert (found.extended.count, found.extended.quarter_ore) == (1, 100_00)
    assert found.extended_ore == 90_00
    assert (found.renewal_ore, found.extension_ore) == (240_00, 200_00)
    later = of(Quarter(2030, 2))  # where the extension ends
    assert (later.count, later.undecided.quarter_ore, later.renewal_ore) == (1, 90_00, 120_00)


def test_a_model_without_a_price_costs_its_own_again(school):
    make.lease(unit=school, price_ore=1600_00)
    assert of(LAST).renewal_ore == 100_00


def test_the_days_of_a_quarter(school):
    make.lease("PF000001", unit=school, starts_on=date(2026, 1, 1))  # to 31 December
    make.lease("PF000002", unit=school, starts_on=date(2026, 1, 2))  # to 1 January
    make.lease("PF000003", unit=school, starts_on=date(2025, 10, 2))  # to 1 October
    assert (of(LAST).count, of(Quarter(2030, 1)).count) == (2, 1)


def test_what_is_stopped_or_gone_ends_nothing_more(school):
    make.lease("PF000001", unit=school, stops_on=date(2029, 11, 1))
    gone = make.lease("PF000002", unit=school)
    bought = make.decided(make.lease("PF000003", unit=school), "buyout")
    extended = make.decided(make.lease("PF000004", unit=school), "extension")
    for lease in (gone, bought, extended):
        Departure.objects.create(device=lease.device, left_on=date(2026, 2, 1), how="bought")
    found = of(LAST)
    assert (found.count, found.undecided.count, found.renewal_ore) == (0, 0, 0)


def test_what_is_in_stock_falls_away_and_is_not_leased_again(school):
    make.lease(price_ore=1600_00)
    found = of(LAST)
    assert (found.undecided.count, found.falls_away.quarter_ore) == (1, 100_00)
    assert (found.renewal_ore, found.extension_ore) == (0, 0)


class TestWhatTheLessorOffers:
    """Going on costs what is offered where an offer holds, and the page says which it is."""

    @pytest.fixture
    def leases(self, school):
        return [make.lease(f"PF00000{n}", unit=school, price_ore=1600_00) for n in range(3)]

    def offered(self, extension_ore, valid_until=date(2026, 6, 1), **to):
        BuyoutOffer.objects.create(extension_ore=extension_ore, valid_until=valid_until, **to)

    def test_without_an_offer_it_is_an_estimate(self, leases):
        assert (of(LAST).extension_ore, extension_priced_by(of(LAST))) == (300_00, "skøn")

    def test_a_models_offer_holds_for_each_of_them(self, leases):
        self.offered(80_00, model=leases[0].device.model)
        assert (of(LAST).extension_ore, extension_priced_by(of(LAST))) == (240_00, "tilbud")

    def test_a_devices_own_goes_before_its_models_and_the_longest_before_others(self, leases):
        self.offered(70_00, device=leases[0].device)
        assert of(LAST).extension_ore == 270_00
        assert extension_priced_by(of(LAST)) == "1 af 3 tilbud"
        self.offered(80_00, model=leases[0].device.model)
        self.offered(60_00, device=leases[0].device, valid_until=date(2026, 7, 1))
        assert (of(LAST).extension_ore, extension_priced_by(of(LAST))) == (220_00, "tilbud")

    def test_one_that_is_over_or_of_what_is_settled_or_in_stock_counts_for_nothing(self, leases):
        self.offered(10_00, device=leases[0].device, valid_until=date(2026, 2, 9))
        self.offered(10_00, device=leases[1].device)
        make.decided(leases[1], "return")
        self.offered(10_00, device=make.lease("STOCK1", price_ore=1600_00).device)
        assert (of(LAST).extension_ore, extension_priced_by(of(LAST))) == (200_00, "skøn")

    def test_the_page_says_so(self, leases, cast, client_of, settings):
        settings.TODAY = TODAY
        self.offered(70_00, device=leases[0].device)
        page = text_of(read(client_of(cast.finance), "/udloeb/kalender/"))
        assert "1 af 3 tilbud" in page


class TestBesideTheForecast:
    @pytest.fixture
    def some(self, school):
        """Return leases that begin with a quarter, at prices that their quarters divide."""
        make.price(price_ore=1920_00)
        t16 = make.model("T16")
        other = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
        for n, (unit, starts_on, quarters, model) in enumerate(
            [
                (school, date(2026, 1, 1), 16, None),
                (school, date(2026, 1, 1), 8, t16),
                (other, date(2026, 1, 1), 8, None),
                (other, date(2025, 4, 1), 12, t16),
                (None, date(2026, 1, 1), 8, None),
            ]
        ):
            for copy in range(2):
                make.lease(
                    f"PF0000{n}{copy}",
                    unit=unit,
                    starts_on=starts_on,
                    quarters=quarters,
                    model=model,
                    price_ore=quarters * (100_00 + n),
                )
        lease = make.lease("PF000090", unit=school, quarters=8, price_ore=800_00)
        make.decided(lease, "return")
        lease = make.lease("PF000091", unit=school, quarters=8, price_ore=800_00)
        make.decided(lease, "extension", quarters=4, price_ore=480_00)

    def test_what_falls_away_is_what_the_contracts_lose(self, some, cast):
        for payer in payers_seen_by(cast.helpdesk, TODAY):
            forecast = forecast_of(payer, TODAY).by_quarter()
            lost = {}
            for one in end_calendar(payer, TODAY):
                after = str(one.quarter.next())
                if one.quarter == Quarter(2026, 1) or after not in forecast:
                    continue
                before = forecast[str(one.quarter)][CONTRACTED]
                lost[one.quarter] = before - forecast[after][CONTRACTED]
                saved = one.extended.quarter_ore - one.extended_ore
                assert one.falls_away.quarter_ore + saved == lost[one.quarter], payer.name
            assert any(lost.values()), payer.name

    def test_what_renewal_costs_is_what_the_forecast_assumes(self, some, cast):
        for payer in payers_seen_by(cast.helpdesk, TODAY):
            forecast = forecast_of(payer, TODAY).by_quarter()
            for one in end_calendar(payer, TODAY):
                now, after = (forecast.get(str(q)) for q in (one.quarter, one.quarter.next()))
                if not after or one.quarter > Quarter(2029, 3):  # until the renewed end in turn
                    continue
                assumed = after[ASSUMED] - now[ASSUMED] + after[PLANNED] - now[PLANNED]
                assert one.renewal_ore == assumed, (payer.name, one.quarter)

    def test_a_price_that_does_not_divide_is_cut_to_whole_oere(self, school):
        make.lease(unit=school, price_ore=559067)
        forecast = forecast_of(ALL, TODAY).by_quarter()
        lost = forecast["2029Q4"][CONTRACTED] - forecast["2030Q1"][CONTRACTED]
        assert of(LAST).falls_away.quarter_ore == a_quarter(559067, 16)
        assert 0 <= lost - of(LAST).falls_away.quarter_ore <= 1


class TestThePage:
    @pytest.fixture(autouse=True)
    def today(self, settings):
        settings.TODAY = TODAY

    def test_a_leader_sees_the_own_departments(self, school, cast, client_of):
        other = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
        make.lease("PF000001", unit=school)
        make.lease("PF000002", unit=other)
        head = client_of(cast.head)
        tree = read(head, "/udloeb/kalender/")
        assert tree.xpath("string(//tfoot//td[1])") == "1"
        assert head.get(f"/udloeb/kalender/?afdeling={other.department_id}").status_code == 404
        assert head.get("/udloeb/kalender/?afdeling=alle").status_code == 404

    def test_every_number_opens_the_board(self, school, cast, client_of):
        make.decided(make.lease("PF000001", unit=school), "return")
        make.lease("PF000002", unit=school)
        key = school.department_id
        tree = read(client_of(cast.helpdesk), f"/udloeb/kalender/?afdeling={key}")
        [row] = [row for row in tree.xpath("//tbody/tr") if row.xpath(".//a")]
        links = row.xpath(".//td//a/@href")
        assert all(f"afdeling={key}" in link and "kvartal=2029Q4" in link for link in links)
        fates = [link.split("valg=")[1].split("&")[0] for link in links]
        assert fates == ["live", "live", "waiting", "waiting", "waiting", "return"]

    def test_the_board_has_as_many_rows_as_the_number_says(self, school, cast, client_of):
        for n, choice in enumerate(("buyout", "return", "return", "extension", "")):
            lease = make.lease(f"PF00000{n}", unit=school, price_ore=1600_00 + 16 * n)
            if choice:
                make.decided(lease, choice)
        make.lease("PF000006", unit=school, stops_on=date(2029, 11, 1))
        gone = make.lease("PF000007", unit=school)
        Departure.objects.create(device=gone.device, left_on=date(2026, 2, 1), how="bought")
        other = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
        make.lease("PF000009", unit=other)
        client = client_of(cast.helpdesk)
        tree = read(client, f"/udloeb/kalender/?afdeling={school.department_id}")
        opened = {}
        for link in tree.xpath("//tbody/tr[th='4. kvartal 2029']/td//a"):
            board = text_of(read(client, link.get("href")))
            text = link.text_content()
            if "," not in text:
                shown = "1 række" if text == "1" else f"Viser alle {text}"
                assert f"{shown} ·" in board, link.get("href")
                opened[link.get("href")] = text
        assert sorted(opened.values()) == ["1", "1", "1", "2", "5"]

    def test_the_stock_has_numbers_that_open_it_too(self, school, cast, client_of):
        make.lease("PF000001", unit=school)
        make.lease("PF000002")
        make.lease("PF000003", unit=make.cost_holder())  # lent out
        client = client_of(cast.helpdesk)
        tree = read(client, "/udloeb/kalender/?afdeling=it-lager")
        links = [one.get("href") for one in tree.xpath("//tbody/tr//a") if one.text == "2"]
        assert len(links) == 2  # all, and what is undecided
        for link in links:
            board = text_of(read(client, link))
            assert "PF000002" in board
            assert "PF000003" in board
            assert "PF000001" not in board

    def test_forecast_and_calendar_lead_to_each_other(self, school, cast, client_of):
        client, asked = client_of(cast.finance), f"?afdeling={school.department_id}"
        calendar = read(client, f"/udloeb/kalender/{asked}")
        assert f"/egenbetaling/prognose/{asked}" in calendar.xpath("//a/@href")
        forecast = read(client, f"/egenbetaling/prognose/{asked}")
        assert f"/udloeb/kalender/{asked}" in forecast.xpath("//a/@href")

    def test_nothing_that_ends_is_a_table_of_dashes(self, school, cast, client_of):
        tree = read(client_of(cast.helpdesk), "/udloeb/kalender/")
        assert not tree.xpath("//figure")
        assert "1. kvartal 2026" in text_of(tree)

    def test_more_leases_ask_the_database_nothing_more(self, school, cast, client_of):
        client = client_of(cast.helpdesk)

        def queries():
            client.get("/udloeb/kalender/")  # kept costs are brought up to date
            with CaptureQueriesContext(connection) as asked:
                client.get("/udloeb/kalender/")
            return len(asked)

        make.decided(make.lease("PF000001", unit=school), "extension")
        few = queries()
        for n in range(20):
            unit = make.unit(f"20{n:02}", f"Sted {n}")
            lease = make.lease(f"PF0001{n:02}", unit=unit, starts_on=date(2026, 1, 1 + n))
            make.decided(lease, ("buyout", "return", "extension")[n % 3])
        assert queries() <= few
