"""Bar charts that the server draws as SVG.

All geometry is per cent, and text is text of its own size: the same drawing is whole on a phone, on
a screen and on paper. It is made here, as text: a template would write 12,5 for 12.5 and break it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from albertslund_it.common.money import MINUS, format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.common.sentences import full_stop

SOLID, HATCHED, OPEN, OUTLINED = "solid", "hatched", "open", "outlined"
# Of a column so much is its bar; a bar is no wider than that part of the drawing.
BAR, WIDEST = 0.62, 9.0
# So many columns have room for their amounts on a phone, and on paper; more have none at all.
FEW, SOME = 5, 13


@dataclass(frozen=True)
class Series:
    """One colour of the chart: a name, how it is drawn, and an amount in øre for each label."""

    name: str
    style: str
    values: Sequence[int]


@dataclass(frozen=True)
class Rect:
    """A piece of a bar."""

    x: str
    y: str
    width: str
    height: str
    style: str
    title: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text, or a grid line where there is no text."""

    x: str
    y: str
    text: str = ""


@dataclass(frozen=True)
class Spot:
    """What is pointed at, tapped or reached by the keyboard, and what is then said of it."""

    x: str
    width: str
    says: str
    parts: str = ""
    more: str = ""

    @property
    def name(self) -> str:
        """Return what a screen reader says."""
        return ". ".join(one.removesuffix(".") for one in (self.says, self.parts, self.more) if one)


@dataclass(frozen=True)
class BarColumn:
    """A bar with its pieces; `mark` stands under it, with `rest` where there is room.

    Where room is short and the bars many, only the marks of those `is_nth` are shown.
    """

    spot: Spot
    pieces: list[Rect]
    middle: str
    top: str
    total: str
    mark: str
    rest: str
    is_nth: bool


@dataclass(frozen=True)
class Chart:
    """A finished drawing, with its figures as a table.

    `by_year` is what is drawn instead where quarters have no room.
    """

    ident: str
    title: str
    summary: str
    columns: list[BarColumn]
    groups: list[Text]
    ticks: list[Text]
    zero: str
    reference: Text | None
    series: Sequence[Series]
    rows: list[tuple[str, list[int], int]]
    label_heading: str
    by_year: "Chart | None" = None

    @property
    def room(self) -> str:
        """Return how close the columns stand."""
        count = len(self.columns)
        return "few" if count <= FEW else "some" if count <= SOME else "many"


def bar_chart(
    *,
    ident: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    reference: tuple[str, int] | None = None,
    label_heading: str = "Kvartal",
    marks: Sequence[tuple[str, str]] = (),
) -> Chart:
    """Stack the series over the labels; `reference` is a named line, a budget for instance.

    `ident` is unique on the page. Amounts below zero hang under the line. `marks` is what stands
    under the columns, in a short part and the rest, where that is not the label.
    """
    columns = list(zip(*(one.values for one in series), strict=True)) if series else []
    totals = [sum(column) for column in columns]
    scale = Scale.over(columns, reference)
    pitch, every = 100 / max(1, len(labels)), -(-len(labels) // FEW)
    drawn = []
    for index, column in enumerate(columns):
        middle = (index + 0.5) * pitch
        pieces, top = _stack(middle, min(pitch * BAR, WIDEST), column, series, scale)
        says = f"{labels[index]}: {format_kroner(totals[index])}"
        drawn.append(
            BarColumn(
                Spot(percent(index * pitch), percent(pitch), says, *_parts(column, series)),
                pieces,
                percent(middle),
                percent(top),
                whole_kroner(totals[index]),
                *(marks[index] if marks else (labels[index], "")),
                index % every == 0,
            )
        )
    return Chart(
        ident=ident,
        title=title,
        summary=_summary(labels, totals),
        columns=drawn,
        groups=[],
        ticks=[Text("", percent(scale.y(at)), whole_kroner(at)) for at in scale.ticks],
        zero=percent(scale.y(0)),
        reference=reference and Text("", percent(scale.y(reference[1])), reference[0]),
        series=series,
        rows=[
            (label, list(column), total)
            for label, column, total in zip(labels, columns, totals, strict=True)
        ],
        label_heading=label_heading,
    )


def quarter_chart(
    *, ident: str, title: str, quarters: Sequence[Quarter], series: Sequence[Series]
) -> Chart:
    """Stack the series over quarters, with their years under them; by year where room is short."""
    chart = bar_chart(
        ident=ident,
        title=title,
        labels=[quarter.short_label for quarter in quarters],
        marks=[(f"{quarter.number}.", " kvt.") for quarter in quarters],
        series=series,
    )
    places: dict[int, list[int]] = {}
    for at, quarter in enumerate(quarters):
        places.setdefault(quarter.year, []).append(at)
    pitch = 100 / max(1, len(quarters))
    groups = [
        Text(percent((at[0] + at[-1] + 1) / 2 * pitch), "", str(year))
        for year, at in places.items()
    ]
    if len(quarters) <= FEW or len(places) < 2:
        return replace(chart, groups=groups)
    yearly = [replace(one, values=_by_year(one.values, quarters)) for one in series]
    by_year = bar_chart(
        ident=f"{ident}-aar",
        title=f"{title}, lagt sammen pr. år",
        labels=[_year_label(year, at) for year, at in places.items()],
        series=yearly,
    )
    return replace(chart, groups=groups, by_year=by_year)


def _year_label(year: int, places: Sequence[int]) -> str:
    """Name a year, and how much of it there is where that is not all."""
    return str(year) if len(places) == 4 else f"{year} ({len(places)} kvt.)"


def _by_year(values: Sequence[int], quarters: Sequence[Quarter]) -> list[int]:
    pairs = zip(quarters, values, strict=True)
    return [
        sum(value for _, value in of_year)
        for _, of_year in groupby(pairs, key=lambda one: one[0].year)
    ]


def _parts(column: Sequence[int], series: Sequence[Series]) -> tuple[str, str]:
    """Say what a stacked column is made of, in two lines; nothing of one that is all of a piece."""
    parts = [
        f"{one.name} {whole_kroner(value)}"
        for one, value in zip(series, column, strict=True)
        if value
    ]
    return in_two_lines(parts) if len(series) > 1 else ("", "")


def in_two_lines(parts: Sequence[str]) -> tuple[str, str]:
    """Write what is said over a drawing so that it has room on a phone."""
    return " · ".join(parts[:2]), " · ".join(parts[2:])


@dataclass(frozen=True)
class Scale:
    """An axis by its round steps."""

    ticks: list[int]

    @classmethod
    def over(
        cls, columns: Sequence[Sequence[int]], reference: tuple[str, int] | None = None
    ) -> "Scale":
        """Take in every stack, the reference and zero."""
        ups = [sum(value for value in column if value > 0) for column in columns]
        downs = [sum(value for value in column if value < 0) for column in columns]
        top = max([100, *ups, reference[1] if reference else 0])
        bottom = min([0, *downs])
        step = _step((top - bottom) / 4)
        first, last = bottom // step, -(-top // step)
        if first == -1 and -bottom < step // 5:
            first = 0  # so little under the line has room in the margin
        return cls([at * step for at in range(first, last + 1)])

    @classmethod
    def between(cls, levels: Sequence[int]) -> "Scale":
        """Take in every level, and zero where the levels are not far above it."""
        bottom, top = min(levels), max([100, *levels])
        if bottom < 0 or top - bottom > top / 2:
            bottom = min(0, bottom)
        step = _step((top - bottom) / 4)
        first = (bottom - (step if bottom > 0 else 0)) // step
        first = max(first, 0) if bottom >= 0 else first
        return cls([at * step for at in range(first, -(-top // step) + 1)])

    def y(self, value: int) -> float:
        """Return how far down an amount is, in per cent."""
        span = self.ticks[-1] - self.ticks[0]
        return 100 * (self.ticks[-1] - value) / span

    def x(self, value: int) -> float:
        """Return how far to the right an amount is, in per cent."""
        return 100 - self.y(value)


def _step(least: float) -> int:
    """Return the round amount (1, 2 or 5 with noughts) that is at least `least`, in øre."""
    size = 100
    while True:
        for factor in (1, 2, 5):
            if factor * size >= least:
                return factor * size
        size *= 10


def _stack(
    middle: float,
    width: float,
    column: Sequence[int],
    series: Sequence[Series],
    scale: Scale,
) -> tuple[list[Rect], float]:
    """Return a bar's pieces and its top."""
    pieces, above, below = [], 0, 0
    for one, value in zip(series, column, strict=True):
        if not value:
            continue
        start = above if value > 0 else below
        if value > 0:
            above += value
        else:
            below += value
        upper, lower = sorted((scale.y(start), scale.y(start + value)))
        x = percent(middle - width / 2)
        pieces.append(Rect(x, percent(upper), percent(width), percent(lower - upper), one.style))
    return pieces, scale.y(above)


def percent(value: float) -> str:
    """Write a place in a drawing: '12.5%'."""
    return f"{value:.2f}%"


def whole_kroner(ore: int) -> str:
    """Write øre as whole kroner, for the axis and the tops of the bars: '12.345'."""
    kroner = (abs(ore) + 50) // 100
    return (MINUS if ore < 0 and kroner else "") + f"{kroner:,}".replace(",", ".")


def _summary(labels: Sequence[str], totals: Sequence[int]) -> str:
    parts = [
        f"{label}: {format_kroner(total)}" for label, total in zip(labels, totals, strict=True)
    ]
    return full_stop("; ".join(parts)) if parts else "Ingen beløb."
