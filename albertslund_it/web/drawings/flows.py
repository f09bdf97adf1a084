"""Drawings of who has what and what goes where: bars beside each other, and bands between places.

All geometry is made here, as text: a template would write 12,5 for 12.5 and break the drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from albertslund_it.common.money import format_count, format_kroner
from albertslund_it.common.sentences import full_stop
from albertslund_it.web.drawings.charts import Rect, Text, whole_kroner

# Lying bars: a label's line, a bar, and the space between labels in pixels; the longest bar in
# per cent of the drawing, which leaves room for its amount on a phone.
LINE, BAR, GAP, LONGEST = 22, 14, 12, 74
LABELS = 250
# A place is never lower than its name, and the bands between the two rows of places have room.
LEAST, SPACE, PLOT, PILLAR, BETWEEN = 20, 10, 260, 12, 300


@dataclass(frozen=True)
class Bars:
    """A finished drawing of bars that lie down, two to a label: now, and before."""

    ident: str
    title: str
    summary: str
    height: str
    rects: list[Rect]
    labels: list[Text]
    totals: list[Text]
    names: tuple[str, str]


def lying_bars(
    *,
    ident: str,
    title: str,
    names: tuple[str, str],
    rows: Sequence[tuple[str, int, int | None]],
    longest: int = 0,
) -> Bars:
    """Draw (label, amount now, amount before or None) as bars; `names` say what the two are.

    A label stands above its bars, and lengths are per cent: the drawing fits whatever screen.
    `longest` is an amount that others are drawn beside, to one scale.
    """
    top = max([100, longest, *(abs(amount or 0) for row in rows for amount in row[1:])])
    rects, labels, totals, y = [], [], [], 0
    for label, *amounts in rows:
        labels.append(Text("0", str(y + LINE // 2), label))
        y += LINE
        for name, style, amount in zip(names, ("solid", "outlined"), amounts, strict=True):
            if amount is None:
                continue
            length = f"{abs(amount) * LONGEST / top:.1f}%"
            says = f"{label}, {name.lower()}: {format_kroner(amount)}"
            rects.append(Rect("1", str(y), length, str(BAR - 2), style, says))
            totals.append(Text(length, str(y + BAR // 2 - 1), whole_kroner(amount)))
            y += BAR
        y += GAP
    return Bars(
        ident=ident,
        title=title,
        summary=full_stop("; ".join(f"{row[0]}: {format_kroner(row[1])}" for row in rows)),
        height=str(y),
        rects=rects,
        labels=labels,
        totals=totals,
        names=names,
    )


@dataclass(frozen=True)
class Band:
    """A band from one place to another, as an SVG path."""

    path: str
    title: str


@dataclass(frozen=True)
class Picture:
    """A finished drawing of bands from the places to the left to those to the right."""

    ident: str
    title: str
    summary: str
    width: str
    height: str
    right: str
    pillars: list[Rect]
    bands: list[Band]
    givers: list[Text]
    takers: list[Text]
    lying: list["Lying"]


@dataclass(frozen=True)
class Lying:
    """A band as a bar that lies down, which is drawn where there is no room for bands."""

    label: str
    says: str
    width: str


def flow_picture(*, ident: str, title: str, flows: Sequence[tuple[str, str, int]]) -> Picture:
    """Draw (from, to, number) as bands as thick as the numbers."""
    left = _Pillars(0, [(giver, number) for giver, _, number in flows])
    right = _Pillars(1, [(taker, number) for _, taker, number in flows])
    bands = []
    for giver, taker, number in sorted(flows, key=lambda f: (left.order(f[0]), right.order(f[1]))):
        path = _path(left.slice_of(giver, number), right.slice_of(taker, number))
        bands.append(Band(path, f"Fra {giver} til {taker}: {format_count(number)} stk."))
    most = max([1, *(number for _, _, number in flows)])
    said = [f"{giver} til {taker}: {format_count(number)} stk." for giver, taker, number in flows]
    return Picture(
        ident=ident,
        title=title,
        summary=" ".join(said) or "Intet er flyttet.",
        width=str(2 * LABELS + BETWEEN),
        height=f"{max(left.bottom, right.bottom):.1f}",
        right=str(LABELS + BETWEEN),
        pillars=left.rects + right.rects,
        bands=bands,
        givers=left.texts(str(LABELS - 8)),
        takers=right.texts(str(LABELS + BETWEEN + 8)),
        lying=[
            Lying(f"{giver} → {taker}", f"{format_count(number)} stk.", f"{number / most:.2%}")
            for giver, taker, number in flows
        ],
    )


class _Pillars:
    """The places of one side, from the top, each as high as what passes it."""

    def __init__(self, side: int, passing: Sequence[tuple[str, int]]):
        self.numbers: dict[str, int] = {}
        for name, number in passing:
            self.numbers[name] = self.numbers.get(name, 0) + number
        whole = sum(self.numbers.values()) or 1
        self.heights = {
            name: max(LEAST, PLOT * number / whole) for name, number in self.numbers.items()
        }
        self.tops: dict[str, float] = {}
        y = 4.0
        for name, height in self.heights.items():
            self.tops[name] = y
            y += height + SPACE
        self.bottom = y
        self.filled = dict(self.tops)
        x = LABELS + side * (BETWEEN - PILLAR)
        self.rects = [
            Rect(
                str(x),
                f"{self.tops[name]:.1f}",
                str(PILLAR),
                f"{height:.1f}",
                "solid",
                f"{name}: {format_count(self.numbers[name])} stk.",
            )
            for name, height in self.heights.items()
        ]

    def order(self, name: str) -> float:
        return self.tops[name]

    def slice_of(self, name: str, number: int) -> tuple[float, float]:
        """Take the next slice of a place; give its top and its bottom."""
        top = self.filled[name]
        self.filled[name] = top + self.heights[name] * number / self.numbers[name]
        return top, self.filled[name]

    def texts(self, x: str) -> list[Text]:
        return [
            Text(x, f"{self.tops[name] + height / 2:.1f}", f"{name} ({self.numbers[name]})")
            for name, height in self.heights.items()
        ]


def _path(left: tuple[float, float], right: tuple[float, float]) -> str:
    start, end = LABELS + PILLAR, LABELS + BETWEEN - PILLAR
    middle = (start + end) // 2
    (top, bottom), (to_top, to_bottom) = left, right
    return (
        f"M{start} {top:.1f}C{middle} {top:.1f} {middle} {to_top:.1f} {end} {to_top:.1f}"
        f"V{to_bottom:.1f}C{middle} {to_bottom:.1f} {middle} {bottom:.1f} {start} {bottom:.1f}Z"
    )
