"""The day of a moment is Copenhagen's: a moment is kept in UTC, whose day is another after midnight."""

import re

from tests.architecture.imports import our_modules

OF_UTC = re.compile(r"\b\w+_at\.date\(\)")
# Read from a file, and in Copenhagen's time already.
LOCAL = {"leasing.sources.services.intune"}


def test_a_moment_is_told_in_one_place():
    told = {one.name for one in our_modules() if "kl. %H" in one.source}
    assert told == {"albertslund_it.web.moments"}


def test_no_moment_is_asked_for_its_day_in_utc():
    found = {one.name: OF_UTC.findall(one.source) for one in our_modules()}
    assert {name for name, told in found.items() if told} == LOCAL
