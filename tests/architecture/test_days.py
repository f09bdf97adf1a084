"""The day of a moment is Copenhagen's: a moment is kept in UTC, whose day is another after midnight."""

import re
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime

from albertslund_it.web.moments import moment_told
from tests.architecture.imports import our_modules

OF_UTC = re.compile(r"\b\w+_at\.date\(\)")
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# A day with its clock in one format, or one beside the other; with seconds it is something else.
BY_HAND = re.compile(r'd-m-Y[^"]*H|d-m-Y" }}\s+kl\.\s+{{[^}]*"H\.i"')
# Read from a file, and in Copenhagen's time already.
LOCAL = {"leasing.sources.services.intune"}


def test_a_moment_is_told_in_one_place():
    told = {one.name for one in our_modules() if "%Y %H" in one.source or "kl. %H" in one.source}
    assert told == {"albertslund_it.web.moments"}
    by_hand = [one for one in TEMPLATES.rglob("*.*") if BY_HAND.search(one.read_text("utf-8"))]
    assert not by_hand, 'a page says |date:"DATETIME_FORMAT"'
    at = datetime(2026, 3, 11, 13, 5, tzinfo=UTC)
    assert date_format(localtime(at), "DATETIME_FORMAT") == moment_told(at)


def test_no_moment_is_asked_for_its_day_in_utc():
    found = {one.name: OF_UTC.findall(one.source) for one in our_modules()}
    assert {name for name, told in found.items() if told} == LOCAL
