"""How one amount becomes another, lying on its side: a bar in each row, moving along one axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from albertslund_it.web.drawings.charts import Scale, percent

TOTAL, MORE, LESS = "total", "more", "less"
# What is next to nothing is drawn so wide, in per cent, to be seen at all.
LEAST = 0.35


@dataclass(frozen=True)
class StepBar:
    """A row's bar; `before` and `after` are where it meets the rows over and under it."""

    x: str
    width: str
    style: str
    before: str = ""
    after: str = ""
    is_broken: bool = False


@dataclass(frozen=True)
class StepBars:
    """The bars of all rows; `begins_at_ore` is where the axis begins."""

    start: StepBar
    steps: list[StepBar]
    end: StepBar
    begins_at_ore: int


def step_bars(start_ore: int, changes: Sequence[int], end_ore: int) -> StepBars:
    """Draw how an amount becomes another.

    The axis begins near the lowest amount, so that steps of a large amount can be seen: the bars of
    the two amounts are then broken.
    """
    levels = [start_ore]
    for change in changes:
        levels.append(levels[-1] + change)
    scale = Scale.between([*levels, end_ore])
    ground = max(0, scale.ticks[0])
    steps = [
        _bar(scale, before, after, MORE if after >= before else LESS)
        for before, after in pairwise(levels)
    ]
    return StepBars(
        start=_total(scale, ground, start_ore, after=percent(scale.x(start_ore))),
        steps=steps,
        end=_total(scale, ground, end_ore, before=percent(scale.x(levels[-1]))),
        begins_at_ore=ground,
    )


def _bar(scale: Scale, before: int, after: int, style: str) -> StepBar:
    low, high = sorted((scale.x(before), scale.x(after)))
    width = max(high - low, LEAST)
    x = min(low, 100 - width)
    return StepBar(
        percent(x), percent(width), style, percent(scale.x(before)), percent(scale.x(after))
    )


def _total(scale: Scale, ground: int, ore: int, *, before: str = "", after: str = "") -> StepBar:
    low, high = sorted((scale.x(ground), scale.x(ore)))
    width = percent(max(high - low, LEAST))
    return StepBar(percent(low), width, TOTAL, before, after, is_broken=ground > 0)
