"""Lines that the server draws as SVG: a year against its budget, and figures beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from albertslund_it.common.money import format_kroner
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.drawings.charts import (
    Scale,
    Spot,
    Text,
    in_two_lines,
    percent,
    whole_kroner,
)

CLOSED, AGREED, EXPECTED = "closed", "agreed", "expected"
# Over the highest amount there is room for a text.
HEADROOM = 1.12


@dataclass(frozen=True)
class Stretch:
    """A straight piece of a line."""

    x1: str
    y1: str
    x2: str
    y2: str
    style: str


@dataclass(frozen=True)
class Dot:
    """A point of a line."""

    x: str
    y: str
    style: str


@dataclass(frozen=True)
class BurnPart:
    """A quarter of the year: its name, what it costs, and whether it is closed or only agreed."""

    label: str
    amount_ore: int
    is_closed: bool


@dataclass(frozen=True)
class Burn:
    """A finished drawing of a year's cost as it adds up, with its figures as rows.

    `rows` are (quarter, its cost, the year's so far, the budget's part so far or None).
    """

    ident: str
    title: str
    summary: str
    stretches: list[Stretch]
    points: list[Dot]
    budget: Stretch | None
    budget_text: Text | None
    end_text: Text
    today: str
    ticks: list[Text]
    labels: list[Text]
    spots: list[Spot]
    rows: list[tuple[str, int, int, int | None]]
    styles: set[str]


def burn_chart(
    *,
    ident: str,
    title: str,
    parts: Sequence[BurnPart],
    gone: float,
    budget_ore: int | None,
) -> Burn:
    """Draw a year's cost as it adds up, part by part, against a budget that is used evenly.

    `gone` is how much of the year has passed, from 0 to 1: what comes after it is expected.
    """
    sums = [0]
    for part in parts:
        sums.append(sums[-1] + part.amount_ore)
    frame = _Frame(min(sums), HEADROOM * max([100, *sums, budget_ore or 0]), len(parts))
    stretches, points = _burnt(parts, sums, frame, gone)
    rows = [
        (
            part.label,
            part.amount_ore,
            sums[at],
            None if budget_ore is None else budget_ore * at // len(parts),
        )
        for at, part in enumerate(parts, start=1)
    ]
    end = percent(frame.y(budget_ore or 0))
    return Burn(
        ident=ident,
        title=title,
        summary=_told(parts, sums, budget_ore),
        stretches=stretches,
        points=points,
        budget=None
        if budget_ore is None
        else Stretch("0.00%", percent(frame.y(0)), "100.00%", end, "budget"),
        budget_text=None
        if budget_ore is None
        else Text("100%", end, f"Budget {whole_kroner(budget_ore)}"),
        end_text=Text("100%", percent(frame.y(sums[-1])), whole_kroner(sums[-1])),
        today=percent(100 * gone) if 0 < gone < 1 else "",
        ticks=frame.ticks(),
        labels=[Text(frame.x(at + 0.5), "", part.label) for at, part in enumerate(parts)],
        spots=[
            Spot(
                frame.x(at),
                percent(frame.pitch),
                f"{label}: {format_kroner(amount)}",
                _so_far(so_far, budget),
            )
            for at, (label, amount, so_far, budget) in enumerate(rows)
        ],
        rows=rows,
        styles={one.style for one in points} | {one.style for one in stretches},
    )


@dataclass(frozen=True)
class _Frame:
    """The axes of a year: øre upwards, its parts to the right."""

    bottom: float
    top: float
    parts: int

    @property
    def pitch(self) -> float:
        return 100 / max(1, self.parts)

    def y(self, ore: float) -> float:
        return 100 * (self.top - ore) / (self.top - self.bottom)

    def x(self, part: float) -> str:
        return percent(part * self.pitch)

    def ticks(self) -> list[Text]:
        """Return a line or two to read the height by, well below the highest."""
        found = Scale.over([[int(self.top)]]).ticks[1:-1:2]
        return [
            Text("0", percent(self.y(tick)), whole_kroner(tick))
            for tick in found
            if tick < 0.8 * self.top
        ]


def _burnt(
    parts: Sequence[BurnPart], sums: Sequence[int], frame: _Frame, gone: float
) -> tuple[list[Stretch], list[Dot]]:
    """Return the line in its pieces: what is known until today, what is expected after it."""
    stretches, points = [], []
    for at, (part, (before, after)) in enumerate(zip(parts, pairwise(sums), strict=True)):
        known = CLOSED if part.is_closed else AGREED
        here = min(max(gone * frame.parts - at, 0), 1)
        level = before + here * (after - before)
        for begin, end, low, high, style in (
            (at, at + here, before, level, known),
            (at + here, at + 1, level, after, EXPECTED),
        ):
            if end > begin:
                ends = frame.x(begin), percent(frame.y(low)), frame.x(end), percent(frame.y(high))
                stretches.append(Stretch(*ends, style))
        style = known if here == 1 else EXPECTED
        points.append(Dot(frame.x(at + 1), percent(frame.y(after)), style))
    return stretches, points


def _so_far(ore: int, budget_ore: int | None) -> str:
    says = f"I alt {whole_kroner(ore)}"
    return says if budget_ore is None else f"{says} af {whole_kroner(budget_ore)} i budgettet"


def _told(parts: Sequence[BurnPart], sums: Sequence[int], budget_ore: int | None) -> str:
    told = [
        f"til og med {part.label}: {format_kroner(so_far)}"
        for part, so_far in zip(parts, sums[1:], strict=True)
    ]
    if budget_ore is not None:
        told.append(f"budget: {format_kroner(budget_ore)}")
    said = "; ".join(told)
    return full_stop(said[:1].upper() + said[1:])


@dataclass(frozen=True)
class Line:
    """A line of figures in øre, None where there is none."""

    name: str
    style: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class LineChart:
    """A finished drawing of lines, with their figures as rows."""

    ident: str
    title: str
    summary: str
    stretches: list[Stretch]
    points: list[Dot]
    ticks: list[Text]
    labels: list[Text]
    spots: list[Spot]
    lines: Sequence[Line]
    rows: list[tuple[str, list[int | None]]]
    begins_at_ore: int


def line_chart(
    *, ident: str, title: str, labels: Sequence[str], lines: Sequence[Line]
) -> LineChart:
    """Draw lines over labels; the axis begins near the lowest figure."""
    found = [value for line in lines for value in line.values if value is not None]
    scale = Scale.between(found or [0])
    pitch = 100 / max(1, len(labels))
    middles = [(index + 0.5) * pitch for index in range(len(labels))]
    stretches, points = [], []
    for line in lines:
        known = [
            (x, scale.y(value))
            for x, value in zip(middles, line.values, strict=True)
            if value is not None
        ]
        points += [Dot(percent(x), percent(y), line.style) for x, y in known]
        stretches += [
            Stretch(percent(x1), percent(y1), percent(x2), percent(y2), line.style)
            for (x1, y1), (x2, y2) in pairwise(known)
        ]
    columns = zip(*(one.values for one in lines), strict=True)
    rows = [(label, list(values)) for label, values in zip(labels, columns, strict=True)]
    said = [(label, _beside(lines, values)) for label, values in rows]
    return LineChart(
        ident=ident,
        title=title,
        summary=full_stop("; ".join(f"{label}: {' · '.join(says)}" for label, says in said)),
        stretches=stretches,
        points=points,
        ticks=[Text("", percent(scale.y(at)), whole_kroner(at)) for at in scale.ticks],
        labels=[Text(percent(x), "", label) for x, label in zip(middles, labels, strict=True)],
        spots=[
            Spot(percent(index * pitch), percent(pitch), label, *in_two_lines(says))
            for index, (label, says) in enumerate(said)
        ],
        lines=lines,
        rows=rows,
        begins_at_ore=scale.ticks[0],
    )


def _beside(lines: Sequence[Line], values: Sequence[int | None]) -> list[str]:
    return [
        f"{line.name} {format_kroner(value, unit=False)}"
        for line, value in zip(lines, values, strict=True)
        if value is not None
    ]
