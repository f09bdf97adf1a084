"""The board of ends: which rows it has for whom, what they add up to, and in which order."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from albertslund_it.common.quarters import Quarter
from inventory.models import Departure, Device
from leasing.cost_table.moment import bring_up_to_date
from leasing.domain.lease_end import Fate
from leasing.lease_end.selectors.board import (
    BEGUN,
    GROUPS,
    NO_WISH,
    OPEN,
    BoardChoice,
    EndBoard,
    ends_seen_by,
)
from leasing.lease_end.selectors.board_rows import board_rows, ordered_ends
from leasing.lease_end.selectors.term_ends import term_ends
from leasing.lease_end.tables.board import BoardTable
from leasing.models import BuyoutOffer, EndWish, Lease, Settings
from tests import builders as make
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
TODAY = date(2029, 10, 15)
NOW = datetime(2029, 10, 15, 9, tzinfo=UTC)
Q4 = Quarter(2029, 4)
EVERYTHING = BoardChoice(any_quarter=True)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def world(cast):
    """Return one lease of each fate, named for it; all but the stock's at the cast's unit."""
    make.cost_holder()
    person = make.employee(unit=cast.unit)

    def lease(name, starts_on=date(2026, 1, 1), **fields):
        return make.lease(name, unit=cast.unit, employee=person, starts_on=starts_on, **fields)

    made = {
        "UNDECIDED": lease("UNDECIDED"),
        "OVERDUE": lease("OVERDUE", date(2025, 7, 1)),
        "RUNS": lease("RUNS", date(2027, 1, 1)),
        "BUYOUT": make.decided(lease("BUYOUT"), "buyout"),
        "RETURN": make.decided(lease("RETURN"), "return"),
        "RETURNED": make.decided(lease("RETURNED", date(2025, 7, 1)), "return"),
        "EXTENSION": make.decided(lease("EXTENSION"), "extension"),
        "BEGUN": make.decided(lease("BEGUN", date(2025, 7, 1)), "extension"),
        "STOPPED": lease("STOPPED", stops_on=date(2029, 11, 1)),
        "GONE": lease("GONE"),
        "STOCK": make.lease("STOCK"),
    }
    gone = made["GONE"].device
    Departure.objects.create(device=gone, left_on=date(2029, 10, 1), how="returned")
    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    made["FOREIGN"] = make.lease("FOREIGN", unit=other)
    return made


def names(board, *order, **options):
    ends = ordered_ends(board, *order, **options) if order else board.page(0, None)
    assert len(ends) == len(board)
    return [row.serial_number for row in board_rows(ends, board.on)]


def all_of(choice):
    bring_up_to_date()
    return EndBoard(None, TODAY, choice)


def test_the_board_holds_what_the_lessor_asks_about_the_undecided_first(world):
    assert names(all_of(BoardChoice())) == [
        "OVERDUE",
        "UNDECIDED",
        "STOCK",
        "FOREIGN",
        "BUYOUT",
        "RETURN",
        "EXTENSION",
    ]


def test_every_end_has_the_fate_that_every_other_page_gives_it(world):
    """So the database's sorting into fates is `fate_of`, which it cannot call."""
    expected: dict[str, int] = {}
    for ends in term_ends(list(Lease.objects.values_list("pk", flat=True))).values():
        for end in ends:
            fate = end.fate(TODAY)
            begun = fate == Fate.EXTENDED and end.ends_before <= TODAY
            fate = BEGUN if begun else fate
            expected[fate] = expected.get(fate, 0) + 1
    board = all_of(EVERYTHING)
    assert {fate: one.count for fate, one in board.sums.items()} == expected
    assert set(expected) == {*map(str, Fate), BEGUN}
    for fate, count in expected.items():
        chosen = all_of(BoardChoice(any_quarter=True, fate=fate))
        assert len(names(chosen)) == len(chosen) == count
        assert set(names(chosen)) == set(names(chosen, "serial_number", descending=False))


@pytest.mark.parametrize("choice", [BoardChoice(), BoardChoice(quarter=Q4), EVERYTHING])
@pytest.mark.parametrize("decided", [None, "buyout", "return"])
@pytest.mark.parametrize("stops_on", [None, date(2029, 11, 1)])
def test_what_is_gone_is_counted_as_nothing_else(world, cast, decided, stops_on, choice):
    before = all_of(choice).sums
    lease = make.lease("GONE-TOO", unit=cast.unit, starts_on=date(2026, 1, 1), stops_on=stops_on)
    if decided:
        make.decided(lease, decided)
    Departure.objects.create(device=lease.device, left_on=date(2029, 10, 1), how="returned")
    board = all_of(choice)
    expected = {fate: ends.count for fate, ends in before.items()}
    if choice != BoardChoice():
        expected[Fate.GONE] += 1
    assert {fate: ends.count for fate, ends in board.sums.items()} == expected
    assert len(names(board)) == board.total.count


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("quarter", [None, Q4, Quarter(2029, 2)])
def test_a_group_is_the_fates_it_is_made_of(world, group, quarter):
    when = {"quarter": quarter} if quarter else {"any_quarter": True}
    parts = [names(all_of(BoardChoice(fate=fate, **when))) for fate in GROUPS[group]]
    board = all_of(BoardChoice(fate=group, **when))
    expected = sorted(name for part in parts for name in part)
    if group == OPEN and not quarter:
        assert expected == ["FOREIGN", "OVERDUE", "STOCK", "UNDECIDED"]
    assert sorted(names(board)) == expected
    assert sorted(names(board, "serial_number", descending=False)) == expected


def test_an_end_stands_in_its_own_quarter_also_where_an_extension_followed(world):
    assert set(names(all_of(BoardChoice(quarter=Q4)))) == {
        "UNDECIDED",
        "BUYOUT",
        "RETURN",
        "EXTENSION",
        "STOPPED",
        "GONE",
        "STOCK",
        "FOREIGN",
    }
    assert names(all_of(BoardChoice(quarter=Quarter(2029, 2)))) == ["OVERDUE", "RETURNED", "BEGUN"]
    assert names(all_of(BoardChoice(quarter=Quarter(2030, 2)))) == ["BEGUN"]  # its extension's end


def test_the_first_and_last_day_of_a_quarter_are_in_it(db):
    make.cost_holder()
    make.lease("FIRST", starts_on=date(2025, 10, 2))  # its last day is 1 October 2029
    make.lease("LAST", starts_on=date(2026, 1, 1))
    make.lease("AFTER", starts_on=date(2026, 1, 2))
    make.lease("BEFORE", starts_on=date(2025, 10, 1))
    assert set(names(all_of(BoardChoice(quarter=Q4)))) == {"FIRST", "LAST"}


def test_open_is_what_is_late_and_what_is_asked_about(world):
    board = all_of(BoardChoice(fate=OPEN))
    assert names(board) == ["OVERDUE", "UNDECIDED", "STOCK", "FOREIGN"]
    assert set(names(board, "unit", descending=False)) == set(names(board))
    assert board.total.quarter_ore == 4 * (make.T14_ORE // 16)


def test_leaders_see_their_own_and_never_the_stock(world, cast):
    bring_up_to_date()
    for user in (cast.head, cast.unit_leader):
        found = names(ends_seen_by(user, TODAY, EVERYTHING))
        assert "STOCK" not in found
        assert "FOREIGN" not in found
        assert "OVERDUE" in found
    assert len(ends_seen_by(cast.helpdesk, TODAY, EVERYTHING)) == len(all_of(EVERYTHING))


def test_a_wish_narrows_and_so_do_agreement_place_and_search(world, cast):
    EndWish.objects.create(lease=world["UNDECIDED"], wish="buyout", wished_at=NOW)
    make.lease("OTHER", unit=cast.unit, agreement="UA-9")
    agreement = Lease.objects.get(device__serial_number="OTHER").sub_agreement_id
    assert names(all_of(BoardChoice(wish="buyout"))) == ["UNDECIDED"]
    assert "UNDECIDED" not in names(all_of(BoardChoice(wish=NO_WISH)))
    assert names(all_of(BoardChoice(agreement_id=agreement))) == ["OTHER"]
    assert "FOREIGN" not in names(all_of(BoardChoice(department_id=cast.department.pk)))
    assert "FOREIGN" not in names(all_of(BoardChoice(unit_id=cast.unit.pk)))
    assert names(all_of(BoardChoice(search="overd"))) == ["OVERDUE"]
    assert names(all_of(BoardChoice(search="Anna"))) == []


@pytest.mark.parametrize(
    "column", [name for name, one in BoardTable.base_columns.items() if one.orderable is not False]
)
def test_every_column_sorts_all_rows_and_a_page_of_them_is_a_part(world, column):
    Device.objects.filter(serial_number="RUNS").update(warranty_until=date(2030, 1, 1))
    board = all_of(EVERYTHING)
    expected = sorted(names(board))
    for descending in (False, True):
        found = names(board, column, descending=descending)
        assert sorted(found) == expected
        part = ordered_ends(board, column, descending=descending, stop=5)
        rows = [row.serial_number for row in board_rows(part[:5], TODAY)]
        assert rows == found[:5]
    if column == "serial_number":
        assert found == expected[::-1]


def test_pages_follow_on_each_other(world):
    board = all_of(EVERYTHING)
    pages = [one for start in range(0, len(board), 2) for one in board.page(start, start + 2)]
    assert pages == board.page(0, None)


def test_the_page_has_as_many_queries_for_many_as_for_one(
    world, cast, client_of, django_assert_max_num_queries
):
    client = client_of(cast.helpdesk)
    client.get("/udloeb/")
    with django_assert_max_num_queries(38):
        client.get("/udloeb/?kvartal=alle")


def test_who_has_it_is_for_those_who_may_see_people(world, cast, client_of):
    assert "Anna Berg" in client_of(cast.helpdesk).get("/udloeb/").content.decode()
    page = client_of(cast.finance).get("/udloeb/").content.decode()
    assert "OVERDUE" in page
    assert "Anna Berg" not in page
    assert "OVERDUE" not in client_of(cast.finance).get("/udloeb/?q=Anna").content.decode()
    assert "Besluttet af" not in _headings(client_of(cast.head))
    assert "Besluttet af" in _headings(client_of(cast.helpdesk))


def _headings(client):
    response = client.get("/udloeb/?kvartal=alle&hent=xlsx")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    return [cell.value for cell in sheet[1]]


def test_the_figures_open_their_rows_and_follow_the_filters(world, cast, client_of):
    client = client_of(cast.helpdesk)
    page = client.get("/udloeb/?kvartal=2029Q4").content.decode()
    assert 'href="/udloeb/?kvartal=2029Q4&amp;valg=stopped"' in page
    fragment = client.get(
        "/udloeb/?valg=return", headers={"HX-Request": "true", "HX-Target": "liste"}
    ).content.decode()
    assert "<html" not in fragment
    assert "figure-value" in fragment


@pytest.mark.parametrize(
    "query",
    ["kvartal=2029Q9", "valg=alt", "underaftale=999999", "enhed=" + "9" * 40, "sorter=condition"],
)
def test_what_cannot_be_read_is_said_and_shows_no_rows(world, cast, client_of, query):
    response = client_of(cast.helpdesk).get(f"/udloeb/?{query}")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Listen kan ikke vises sådan" in page
    assert "UNDECIDED" not in page


def test_the_choices_at_an_end_have_last_days_and_prices(world, cast, client_of):
    make.price(price_ore=600000)
    BuyoutOffer.objects.create(
        device=world["UNDECIDED"].device, price_ore=120000, valid_until=date(2029, 12, 1)
    )
    term = world["UNDECIDED"].terms.get().pk
    page = " ".join(client_of(cast.helpdesk).get(f"/udloeb/{term}/").content.decode().split())
    for said in (
        "77 dage til sidste dag",
        "01-12-2029",  # buyout: 31 December less 30 days
        "17-12-2029",  # return: less 14 days
        "375,00 kr. pr. kvartal",  # a new one: 6,000 in 16 quarters
        "349,41 kr. pr. kvartal",
        "Leasinggivers tilbud er 1.200,00 kr.",
        "En antagelse",
        "Et skøn",
    ):
        assert said in page
    Settings.objects.update(allows_buyout=False)
    assert "ikke slået frikøb til" in client_of(cast.helpdesk).get(f"/udloeb/{term}/").text


def test_the_front_page_counts_what_is_open_and_opens_it(world, cast, client_of):
    page = client_of(cast.helpdesk).get("/").text
    assert "4 stk. udløber inden seks måneder eller er udløbet uden beslutning" in page
    assert 'href="/udloeb/?valg=open"' in page
    assert "uden beslutning" not in client_of(cast.finance).get("/").text


def test_the_employee_and_the_letter_say_what_the_board_says(world, cast, client_of):
    client = client_of(cast.helpdesk)
    person = world["RETURN"].device.placements.get().employee
    page = client.get(f"/medarbejdere/{person.pk}/").text
    letter = client_of(cast.head).get("/egenbetaling/brev/").text
    for said in ("Leveres tilbage ved udløb 31-12-2029", "Frikøbes ved udløb 31-12-2029"):
        assert said in page
        assert said in letter


def test_beside_the_day_it_says_what_happens_in_few_words(world, cast, client_of):
    Device.objects.filter(serial_number="STOCK").update(ram_gb=16, windows_11=True)
    Device.objects.filter(serial_number="BUYOUT").update(windows_11=False)
    page = parse(client_of(cast.helpdesk).get("/udloeb/?kvartal=alle"))
    rows = [[text(cell) for cell in row][1:] for row in select(page, "tbody tr")]  # after the box
    assert sorted((row[0], row[1]) for row in rows) == [
        ("BEGUN", "Forlænges til 30-06-2030"),
        ("BEGUN", "Intet besluttet"),  # of the term that follows
        ("BUYOUT", "Frikøbes"),
        ("EXTENSION", "Forlænges til 31-12-2030"),
        ("EXTENSION", "Intet besluttet"),
        ("FOREIGN", "Intet besluttet"),
        ("GONE", "Leveret tilbage 01-10-2029"),
        ("OVERDUE", "Udløbet, intet besluttet"),
        ("RETURN", "Leveres tilbage"),
        ("RETURNED", "Leveres tilbage"),
        ("RUNS", "Intet besluttet"),
        ("STOCK", "Intet besluttet"),
        ("STOPPED", "Stopper 01-11-2029"),
        ("UNDECIDED", "Intet besluttet"),
    ]
    stand = {row[0]: row[-1] for row in rows}
    assert (stand["STOCK"], stand["BUYOUT"], stand["GONE"]) == ("16 GB, W11", "ikke W11", "")


@pytest.mark.parametrize(
    ("role", "rooms"),
    [
        ("head", ["Udløb", "Kalender", "Udskiftning"]),
        (
            "helpdesk",
            [
                "Udløb",
                "Kalender",
                "Henvendelser",
                "Frikøb",
                "It-bure",
                "Udskiftning",
                "Liste til leasinggiver",
            ],
        ),
    ],
)
def test_the_rooms_are_one_step_apart_for_who_may_open_them(world, cast, client_of, role, rooms):
    client = client_of(getattr(cast, role))
    tabs = select(parse(client.get("/udloeb/?kvartal=2029Q4")), ".tabs a")
    assert [text(tab) for tab in tabs] == rooms
    for tab in tabs:
        page = parse(client.get(tab.get("href")))
        assert [text(one) for one in select(page, ".tabs a")] == rooms
        assert [text(one) for one in select(page, ".tabs a[aria-current]")] == [text(tab)]
    if role == "helpdesk":
        assert tabs[-1].get("href") == "/udloeb/liste/?kvartal=2029Q4"


def test_of_what_is_over_there_is_nothing_to_choose(cast, client_of):
    lease = make.lease("PF77", unit=cast.unit, quarters=4)
    page = f"/udloeb/{lease.terms.get().pk}/"
    assert "Valgmuligheder" in client_of(cast.helpdesk).get(page).text
    Departure.objects.create(device=lease.device, left_on=date(2026, 10, 1), how="returned")
    shown = client_of(cast.helpdesk).get(page).text
    assert "Her er ikke mere at vælge." in shown
    assert "Valgmuligheder" not in shown
    assert "Vælg ved udløb" not in shown
