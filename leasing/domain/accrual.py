"""What a lease costs up to a date: the only arithmetic on prices in the system.

A term of N quarters and price P starts on S. Its quarter k runs from S + 3k months to S + 3(k+1)
months, always counted from S. On a day that lies j days into quarter k, which is L days long,

    F(day) = floor(P · (k·L + j) / (N·L))        øre, integers only; P at the end

and the cost of [a, b) is F(b) − F(a), summed over the terms. Differences of one function telescope,
so any way of cutting a term into periods and units adds up to exactly P: nothing is ever rounded
afterwards and there is no remainder to hand out.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from albertslund_it.common.quarters import add_months


class Term(NamedTuple):
    """A stretch of a lease with its own price; `[starts_on, ends_before)`."""

    starts_on: date
    ends_before: date
    price_ore: int
    quarters: int


def terms_in_order(starts_on: date, prices: Iterable[tuple[int, int]]) -> tuple[Term, ...]:
    """Lay (price_ore, quarters) end to end from a lease's first day."""
    return _laid_out(starts_on, tuple(prices))


@lru_cache(maxsize=1 << 14)
def _laid_out(starts_on: date, prices: tuple[tuple[int, int], ...]) -> tuple[Term, ...]:
    terms = []
    for price_ore, quarters in prices:
        ends_before = add_months(starts_on, 3 * quarters)
        terms.append(Term(starts_on, ends_before, price_ore, quarters))
        starts_on = ends_before
    return tuple(terms)


def _position(starts_on: date, day: date) -> tuple[int, int]:
    """Return (k·L + j, L) for a day from `starts_on` on."""
    k = ((day.year - starts_on.year) * 12 + day.month - starts_on.month) // 3
    began = add_months(starts_on, 3 * k)
    if began > day:
        k -= 1
        began = add_months(starts_on, 3 * k)
    length = (add_months(starts_on, 3 * k + 3) - began).days
    return k * length + (day - began).days, length


def quarter_position(term: Term, day: date) -> tuple[int, int]:
    """Return (k·L + j, L) of F for a day of a term; at its end all of its days are done."""
    if day >= term.ends_before:
        length = _position(term.starts_on, term.ends_before - timedelta(days=1))[1]
        return term.quarters * length, length
    return _position(term.starts_on, day)


@lru_cache(maxsize=1 << 16)
def accrued(terms: tuple[Term, ...], stops_on: date | None, day: date) -> int:
    """Return F(day) in øre: what the lease has cost from its first day up to the day before.

    Kept: leases of the same terms share them, and quarters begin on the same few days.
    """
    if stops_on is not None and stops_on < day:
        day = stops_on
    total = 0
    for starts_on, ends_before, price_ore, quarters in terms:
        if day >= ends_before:
            total += price_ore
        elif day > starts_on:
            done, length = _position(starts_on, day)
            total += price_ore * done // (quarters * length)
        else:
            break
    return total


@lru_cache(maxsize=1 << 14)
def costs_between(term: Term, days: tuple[date, ...]) -> tuple[int, ...]:
    """Return what a term costs from each day to the next, in øre.

    Kept: many leases have the same term, and quarters begin on the same few days.
    """
    last = term.quarters
    reached = []
    for done, length in _positions(term.starts_on, term.ends_before, days):
        reached.append(term.price_ore * done // (last * length) if length else term.price_ore)
    return tuple([after - before for before, after in pairwise(reached)])


@lru_cache(maxsize=1 << 14)
def _positions(starts_on: date, ends_before: date, days: tuple[date, ...]) -> list[tuple[int, int]]:
    """Return (k·L + j, L) of F on each day; nothing done before a term, and L is 0 at its end."""
    return [
        (0, 1) if day <= starts_on else (1, 0) if day >= ends_before else _position(starts_on, day)
        for day in days
    ]


def span_of(terms: tuple[Term, ...], stops_on: date | None) -> tuple[date, date]:
    """Return the days `[from, to)` on which the lease accrues anything; empty if it never does."""
    if not terms:
        return date.max, date.max
    first, end = terms[0].starts_on, terms[-1].ends_before
    return first, max(first, min(end, stops_on)) if stops_on else end


def term_on(terms: tuple[Term, ...], day: date) -> Term:
    """Return the term in force on a day; the nearest one before or after the lease."""
    for term in terms:
        if day < term.ends_before:
            return term
    return terms[-1]


def instalment(terms: tuple[Term, ...], day: date) -> int:
    """Return what the lease quarter that holds a day costs in øre; of the nearest one outside."""
    term = term_on(terms, day)
    day = min(max(day, term.starts_on), term.ends_before - timedelta(days=1))
    done, length = _position(term.starts_on, day)
    began = add_months(term.starts_on, done // length * 3)
    ended = add_months(term.starts_on, done // length * 3 + 3)
    return accrued((term,), None, ended) - accrued((term,), None, began)


def a_quarter(price_ore: int, quarters: int) -> int:
    """Return what 'pr. kvartal' means of a price that nobody leases at yet, cut off to whole øre.

    It is the whole of a lease's first three months, whatever day it begins on. What a running lease
    costs in a calendar quarter is another sum, by its days: that says which quarter.
    """
    return price_ore // quarters
