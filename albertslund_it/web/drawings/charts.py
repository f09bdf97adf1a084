"""Bar charts that the server draws as SVG.

All geometry is made here, as text: a template would write 12,5 for 12.5 and break the drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from albertslund_it.common.money import MINUS, format_kroner
from albertslund_it.common.sentences import full_stop

SOLID, HATCHED, OPEN, OUTLINED = "solid", "hatched", "open", "outlined"

LEFT, RIGHT, TOP, BOTTOM, PLOT = 72, 16, 26, 34, 200
# Few bars spread over a panel's width; many make the chart wider, and it scrolls.
LEAST_WIDTH, LEAST_PITCH = 640, 84
# The steps of a waterfall have names, not quarters, under them.
STEP_PITCH = 116


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
    title: str


@dataclass(frozen=True)
class Text:
    """A line of text, or a grid line where there is no text."""

    x: str
    y: str
    text: str = ""


@dataclass(frozen=True)
class Chart:
    """A finished drawing, with its figures as a table."""

    ident: str
    title: str
    summary: str
    width: str
    height: str
    right: str
    zero: str
    rects: list[Rect]
    totals: list[Text]
    labels: list[Text]
    ticks: list[Text]
    reference: Text | None
    series: Sequence[Series]
    rows: list[tuple[str, list[int], int]]
    label_heading: str

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"


def bar_chart(
    *,
    ident: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    reference: tuple[str, int] | None = None,
    label_heading: str = "Kvartal",
) -> Chart:
    """Stack the series over the labels; `reference` is a named line, a budget for instance.

    `ident` is unique on the page. Amounts below zero hang under the line.
    """
    columns = list(zip(*(one.values for one in series), strict=True)) if series else []
    totals = [sum(column) for column in columns]
    scale = _Scale.over(columns, reference)
    pitch = max(LEAST_PITCH, (LEAST_WIDTH - LEFT - RIGHT) // max(1, len(labels)))
    width = LEFT + RIGHT + len(labels) * pitch
    middles = [LEFT + index * pitch + pitch // 2 for index in range(len(labels))]
    rects, tops = [], []
    for index, column in enumerate(columns):
        bar = _Bar(labels[index], middles[index], min(pitch * 2 // 3, LEAST_PITCH))
        pieces, top = _stack(bar, column, series, scale)
        rects += pieces
        tops.append(Text(str(bar.middle), _number(top - 6), whole_kroner(totals[index])))
    return Chart(
        ident=ident,
        title=title,
        summary=_summary(labels, totals),
        width=str(width),
        height=str(TOP + PLOT + BOTTOM),
        right=str(width - RIGHT),
        zero=_number(scale.y(0)),
        rects=rects,
        totals=tops,
        labels=[
            Text(str(middle), str(TOP + PLOT + 20), label)
            for middle, label in zip(middles, labels, strict=True)
        ],
        ticks=[Text(str(LEFT - 8), _number(scale.y(at)), whole_kroner(at)) for at in scale.ticks],
        reference=reference
        and Text(str(width - RIGHT), _number(scale.y(reference[1])), reference[0]),
        series=series,
        rows=[
            (label, list(column), total)
            for label, column, total in zip(labels, columns, totals, strict=True)
        ],
        label_heading=label_heading,
    )


def waterfall(
    *,
    ident: str,
    title: str,
    start: tuple[str, int],
    steps: Sequence[tuple[str, int]],
    end: tuple[str, int],
) -> Chart:
    """Draw how one amount becomes another: what rises is hatched, what falls is outlined.

    The axis begins near the lowest amount, so that steps of a large amount can be seen.
    """
    labels = [start[0], *(label for label, _ in steps), end[0]]
    levels = [(0, start[1])]
    for _, change in steps:
        levels.append((levels[-1][1], levels[-1][1] + change))
    levels.append((0, end[1]))
    scale = _Scale.between([level for _, level in levels])
    floor = max(0, scale.ticks[0])
    width = LEFT + RIGHT + len(labels) * STEP_PITCH
    rects, tops = [], []
    for index, (label, (low, high)) in enumerate(zip(labels, levels, strict=True)):
        is_total = index in (0, len(labels) - 1)
        low = floor if is_total else low
        middle = LEFT + index * STEP_PITCH + STEP_PITCH // 2
        upper, lower = sorted((scale.y(low), scale.y(high)))
        style = SOLID if is_total else HATCHED if high >= low else OUTLINED
        says = format_kroner(high) if is_total else format_kroner(high - low, sign=True)
        rects.append(
            Rect(
                x=_number(middle - LEAST_PITCH / 3),
                y=_number(upper),
                width=_number(LEAST_PITCH * 2 / 3),
                height=_number(max(lower - upper, 1)),
                style=style,
                title=f"{label}: {says}",
            )
        )
        told = whole_kroner(high) if is_total else _signed(high - low)
        tops.append(Text(str(middle), _number(upper - 6), told))
    changes = [change for _, change in steps]
    series = [
        Series("I kvartalet", SOLID, [start[1], *[0] * len(steps), end[1]]),
        Series("Stiger", HATCHED, [0, *[max(0, one) for one in changes], 0]),
        Series("Falder", OUTLINED, [0, *[min(0, one) for one in changes], 0]),
    ]
    columns = list(zip(*(one.values for one in series), strict=True))
    return Chart(
        ident=ident,
        title=title,
        summary=_summary(labels, [start[1], *changes, end[1]]),
        width=str(width),
        height=str(TOP + PLOT + BOTTOM),
        right=str(width - RIGHT),
        zero=_number(scale.y(floor)),
        rects=rects,
        totals=tops,
        labels=[
            Text(str(LEFT + index * STEP_PITCH + STEP_PITCH // 2), str(TOP + PLOT + 20), label)
            for index, label in enumerate(labels)
        ],
        ticks=[Text(str(LEFT - 8), _number(scale.y(at)), whole_kroner(at)) for at in scale.ticks],
        reference=None,
        series=series,
        rows=[
            (label, list(column), sum(column))
            for label, column in zip(labels, columns, strict=True)
        ],
        label_heading="Trin",
    )


def _signed(ore: int) -> str:
    return f"+{whole_kroner(ore)}" if ore >= 50 else whole_kroner(ore)


@dataclass(frozen=True)
class _Scale:
    ticks: list[int]

    @classmethod
    def over(cls, columns, reference):
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
    def between(cls, levels):
        """Take in every level, and zero where the levels are not far above it."""
        bottom, top = min(levels), max([100, *levels])
        if bottom < 0 or top - bottom > top / 2:
            bottom = min(0, bottom)
        step = _step((top - bottom) / 4)
        first = (bottom - (step if bottom > 0 else 0)) // step
        first = max(first, 0) if bottom >= 0 else first
        return cls([at * step for at in range(first, -(-top // step) + 1)])

    def y(self, value: int) -> float:
        """Give the height on the drawing of an amount."""
        span = self.ticks[-1] - self.ticks[0]
        return TOP + PLOT * (self.ticks[-1] - value) / span


def _step(least: float) -> int:
    """Give the round amount (1, 2 or 5 with noughts) that is at least `least`, in øre."""
    size = 100
    while True:
        for factor in (1, 2, 5):
            if factor * size >= least:
                return factor * size
        size *= 10


@dataclass(frozen=True)
class _Bar:
    label: str
    middle: int
    width: int


def _stack(bar: _Bar, column, series, scale: _Scale) -> tuple[list[Rect], float]:
    """Give a bar's pieces and its top."""
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
        pieces.append(
            Rect(
                x=_number(bar.middle - bar.width / 2),
                y=_number(upper),
                width=str(bar.width),
                height=_number(lower - upper),
                style=one.style,
                title=f"{bar.label}, {one.name.lower()}: {format_kroner(value)}",
            )
        )
    return pieces, scale.y(above)


def _number(value: float) -> str:
    return f"{value:.1f}"


def whole_kroner(ore: int) -> str:
    """Write øre as whole kroner, for the axis and the tops of the bars: '12.345'."""
    kroner = (abs(ore) + 50) // 100
    return (MINUS if ore < 0 and kroner else "") + f"{kroner:,}".replace(",", ".")


def _summary(labels, totals) -> str:
    parts = [
        f"{label}: {format_kroner(total)}" for label, total in zip(labels, totals, strict=True)
    ]
    return full_stop("; ".join(parts)) if parts else "Ingen beløb."
