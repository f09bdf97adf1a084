"""Drawings: right geometry in per cent, whatever the locale, and the figures beside them."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.web.drawings.charts import (
    HATCHED,
    OUTLINED,
    SOLID,
    Series,
    bar_chart,
    quarter_chart,
)
from albertslund_it.web.drawings.lines import BurnPart, Line, burn_chart, line_chart
from albertslund_it.web.drawings.steps import step_bars
from tests.web.markup import parse, select

QUARTERS = ["1. kvt.", "2. kvt.", "3. kvt."]


def number(per_cent):
    assert per_cent.endswith("%")
    return float(per_cent[:-1])


def chart(series=None, **options):
    series = series or [
        Series("Opkrævet", SOLID, [1_000_00, 0, 0]),
        Series("Aftalt", HATCHED, [500_00, 2_000_00, 0]),
        Series("Skønnet", OUTLINED, [0, 0, 3_000_00]),
    ]
    return bar_chart(ident="c", title="Udgift", labels=QUARTERS, series=series, **options)


def test_pieces_stand_on_each_other_and_are_as_high_as_their_amounts():
    made = chart()
    billed, agreed, second, third = [piece for one in made.columns for piece in one.pieces]

    assert [rect.style for rect in (billed, agreed, second, third)] == [
        SOLID,
        HATCHED,
        HATCHED,
        OUTLINED,
    ]
    assert number(agreed.y) + number(agreed.height) == pytest.approx(number(billed.y), abs=0.02)
    # The axis goes to 3.000 kr.
    heights = [number(rect.height) for rect in (agreed, billed, second)]
    assert heights == pytest.approx([100 / 6, 100 / 3, 200 / 3], abs=0.01)
    assert number(third.y) + number(third.height) == pytest.approx(number(made.zero))
    assert [one.total for one in made.columns] == ["1.500", "2.000", "3.000"]


def test_the_axis_begins_at_zero_in_round_steps():
    assert [tick.text for tick in chart().ticks] == ["0", "1.000", "2.000", "3.000"]


def test_amounts_below_zero_hang_under_the_line():
    made = chart([Series("Rettelser", SOLID, [-1_500_00, 500_00, 0])])
    [below], [above] = [one.pieces for one in made.columns[:2]]

    assert number(below.y) == number(made.zero)
    assert number(above.y) + number(above.height) == pytest.approx(number(made.zero), abs=0.02)
    assert [tick.text for tick in made.ticks] == ["−1.500", "−1.000", "−500", "0", "500"]
    assert made.columns[0].total == "−1.500"


def test_a_reference_is_inside_the_drawing_also_above_every_bar():
    made = chart(reference=("Budget", 9_000_00))

    assert 0 < number(made.reference.y) < number(made.zero)


def test_nothing_at_all_can_be_drawn():
    assert not any(one.pieces for one in chart([Series("Tom", SOLID, [0, 0, 0])]).columns)
    assert bar_chart(ident="c", title="Tom", labels=[], series=[]).summary == "Ingen beløb."


@pytest.mark.parametrize("count", [1, 3, 20])
def test_however_many_bars_all_of_them_are_inside(count):
    series = [Series("A", SOLID, [100] * count)]
    made = bar_chart(ident="c", title="", labels=["x"] * count, series=series)
    for one in made.columns:
        [piece] = one.pieces
        assert number(piece.x) >= 0
        assert number(piece.x) + number(piece.width) <= 100


def test_where_room_is_short_quarters_are_added_up_by_year():
    quarters = list(quarters_between(Quarter(2026, 3), Quarter(2028, 4)))
    made = quarter_chart(
        ident="c",
        title="Udgift",
        quarters=quarters,
        series=[Series("Aftalt", HATCHED, [100_00] * len(quarters))],
    )
    # A year that is not whole says so, and what is added up is what the quarters are.
    assert [label for label, _, _ in made.by_year.rows] == ["2026 (2 kvt.)", "2027", "2028"]
    assert [total for _, _, total in made.by_year.rows] == [200_00, 400_00, 400_00]
    assert [one.text for one in made.groups] == ["2026", "2027", "2028"]
    few = quarter_chart(
        ident="c", title="", quarters=quarters[:4], series=[Series("A", SOLID, [1] * 4)]
    )
    assert few.by_year is None


def test_a_bar_says_what_it_is_made_of_to_whoever_points_at_it_or_reaches_it():
    spot = chart().columns[0].spot
    assert spot.name == "1. kvt.: 1.500,00\xa0kr. Opkrævet 1.000 · Aftalt 500"


def test_the_markup_has_names_a_table_and_no_style_and_no_decimal_comma():
    made = chart(reference=("Budget", 2_500_50))
    markup = render_to_string("web/bar_chart.html", {"chart": made})
    tree = parse(markup)
    svg = select(tree, "svg[role=group]")[0]

    assert svg.get("aria-labelledby") == "c-title c-desc"
    assert "2. kvt.: 2.000,00" in tree.get_element_by_id("c-desc").text
    assert "style=" not in markup
    for rect in select(svg, "rect[x]"):
        assert "," not in rect.get("x") + rect.get("y") + rect.get("height")
    assert len(select(svg, "g[tabindex=0]")) == 3
    cells = [cell.text for cell in select(tree, "details tbody tr")[0]]
    assert cells == ["1. kvt.", "1.000,00", "500,00", "0,00", "1.500,00"]
    # Told apart without colour: filled, hatched, outlined.
    fills = {rect.get("class"): rect.get("fill") for rect in select(svg, "rect[x]")}
    assert fills["chart-hatched"] == "url(#c-hatch)"


class TestBurn:
    def burn(self, gone=0.875, budget_ore=400_00):
        parts = [
            BurnPart("1. kvt.", 100_00, True),
            BurnPart("2. kvt.", 80_00, True),
            BurnPart("3. kvt.", 90_00, False),
            BurnPart("4. kvt.", 100_00, False),
        ]
        return burn_chart(ident="b", title="Året", parts=parts, gone=gone, budget_ore=budget_ore)

    def test_what_is_closed_agreed_and_expected_follow_each_other(self):
        made = self.burn()
        assert [one.style for one in made.stretches] == [
            "closed",
            "closed",
            "agreed",
            "agreed",
            "expected",
        ]
        # Each piece begins where the one before it ended, and today is half through the quarter.
        for before, after in zip(made.stretches, made.stretches[1:], strict=False):
            assert (before.x2, before.y2) == (after.x1, after.y1)
        assert made.stretches[-1].x1 == made.today == "87.50%"

    def test_the_figures_add_up_and_stand_beside_the_budget_so_far(self):
        assert self.burn().rows == [
            ("1. kvt.", 100_00, 100_00, 100_00),
            ("2. kvt.", 80_00, 180_00, 200_00),
            ("3. kvt.", 90_00, 270_00, 300_00),
            ("4. kvt.", 100_00, 370_00, 400_00),
        ]
        assert "I alt 370 af 400 i budgettet" in self.burn().spots[3].name

    def test_a_year_to_come_is_expected_and_one_that_has_passed_is_not(self):
        assert {one.style for one in self.burn(gone=0).stretches} == {"expected"}
        assert "expected" not in {one.style for one in self.burn(gone=1).stretches}

    def test_without_a_budget_there_is_no_line_for_one(self):
        made = self.burn(budget_ore=None)
        assert made.budget is None
        markup = render_to_string("web/burn_chart.html", {"chart": made})
        assert "Budget" not in markup
        assert "style=" not in markup


def test_the_steps_of_a_bridge_meet_and_its_axis_says_where_it_begins():
    made = step_bars(1_000_00, [50_00, -80_00, 0], 970_00)
    assert made.begins_at_ore == 940_00  # the tick below the lowest, 970
    assert made.start.is_broken
    assert made.end.is_broken
    more, less, none = made.steps
    assert (more.style, less.style) == ("more", "less")
    assert made.start.after == more.before
    assert more.after == less.before
    assert less.after == none.before
    assert none.after == made.end.before
    assert number(none.width) > 0  # what is next to nothing is seen
    assert not step_bars(100_00, [-100_00], 0).start.is_broken


def test_lines_beside_each_other_leave_out_what_nobody_knows():
    made = line_chart(
        ident="l",
        title="Pris",
        labels=["1. kvt.", "2. kvt."],
        lines=[
            Line("I", "own", [350_00, 352_00]),
            Line("Lignende", "alike", [None, 360_00]),
        ],
    )
    assert [one.style for one in made.stretches] == ["own"]
    assert [one.style for one in made.points] == ["own", "own", "alike"]
    assert made.begins_at_ore > 0
    markup = render_to_string("web/line_chart.html", {"chart": made})
    assert "Aksen begynder ved" in markup
    assert "style=" not in markup


# Texts of a drawing that are seen, and lie over each other or outside the window.
CROWDED = """() => {
    const seen = [...document.querySelectorAll('.chart-draw text')].filter(one =>
        one.checkVisibility({visibilityProperty: true}));
    const boxes = seen.map(one => [one.textContent.trim(), one.getBoundingClientRect()]);
    const apart = (a, b) => a.right < b.left || b.right < a.left || a.bottom < b.top + 4 || b.bottom < a.top + 4;
    return boxes.flatMap(([text, box], at) => [
        ...(box.right > innerWidth ? [`${text} is cut`] : []),
        ...boxes.slice(at + 1).filter(([_, other]) => !apart(box, other)).map(([other]) => `${text} | ${other}`),
    ]);
}"""


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kroner", [946_923, 1_014_923], ids=["thousands", "millions"])
def test_what_is_written_in_a_drawing_has_room_on_a_phone(page, kroner):
    years = [str(year) for year in range(2026, 2031)]
    bars = bar_chart(
        ident="b", title="År", labels=years, series=[Series("Aftalt", HATCHED, [kroner * 100] * 5)]
    )
    lines = line_chart(
        ident="l",
        title="Pris",
        labels=[f"{number}. kvt. 26" for number in range(1, 5)],
        lines=[Line(name, "own", [1352_91] * 4) for name in ("Jer", "Kommunen", "Lignende")],
    )
    drawn = [
        render_to_string(f"web/{name}.html", {"chart": one})
        for name, one in (("bar_chart", bars), ("line_chart", lines))
    ]
    css = Path(finders.find("web/chart.css")).read_text()
    page.set_content(f"<style>body {{ margin: 33px; }} {css}</style>{''.join(drawn)}")
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for spot in page.locator(".chart-lines .chart-spot").all():
            spot.focus()
            assert page.evaluate(CROWDED) == [], width
