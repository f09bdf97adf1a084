"""The rules about what other sources say: each with what it finds, and what it must let be."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leasing.cost_table.moment import bring_up_to_date
from leasing.data_quality.selectors.fault_rows import faults_for
from leasing.data_quality.selectors.findings import findings_for
from leasing.data_quality.selectors.rules import BY_KEY
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.sources.taken import machine, take

TODAY = date(2026, 7, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def town(cast):
    """Give two people a pc each; the MDM has one of them, and one more."""
    make.cost_holder()
    for number, initials in enumerate(("anbe", "bocl"), start=1):
        person = make.employee(initials, f"Person {initials}", unit=cast.unit)
        make.lease(f"PF00000{number}", unit=cast.unit, employee=person)


def names(key, user):
    return [row.name for row in faults_for(BY_KEY[key], user, TODAY).open]


def test_without_any_source_they_find_nothing(town, cast):
    found = {one.rule.key: one.count for one in findings_for(cast.helpdesk, TODAY)}
    keys = ("mistyped", "unmanaged", "unregistered", "never_seen", "doubles")
    assert [found[key] for key in keys] == [0] * 5


def test_what_the_mdm_has_and_has_not(town, cast, client_of):
    rows = [machine("PF000001"), machine("XX777", login="anbe@alb.dk", model="21ML")]
    take("intune", rows, today=TODAY)
    assert names("unmanaged", cast.helpdesk) == ["PF000002"]
    assert names("never_seen", cast.helpdesk) == ["PF000002"]
    assert names("unregistered", cast.helpdesk) == ["XX777"]
    page = read(client_of(cast.helpdesk), "/datakvalitet/unregistered/")
    assert "21ML, anbe@alb.dk" in text_of(page)
    # Nobody else is told: it tells of who is away.
    for user in (cast.head, cast.finance):
        client = client_of(user)
        for key in ("unmanaged", "unregistered", "never_seen", "unused"):
            assert client.get(f"/datakvalitet/{key}/").status_code == 403
        assert "enhedsstyring" not in text_of(read(client, "/datakvalitet/"))

    take("intune", [*rows, machine("PF000002")], today=TODAY)
    assert names("unmanaged", cast.helpdesk) == []
    assert names("never_seen", cast.helpdesk) == []


def test_a_number_one_sign_from_the_lessors_is_mistyped_and_one_that_both_have_is_not(town, cast):
    listed = [("PF000001", "T14", "UA-1", None, None), ("PF0O0002", "T14", "UA-1", None, None)]
    take("lessor_assets", listed, today=TODAY)
    [row] = faults_for(BY_KEY["mistyped"], cast.helpdesk, TODAY).open
    assert (row.name, row.told) == ("PF000002", "PF0O0002")
    listed[1] = ("PF000002", "T14", "UA-1", None, None)
    take("lessor_assets", listed, today=TODAY)
    assert names("mistyped", cast.helpdesk) == []


def test_two_with_one_mail_are_one_fault_that_leads_to_their_merging(town, cast, client_of):
    make.employee("anbl", "Anna B. Lund", unit=make.unit("1002"), mail="ANBE@example.dk")
    [row] = faults_for(BY_KEY["doubles"], cast.helpdesk, TODAY).open
    assert row.name == "Anna B. Lund"
    page = read(client_of(cast.helpdesk), "/datakvalitet/doubles/")
    assert "Samme mail som Person anbe (anbe)" in text_of(page)
    [address] = page.xpath("//td/a[starts-with(., 'Saml')]/@href")
    read(client_of(cast.helpdesk), address)
    # The same name elsewhere, and another mail, is somebody else.
    make.employee("pers", "Person anbe", unit=make.unit("1003"))
    assert names("doubles", cast.helpdesk) == ["Anna B. Lund"]


def test_thirty_of_each_cost_as_many_queries_as_three(cast, django_assert_num_queries):
    def fill(numbers):
        for number in numbers:
            unit = make.unit(f"3{number:03}")
            for sign in "ab":
                mail = f"{'X' if sign == 'a' else 'x'}{number}@example.dk"
                person = make.employee(f"x{sign}{number}", f"{sign} {number}", unit=unit, mail=mail)
                make.lease(f"LEN0{sign.upper()}{number:03}", unit=unit, employee=person)
        listed = [(f"LENO{sign}{number:03}", "T14") for number in numbers for sign in "AB"]
        listed.append(("PF000001", "T14"))
        take("lessor_assets", [(*one, "UA-1", None, None) for one in listed], today=TODAY)
        take("intune", [machine(f"XX{number:03}") for number in numbers], today=TODAY)

    make.cost_holder()
    make.lease("PF000001")
    fill(range(3))
    findings_for(cast.helpdesk, TODAY)
    with CaptureQueriesContext(connection) as few:
        findings_for(cast.helpdesk, TODAY)
    fill(range(3, 33))
    bring_up_to_date()
    with django_assert_num_queries(len(few)):
        found = {one.rule.key: one.count for one in findings_for(cast.helpdesk, TODAY)}
    assert all(found[key] >= 30 for key in ("mistyped", "unmanaged", "unregistered", "doubles"))
