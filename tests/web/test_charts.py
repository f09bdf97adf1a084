"""Bar charts: right geometry written as text, whatever the locale, and the figures beside it."""

import pytest
from django.template.loader import render_to_string

from albertslund_it.web.drawings.charts import HATCHED, OUTLINED, SOLID, Series, bar_chart
from tests.web.markup import parse, select

QUARTERS = ["1. kvt.", "2. kvt.", "3. kvt."]


def chart(series=None, **options):
    series = series or [
        Series("Opkrævet", SOLID, [1_000_00, 0, 0]),
        Series("Aftalt", HATCHED, [500_00, 2_000_00, 0]),
        Series("Skønnet", OUTLINED, [0, 0, 3_000_00]),
    ]
    return bar_chart(ident="c", title="Udgift", labels=QUARTERS, series=series, **options)


def test_pieces_stand_on_each_other_and_are_as_high_as_their_amounts():
    made = chart()
    billed, agreed, second, third = made.rects

    assert [rect.style for rect in made.rects] == [SOLID, HATCHED, HATCHED, OUTLINED]
    assert float(agreed.y) + float(agreed.height) == float(billed.y)
    heights = [float(rect.height) for rect in (agreed, billed, second)]
    assert heights == pytest.approx([100 / 3, 200 / 3, 400 / 3], abs=0.05)
    assert float(third.y) + float(third.height) == float(made.zero)
    assert [total.text for total in made.totals] == ["1.500", "2.000", "3.000"]


def test_the_axis_begins_at_zero_in_round_steps():
    assert [tick.text for tick in chart().ticks] == ["0", "1.000", "2.000", "3.000"]


def test_amounts_below_zero_hang_under_the_line():
    made = chart([Series("Rettelser", SOLID, [-1_500_00, 500_00, 0])])
    below, above = made.rects

    assert float(below.y) == float(made.zero) == float(above.y) + float(above.height)
    assert [tick.text for tick in made.ticks] == ["−1.500", "−1.000", "−500", "0", "500"]
    assert made.totals[0].text == "−1.500"


def test_a_reference_is_inside_the_drawing_also_above_every_bar():
    made = chart(reference=("Budget", 9_000_00))

    assert 0 < float(made.reference.y) < float(made.zero)


def test_nothing_at_all_can_be_drawn():
    assert chart([Series("Tom", SOLID, [0, 0, 0])]).rects == []
    assert bar_chart(ident="c", title="Tom", labels=[], series=[]).summary == "Ingen beløb."


def test_many_bars_make_it_wider_and_few_fill_it():
    def width(count):
        series = [Series("A", SOLID, [100] * count)]
        return int(bar_chart(ident="c", title="", labels=["x"] * count, series=series).width)

    assert width(1) == width(4) == 640
    assert width(20) > 1_600


def test_the_markup_has_names_a_table_and_no_style_and_no_decimal_comma():
    made = chart(reference=("Budget", 2_500_50))
    markup = render_to_string("web/bar_chart.html", {"chart": made})
    tree = parse(markup)
    svg = select(tree, "svg[role=img]")[0]

    assert svg.get("aria-labelledby") == "c-title c-desc"
    assert "2. kvt.: 2.000,00" in tree.get_element_by_id("c-desc").text
    assert "style=" not in markup
    for rect in select(tree, "svg[role=img] rect[x]"):
        assert "," not in rect.get("x") + rect.get("y") + rect.get("height")
    cells = [cell.text for cell in select(tree, "details tbody tr")[0]]
    assert cells == ["1. kvt.", "1.000,00", "500,00", "0,00", "1.500,00"]
    # Told apart without colour: filled, hatched, outlined.
    fills = {rect.get("class"): rect.get("fill") for rect in select(tree, "rect[x]")}
    assert fills["chart-hatched"] == "url(#c-hatch)"
