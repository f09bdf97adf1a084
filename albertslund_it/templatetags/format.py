"""Filters that write amounts and quarters as Danes read them; loaded in every template."""

from datetime import timedelta

from django import template

from albertslund_it.common.money import format_count, format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import today

register = template.Library()


@register.filter
def kr(ore):
    """Write øre as '1.397,66 kr.'; nothing for None."""
    return "" if ore is None else format_kroner(ore)


@register.filter
def amount(ore):
    """Write øre as '1.397,66', for a column whose heading says kr."""
    return "" if ore is None else format_kroner(ore, unit=False)


@register.filter
def amount_or_dash(ore):
    """Write øre as '1.397,66' and zero as a dash, for columns that are mostly empty."""
    return "–" if ore == 0 else amount(ore)


@register.filter
def change(ore):
    """Write a difference with its sign: '+1,00' or '−1,00'."""
    return "" if ore is None else format_kroner(ore, unit=False, sign=True)


@register.filter
def count(number):
    """Write a whole number as '1.234' or '−19'."""
    return "" if number is None else format_count(number)


@register.filter
def quarter(code):
    """Write '2026Q1' as '1. kvartal 2026'."""
    return Quarter.parse(str(code)).label if code else ""


@register.filter
def day_before(day):
    """Return the last day included of what ends before a day."""
    return day and day - timedelta(days=1)


@register.simple_tag
def this_quarter():
    """Name the quarter of today, for what something costs in it: '4. kvartal 2026'."""
    return Quarter.of(today()).label
