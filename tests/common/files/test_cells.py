"""One cell at a time: every form that people write a value in, and what is refused."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albertslund_it.common.files import cells
from albertslund_it.common.files.number_formats import number_format
from albertslund_it.common.money import format_kroner, plain_kroner

DAY = date(2025, 11, 17)
dates = st.dates(date(2000, 1, 1), date(2100, 12, 31))
amounts = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    "cell",
    [
        "17-11-2025",
        "17.11.2025",
        "17/11/2025",
        "2025-11-17",
        " 17-11-2025 ",
        "2025-11-17 00:00:00",
        "2025-11-17T00:00:00.0000000",
        "2025-11-17T08:30:00.123Z",
        DAY,
        datetime.combine(DAY, time()),
    ],
)
def test_a_date_in_each_form(cell):
    assert cells.day(cell) == DAY


@pytest.mark.parametrize(
    "cell",
    [
        "17-11-25",
        "17/11-2025",
        "11/17/2025",
        "31-02-2026",
        "45978",
        45978,
        True,
        time(8, 0),
        "i dag",
    ],
)
def test_what_is_no_date_says_how_to_write_one(cell):
    with pytest.raises(ValueError, match="Skriv datoen som 17-11-2025"):
        cells.day(cell)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-09-30T22:00:00Z", date(2026, 10, 1)),  # midnight in Copenhagen, in summer
        ("2026-09-30T21:59:59Z", date(2026, 9, 30)),
        ("2025-12-31T23:00:00.0000000Z", date(2026, 1, 1)),  # and in winter
        ("2026-10-01T00:30:00+02:00", date(2026, 10, 1)),
        ("2026-10-01 01:00:00 +0300", date(2026, 10, 1)),
        ("2026-09-30T18:00:00-08", date(2026, 10, 1)),
        ("30-09-2026 22:30 Z", date(2026, 10, 1)),
        (datetime(2026, 9, 30, 22, tzinfo=UTC), date(2026, 10, 1)),
    ],
)
def test_a_time_with_a_zone_gives_its_date_in_copenhagen(cell, day):
    assert cells.day(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        "2025-11-17 08:30:00",
        "17-11-2025 22.00",
        "2025-11-17T00:00:00.500",
        datetime.combine(DAY, time(8, 30)),
    ],
)
def test_a_time_without_a_zone_has_no_certain_date(cell):
    with pytest.raises(ValueError, match=r"Klokkeslættet .* er uden tidszone.*Skriv kun datoen"):
        cells.day(cell)


@pytest.mark.parametrize(
    "cell", ["2026-01-01T25:00:00Z", "2026-01-01 10:61", "2026-01-01T10:00+99"]
)
def test_a_time_that_is_none(cell):
    with pytest.raises(ValueError, match="findes ikke"):
        cells.day(cell)


def test_a_month_in_the_place_of_the_day_is_said():
    with pytest.raises(ValueError, match="Dag og måned er byttet om"):
        cells.day("11/17/2025")


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (["8/1/2026", "9/1/2026"], "8/1/2026"),  # nothing decides
        (["8/1/2026", "7/13/2026"], "8/1/2026"),  # one fits only month first
        (["8/1/2026", "31/1/2026"], ""),  # one fits only day first
        (["31/1/2026", "1/31/2026"], "31/1/2026"),  # both at once
        (["08-01-2026", "8.1.2026", "2026-01-08"], ""),  # Danish, and ISO
        ([DAY, None, 45000, ""], ""),
    ],
)
def test_a_column_of_dates_that_may_be_written_month_first(column, found):
    assert cells.month_first(column) == found


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (123456, "0000000000", "0000123456"),
        (50_000_000_000, "0.00E+00", "5,00E+10"),
        (123, '"PF"0000', "PF0123"),
        (123, r"\P\F000", "PF123"),
        (12345678, "00-00-00-00", "»00-00-00-00«"),
        (0.5, "0%", "»0%«"),
        (1010, '#,##0.00 "kr."', "1010 kr."),
        (1010, "[$kr.-406] #,##0", "kr. 1010"),
        (-5, "000", "-005"),
    ],
)
def test_a_number_shown_as_another_text_is_no_name(number, code, shown):
    cell = number_format(code).formatted(number)

    with pytest.raises(ValueError, match="gør kolonnen til tekst") as refused:
        cells.text(cell)
    plain = f"{number:.15g}".replace(".", ",")
    assert str(refused.value) == (
        f"Cellen vises som {shown} i Excel, men er tallet {plain}; gør kolonnen til tekst"
    )
    assert str(cell) == shown
    assert cells.amount(cell) == round(number * 100)


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0",
        "@",
        "#,##0",
        "0.00",
        "#,##0.00",
        "# ##0",
        "0000",
        "0_);(0)",
        "[Red]0",
        "?",
        "",
    ],
)
def test_a_number_shown_as_it_is_may_be_a_name(code):
    cell = number_format(code).formatted(1010)

    assert cells.text(cell) == "1010"
    assert type(cell) is int


def test_a_format_longer_than_excel_writes_is_not_looked_into():
    assert number_format("0" * 300).formatted(5) == 5


def test_a_whole_number_may_be_shown_in_any_way():
    assert cells.whole_number(1, 40)(number_format("0000").formatted(16)) == 16


@pytest.mark.parametrize("cell", ["17-11-0226", date(1900, 1, 1), "2202-01-01"])
def test_a_year_out_of_reach_is_a_slip_of_the_finger(cell):
    with pytest.raises(ValueError, match=r"Året \d+ er forkert"):
        cells.day(cell)


@given(dates)
def test_a_date_written_in_any_form_reads_as_itself(day):
    for form in ("%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"):
        assert cells.day(day.strftime(form)) == day


@pytest.mark.parametrize(
    "cell", ["5.590,66", "5590,66", 5590.66, "5.590,66 kr.", " 5 590,66 ", "5.590,66\u00a0kr."]
)
def test_an_amount_in_each_form(cell):
    assert cells.amount(cell) == 559066


def test_a_sum_made_by_a_formula_carries_no_noise():
    # 0,1 + 0,2 is 0,30000000000000004 in the file and 0,3 on the screen.
    assert cells.amount(0.1 + 0.2) == 30
    assert cells.amount(5590.66 * 3) == 1677198


@pytest.mark.parametrize(
    "cell", ["5590.66", "5,590.66", "1e3", "", "gratis", True, DAY, "٣", float("inf"), float("nan")]
)
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(ValueError, match="Skriv beløbet"):
        cells.amount(cell)


@pytest.mark.parametrize("cell", [1397.665, 10**15])
def test_an_amount_that_øre_cannot_hold_is_refused(cell):
    with pytest.raises(ValueError, match=r"decimaler|for stort"):
        cells.amount(cell)


@given(amounts)
def test_an_amount_written_in_any_form_reads_as_itself(ore):
    for written in (format_kroner(ore), format_kroner(ore, unit=False), plain_kroner(ore)):
        assert cells.amount(written) == ore


@given(st.integers(-(10**11), 10**11))
def test_an_amount_in_a_number_cell_reads_as_itself(ore):
    assert cells.amount(ore / 100) == ore


@pytest.mark.parametrize(
    ("cell", "read"),
    [("ja", True), ("JA", True), (" Nej ", False), (True, True), (False, False), ("n", False)],
)
def test_yes_and_no(cell, read):
    assert cells.yes_or_no(cell) is read


@pytest.mark.parametrize("cell", ["måske", 1, 0, 2.0, DAY, "jaja"])
def test_neither_yes_nor_no(cell):
    with pytest.raises(ValueError, match="ja eller nej"):
        cells.yes_or_no(cell)


@pytest.mark.parametrize(("cell", "read"), [("12", 12), (12, 12), (12.0, 12), (" 7 ", 7)])
def test_a_whole_number(cell, read):
    assert cells.whole_number(1, 40)(cell) == read


@pytest.mark.parametrize("cell", [0, 41, "12,5", 12.5, "-1", "16 GB", True, 10**400])
def test_a_number_out_of_bounds_says_the_bounds(cell):
    with pytest.raises(ValueError, match="fra 1 til 40"):
        cells.whole_number(1, 40)(cell)


@pytest.mark.parametrize(
    "cell", [5798009811578, 5798009811578.0, "5798009811578", "5798 0098 11578"]
)
def test_an_ean_however_the_spreadsheet_keeps_it(cell):
    assert cells.digits(cell) == "5798009811578"


@pytest.mark.parametrize("cell", ["5,79801E+12", "5.8E+12", "6E+05"])
def test_a_number_that_excel_has_shortened_is_not_guessed_at(cell):
    with pytest.raises(ValueError, match="forkortet"):
        cells.digits(cell)


def test_a_number_beyond_what_a_spreadsheet_can_hold():
    with pytest.raises(ValueError, match="15 cifre"):
        cells.code(1234567890123456)


def test_text_is_one_line_in_one_spelling():
    assert cells.text("  Børn\u00a0&\n Familie ") == "Børn & Familie"
    assert cells.text("Bo\u0308rn A\u030a") == "Börn Å"  # as a Mac writes them
    assert cells.text(12.0) == "12"
    assert cells.text(3.5) == "3,5"


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x1f", "\x7f", "\u200b", "\u202e", "\ufeff"])
def test_hidden_characters_are_refused_and_named(hidden):
    with pytest.raises(ValueError, match=rf"U\+{ord(hidden):04X}"):
        cells.text(f"PF{hidden}01")


def test_a_serial_number_that_became_a_date():
    with pytest.raises(ValueError, match="gjort værdien til en dato"):
        cells.capitals(datetime.combine(DAY, time()))


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("#N/A", "fejl i regnearket"), (cells.UNCALCULATED, "ikke regnet ud"), (True, "sand/falsk")],
)
def test_a_cell_that_holds_no_text(cell, reason):
    with pytest.raises(ValueError, match=reason):
        cells.text(cell)
    with pytest.raises(ValueError, match=r"Skriv|fejl|regnet"):
        cells.amount(cell)


@given(st.text(min_size=1))
def test_text_that_is_read_reads_as_itself_again(text):
    try:
        line = cells.text(text)
    except ValueError:
        return
    assert cells.text(line) == line


@pytest.mark.parametrize(
    "cell", [datetime.combine(DAY, time(8, 30)), "2025-11-17 08:30:00", "2025-11-16T23:30:00Z", DAY]
)
def test_when_something_was_seen_may_have_a_time(cell):
    assert cells.day_of_moment(cell) == DAY
