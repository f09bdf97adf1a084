"""The made-up facts, before any of them is in a database."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from albertslund_it.common.account_codes import (
    check_account,
    check_cost_centre,
    check_ean,
    check_psp_element,
)
from albertslund_it.common.names import match_key
from albertslund_it.demo import organisation as org
from albertslund_it.demo.story import MINUTES, SCREEN, history
from tests.demo import minutes

TODAY = date(2026, 11, 23)


def holders(day: date, facts) -> dict[str, str]:
    """Return the unit that has each leased item on a day, by its serial number; '' is stock."""
    changes = {
        row["Serienummer"]: [(row.get("Udleveret") or date.min, row.get("Enhedsnr", ""))]
        for row in rows("deliveries", facts)
    }
    for row in leased_placements(facts):
        changes[row["Serienummer"]].append((row["Fra"], row["Enhedsnr"]))
    return {
        serial: max((since, unit) for since, unit in points if since <= day)[1]
        for serial, points in changes.items()
        if any(since <= day for since, _ in points)
    }


def rows(kind, facts):
    return [fact.row for fact in facts if fact.kind == kind]


def leased_placements(facts):
    leased = {row["Serienummer"] for row in rows("deliveries", facts)}
    return [row for row in rows("placements", facts) if row["Serienummer"] in leased]


@pytest.mark.parametrize("today", [MINUTES, TODAY])
def test_on_the_day_of_the_minutes_departments_have_what_the_table_says(today):
    units = Counter(unit for unit in holders(MINUTES, history(today)).values() if unit)

    by_department = Counter()
    for number, count in units.items():
        by_department[org.BY_NUMBER[number].department] += count

    assert by_department == minutes.delivered()
    assert by_department.total() == 514


def test_every_department_is_served_in_its_weeks_of_the_rollout_plan():
    planned = {
        match_key(row["department"]): {int(k[4:]) for k, v in row.items() if v == "X"}
        for row in minutes.table("rollout_plan")
    }
    both = planned.pop(match_key("Økonomi & Stab og Kommunekontaktråd"))
    planned |= {match_key("Økonomi & Stab"): both, match_key("KKR"): both}
    planned[match_key("Kommunalbestyrelsen")] = {51}  # the plan does not name it

    facts = history(date(2025, 12, 31))
    days = {r["Serienummer"]: (r["Udleveret"], r["Enhedsnr"]) for r in facts_with_unit(facts)}
    days |= {r["Serienummer"]: (r["Fra"], r["Enhedsnr"]) for r in leased_placements(facts)}
    served = {}
    for day, number in days.values():
        week = served.setdefault(match_key(org.BY_NUMBER[number].department), set())
        week.add(day.isocalendar().week)

    assert served == planned
    assert {day.year for day, _ in days.values()} == {2025}


def facts_with_unit(facts):
    return [row for row in rows("deliveries", facts) if row.get("Enhedsnr")]


def test_the_rollout_is_leased_from_the_first_day_of_the_agreement():
    first = [row["Leasingstart"] for row in rows("deliveries", history(MINUTES))]

    assert first == [date(2026, 1, 1)] * 514


@pytest.mark.parametrize(
    "earlier", [date(2025, 12, 3), date(2026, 2, 1), MINUTES, date(2026, 7, 8), date(2026, 10, 1)]
)
def test_a_later_today_adds_facts_and_changes_none(earlier):
    later = history(date(2027, 3, 1))

    assert history(earlier) == [fact for fact in later if fact.recorded_on <= earlier]


def test_the_facts_do_not_depend_on_the_order_of_sets_or_on_the_process():
    code = (
        "import hashlib, datetime; from albertslund_it.demo.story import history;"
        "print(hashlib.sha256(repr(history(datetime.date(2026, 11, 23))).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert digests == {hashlib.sha256(repr(history(TODAY)).encode()).hexdigest()}


def test_nothing_is_entered_before_it_happens():
    for fact in history(TODAY):
        happened = fact.row.get("Fra") or fact.row.get("Udleveret") or fact.row.get("Dato")
        assert not happened or happened <= fact.recorded_on, fact


def test_some_facts_are_entered_after_their_quarter():
    late = Counter(
        fact.kind
        for fact in history(TODAY)
        if (day := fact.row.get("Fra") or fact.row.get("Udleveret"))
        and date(2026, 4, 1) <= day < date(2026, 7, 1)
        and fact.recorded_on > date(2026, 7, 13)
    )

    assert late["placements"] >= 2
    assert late["deliveries"] == 1


def test_a_placement_is_told_once():
    told = Counter((row["Serienummer"], row["Fra"]) for row in rows("placements", history(TODAY)))

    assert set(told.values()) == {1}


def test_nobody_shares_initials():
    names = {}
    for row in rows("employees", history(TODAY)):
        assert names.setdefault(row["Initialer"], row["Navn"]) == row["Navn"]
    assert len(set(names.values())) == len(names) > 600


def test_a_school_moves_thirty_pcs_in_the_summer():
    facts = history(TODAY)
    moved = [
        serial
        for serial, unit in holders(date(2026, 8, 2), facts).items()
        if unit == org.SCHOOL_THAT_MOVES
        and holders(date(2026, 8, 3), facts)[serial] == org.SCHOOL_THAT_RECEIVES
    ]

    assert len(moved) == 30


def test_after_the_minutes_there_are_screens_stock_a_stop_and_leavers():
    facts = history(TODAY)
    at = holders(TODAY, facts)
    gone = {row["Initialer"] for row in rows("employees", facts) if row["Fratrådt"]}
    has = {}
    for row in rows("deliveries", facts) + rows("placements", facts):
        has[row["Serienummer"]] = row.get("Initialer")

    assert SCREEN in {row["Model"] for row in rows("deliveries", facts)}
    assert list(at.values()).count("") >= 3
    assert len(rows("stops", facts)) == 1
    assert len(rows("charges", facts)) >= 5
    assert gone & set(has.values())


def test_units_can_be_posted_to_but_a_new_one():
    units = {row["Enhedsnr"]: row for row in rows("units", history(date(2026, 8, 31)))}
    for row in units.values():
        check_ean(row["EAN"])
        assert bool(row["PSP-element"]) != bool(row.get("Omkostningssted"))
        if row["PSP-element"]:
            check_psp_element(row["PSP-element"])
        else:
            check_cost_centre(row["Omkostningssted"])
        if row["Artskonto"]:
            check_account(row["Artskonto"])
    assert [n for n, row in units.items() if not row["Artskonto"]] == [org.NEW_UNIT.number]
    assert [n for n, row in units.items() if row["Omkostningsbærer"] == "ja"] == [org.COST_HOLDER]
    assert len({row["EAN"] for row in units.values()}) == len(units) == 62
