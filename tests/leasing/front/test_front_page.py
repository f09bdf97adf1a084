"""The front page: what waits for whom, with kroner, and links that land on the same rows."""

from datetime import date

import pytest
from lxml import html

from albertslund_it.common.money import parse_kroner
from albertslund_it.roles import HEAD
from leasing.billing.selectors.outstanding import outstanding
from leasing.billing.selectors.preview import preview_run
from leasing.models import Lease
from tests import builders as make
from tests.browser import assert_accessible_in_every_look, assert_no_sideways_scroll, be_logged_in
from tests.leasing.pages import (
    assert_every_figure_opens_its_lines,
    queries_of,
    read,
    text_of,
)
from tests.leasing.town import TODAY, Town, close


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(db):
    return Town()


def tasks(tree):
    """Return each task as title -> (address, øre or None)."""
    found = {}
    for row in tree.xpath("//ul[contains(@class, 'tasks')]/li"):
        [link] = row.xpath("./a")
        amount = row.xpath(".//*[@class='task-figure']")[0].text_content().strip()
        found[link.text] = (link.get("href"), parse_kroner(amount) if amount else None)
    return found


class TestFinance:
    @pytest.fixture
    def client(self, cast, client_of):
        return client_of(cast.finance)

    def test_the_quarter_to_close_with_what_it_brings(self, town, client):
        standing = outstanding(TODAY)
        waiting = tasks(read(client, "/"))
        third = next(q for q in standing.quarters if str(q.quarter) == "2026Q3")
        assert waiting["3. kvartal 2026 er slut og kan låses"] == (
            "/kvartaler/2026Q3/",
            third.total.pending_ore,
        )

    def test_the_quarter_stands_first_with_the_pages_one_button(self, town, client):
        page = read(client, "/")
        assert next(iter(tasks(page))) == "3. kvartal 2026 er slut og kan låses"
        [button] = page.xpath("//main//a[contains(@class, 'btn-primary')]")
        assert text_of(button).startswith("Gå til kvartalet")
        assert button.get("href") == "/kvartaler/2026Q3/"
        # The corrections have a line of their own below: the amount is without them.
        assert "Rettelser til tidligere kvartaler kommer oveni." in text_of(page)

    def test_corrections_wait_and_their_link_shows_them(self, town, client):
        # The late move: minus at 1001 and plus at 1002 in two quarters, and the forgotten pc in
        # two quarters: six lines, of which the moves cancel out but for nothing.
        address, amount = tasks(read(client, "/"))["Ændringer i låste kvartaler (6)"]
        assert amount == 34941 + 34942
        assert "698,83" in text_of(read(client, address))

    def test_three_quarters_never_closed(self, client, db):
        make.cost_holder()
        make.lease(unit=make.unit())
        waiting = tasks(read(client, "/"))
        address, amount = waiting["1.–3. kvartal 2026 er ikke opkrævet"]
        # F at 1 October: 559066 · 3 / 16 = 104824,875
        assert amount == 104824
        assert "1.–3. kvartal 2026 er ikke opkrævet: 1.048,24 kr." in text_of(read(client, address))
        assert waiting["1. kvartal 2026 er slut og kan låses"][1] == 34941

    def test_a_supplementary_run_in_january(self, town, client, settings):
        close("2026Q4")
        make.charge(town.first, 9900, date(2026, 12, 30), "Fragt")
        settings.TODAY = date(2027, 1, 20)
        waiting = tasks(read(client, "/"))
        assert waiting["Supplementskørsel for 2026 kan laves"] == ("/kvartaler/2026S1/", 9900)
        assert "Fra andre år mangler 99,00 kr." in text_of(read(client, "/kvartaler/"))
        assert "Antal" not in text_of(read(client, "/kvartaler/2026S1/").xpath("//table")[0])
        settings.TODAY = date(2027, 2, 1)
        assert "Supplementskørsel" not in text_of(read(client, "/"))

    def test_what_is_closed_waits_for_opus(self, town, client):
        waiting = tasks(read(client, "/"))
        assert waiting["1. kvartal 2026 er ikke hentet til Opus"] == (
            "/kvartaler/2026Q1/",
            town.runs[0].total_ore,
        )

    def test_units_without_coding(self, town, client):
        town.library.account = ""
        town.library.save()
        make.unit("3001", "Uden udstyr", account="")
        page = read(client, "/")
        assert "1 enhed med udstyr mangler kontering" in tasks(page)
        assert "Biblioteket" in text_of(page)
        assert "Uden udstyr" not in text_of(page)

    def test_every_task_opens_for_whoever_is_shown_it(self, town, cast, client_of):
        town.library.account = ""
        town.library.save()
        for who in (cast.finance, cast.auditor, cast.administrator):
            reader = client_of(who)
            for title, (address, _) in tasks(read(reader, "/")).items():
                assert reader.get(address).status_code == 200, (who, title)

    def test_nothing_waits_and_the_page_says_so(self, client, settings, db):
        settings.TODAY = date(2025, 12, 1)
        make.cost_holder()
        assert "Der er ikke noget, der venter på dig" in text_of(read(client, "/"))

    def test_every_figure_opens_its_lines(self, town, client):
        assert_every_figure_opens_its_lines(client, "/")

    def test_the_figures_are_those_of_the_other_pages(self, town, client):
        text = text_of(read(client, "/"))
        # 10 of the 11 leases run; the T16 has stopped.
        assert "Leaset udstyr i dag 10" in text
        close("2026Q3")
        assert preview_run("2026Q4", TODAY).total_ore == outstanding(TODAY).total.pending_ore


class TestLeaders:
    def test_a_head_sees_the_share_and_who_has_left(self, town, cast, client_of):
        gone = make.employee("anbe", unit=town.first, left_on=date(2026, 11, 1))
        make.placement(town.leases[0].device, date(2026, 5, 1), town.first, gone)
        elsewhere = make.employee("cia", unit=town.library, left_on=date(2026, 11, 1))
        lease = Lease.objects.get(device__serial_number="PF000008")
        make.placement(lease.device, date(2026, 5, 1), town.library, elsewhere)
        client = client_of(cast.with_access("hanne", HEAD, department=town.school))

        page = read(client, "/")
        assert text_of(page.xpath("//h1")[0]) == "Dagtilbud & Skole"
        [(address, amount)] = tasks(page).values()
        assert address == "/datakvalitet/ikke-i-brug/"
        # One is with who has left, and nobody says who has the others.
        listed = read(client, address)
        assert "PF000001" in listed.xpath(
            "//table[.//caption[.='Leaset, men ikke i brug']]//th/a/text()"
        )
        assert "PF000008" not in text_of(listed)
        assert amount == parse_kroner(listed.xpath("//tfoot//td/text()")[1])
        assert assert_every_figure_opens_its_lines(client, "/") >= 2
        assert "Kultur" not in text_of(page)

    def test_a_head_whose_access_has_ended_is_told(self, town, cast, client_of):
        user = cast.with_access(
            "gerd", HEAD, department=town.school, ends_before=date(2026, 11, 23)
        )
        assert "Du har ikke adgang til en afdeling i dag" in text_of(read(client_of(user), "/"))

    def test_who_only_reads_is_told_where_it_waits(self, town, cast, client_of):
        seen = {user: read(client_of(user), "/") for user in (cast.auditor, cast.finance)}
        said = {user: text_of(page.find(".//main")) for user, page in seen.items()}
        assert "Det venter hos økonomi og it-helpdesk" in said[cast.auditor]
        assert "Det venter på dig" not in said[cast.auditor]
        assert "Det venter på dig" in said[cast.finance]
        page = seen[cast.auditor]
        verbs = page.xpath("//*[@class='task-button']/a/text()")
        assert len(verbs) > 2
        assert {verb.strip() for verb in verbs} == {"Se"}
        assert not page.find_class("btn-primary")

    def test_an_auditor_sees_the_whole_and_is_asked_nothing_of_the_helpdesk(
        self, town, cast, client_of
    ):
        page = read(client_of(cast.auditor), "/")
        assert "Leaset udstyr i dag" in text_of(page)
        assert not any("lager" in title for title in tasks(page))

    def test_somebody_without_a_role(self, cast, client_of):
        assert "Pc-leasing" in text_of(read(client_of(cast.nobody), "/"))


@pytest.mark.parametrize("role", ["finance", "helpdesk", "auditor"])
def test_thirty_leases_cost_as_many_queries_as_three(town, cast, client_of, role):
    client = client_of(getattr(cast, role))
    few = queries_of(client, "/")
    for n in range(30):
        make.lease(f"PG{n:06d}", unit=make.unit(f"11{n:02d}", department=town.school))
    assert queries_of(client, "/") <= few


def test_the_page_is_accessible(page, live_server, transactional_db, cast):
    Town()
    for user in (cast.finance, cast.helpdesk):
        page.context.clear_cookies()
        be_logged_in(page, live_server, user)
        page.goto(live_server.url)
        assert_accessible_in_every_look(page)
        assert_no_sideways_scroll(page)


def test_html_is_well_formed_enough_to_be_read_twice(town, cast, client_of):
    content = client_of(cast.finance).get("/").content
    ids = html.fromstring(content).xpath("//@id")
    assert len(ids) == len(set(ids))
