"""Faults that are accepted until a day, who sees to a rule, and how many there were on a day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import nothing_to_see
from leasing.data_quality.selectors.findings import finding_for, findings_for
from leasing.data_quality.selectors.rules import BY_KEY, RULES
from leasing.data_quality.selectors.trend import trends_of
from leasing.data_quality.services.accepting import accept_findings
from leasing.data_quality.services.counting import count_findings
from leasing.models import AcceptedFinding, FindingCount, RuleOwner
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.web.markup import parse

TODAY = date(2026, 11, 23)
UNTIL = date(2026, 12, 24)
NOBODY = BY_KEY["nobody"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def devices(cast):
    """Lease two pc's that nobody has said who has, in the cast's unit, and one in another's."""
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    for number in (1, 2):
        make.lease(f"PF00000{number}", unit=cast.unit)
    make.lease("PF000009", unit=foreign)


def found(user, day=TODAY):
    return next(one for one in findings_for(user, day) if one.rule is NOBODY)


def accept(user, numbers, until=UNTIL, because="agreed", day=TODAY):
    return accept_findings(
        rule=NOBODY,
        ids=[pk for pk in finding_for(NOBODY, user, day)[0].open if pk in numbers],
        until=until,
        because=because,
        found=lambda: finding_for(NOBODY, user, day)[0],
        actor=user,
        today=day,
        agree=nothing_to_see,
    )


def ids(user):
    return sorted(found(user).open)


def test_what_is_accepted_stands_apart_and_comes_back_when_its_day_has_passed(
    devices, cast, client_of
):
    client = client_of(cast.helpdesk)
    whole = found(cast.helpdesk)
    address = "/datakvalitet/nobody/godtag/"
    form = read(client, f"{address}?serienumre=PF000001").xpath("//form[@method='post']")[-1]
    typed = {**dict(form.form_values()), "until": "24-12-2026", "because": "agreed"}
    assert client.post(address, {**typed, "because": ""}).status_code == 422
    assert client.post(address, typed).status_code == 302

    left = found(cast.helpdesk)
    assert (left.count, len(left.accepted)) == (2, 1)
    assert left.quarter_ore + left.accepted_ore == whole.quarter_ore
    listed = text_of(read(client, "/datakvalitet/nobody/"))
    assert "PF000001" not in listed
    assert "1 er godtaget til en dag" in listed
    apart = text_of(read(client, "/datakvalitet/nobody/?vis=godtaget"))
    assert "PF000001" in apart
    assert "24-12-2026 Aftalt med lederen" in apart
    # The register's own list holds what the page counts.
    assert "PF000001" not in text_of(read(client, "/udstyr/?waits=nobody"))

    assert found(cast.helpdesk, UNTIL).count == 2
    assert found(cast.helpdesk, UNTIL + timedelta(days=1)).count == 3


def test_it_can_be_shown_again_before(devices, cast, client_of):
    accept(cast.helpdesk, ids(cast.helpdesk)[:1])
    client = client_of(cast.helpdesk)
    client.post("/datakvalitet/nobody/vis-igen/", {"serienumre": "PF000001"})
    assert found(cast.helpdesk).count == 3
    assert not AcceptedFinding.objects.exists()


def test_what_is_mended_is_gone_though_it_was_accepted(devices, cast):
    accept(cast.helpdesk, ids(cast.helpdesk)[:1])
    device = AcceptedFinding.objects.get().device
    make.placement(device, TODAY, cast.unit, make.employee(unit=cast.unit))
    assert not found(cast.helpdesk).accepted


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), TODAY + timedelta(days=367)])
def test_it_is_neither_for_ever_nor_for_yesterday(devices, cast, until):
    with pytest.raises(Refused, match="højst stå et år"):
        accept(cast.helpdesk, ids(cast.helpdesk), until)
    assert not AcceptedFinding.objects.exists()


def test_what_is_no_fault_cannot_be_accepted(devices, cast):
    other = make.device("PF000077")
    with pytest.raises(Refused, match="findes ikke længere"):
        accept_findings(
            rule=NOBODY,
            ids=[other.pk],
            until=UNTIL,
            because="right",
            found=lambda: found(cast.helpdesk),
            actor=cast.helpdesk,
            today=TODAY,
            agree=nothing_to_see,
        )


def test_what_is_accepted_of_one_rule_is_open_in_another(devices, cast):
    accept(cast.helpdesk, ids(cast.helpdesk))
    assert found(cast.helpdesk).count == 0
    AcceptedFinding.objects.update(rule="unused")
    assert found(cast.helpdesk).count == 3


def test_to_accept_again_is_another_day_for_the_same(devices, cast):
    accept(cast.helpdesk, ids(cast.helpdesk)[:1])
    one = AcceptedFinding.objects.get()
    accept_findings(
        rule=NOBODY,
        ids=[one.device_id],
        until=TODAY,
        because="right",
        found=lambda: found(cast.helpdesk),
        actor=cast.helpdesk,
        today=TODAY,
        agree=nothing_to_see,
    )
    one.refresh_from_db()
    assert (one.until, one.because, AcceptedFinding.objects.count()) == (TODAY, "right", 1)


def test_the_database_keeps_one_of_a_fault_and_of_one_thing(devices, cast):
    device = make.device("PF000078")
    facts = {"rule": "nobody", "until": UNTIL, "accepted_on": TODAY, "because": "right"}
    AcceptedFinding.objects.create(device=device, **facts)
    for wrong in ({"device": device}, {}, {"device": device, "unit": cast.unit, "rule": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AcceptedFinding.objects.create(**{**facts, **wrong})


def test_a_head_sees_and_cannot_accept(devices, cast, client_of):
    client = client_of(cast.head)
    page = text_of(read(client, "/datakvalitet/nobody/"))
    assert "PF000001" in page
    assert "PF000009" not in page
    assert "Lad stå til en dag" not in page
    assert client.get("/datakvalitet/nobody/godtag/?serienumre=PF000001").status_code == 403


def test_a_rule_is_given_to_somebody(devices, cast, client_of):
    client = client_of(cast.helpdesk)
    assert "It-helpdesk ser til det" in text_of(read(client, "/datakvalitet/nobody/"))
    address = "/datakvalitet/nobody/ansvarlig/"
    typed = {"role": RuleOwner.Role.FINANCE, "user": cast.finance.pk}
    assert client.post(address, typed).status_code == 302
    assert "Oda ser til det" in text_of(read(client, "/datakvalitet/"))
    assert client.post(address, {"role": "nogen"}).status_code == 422


def test_each_rule_is_counted_once_a_day_and_its_trend_is_drawn(devices, cast, client_of):
    accept(cast.helpdesk, ids(cast.helpdesk)[:1], day=TODAY)
    before = TODAY - timedelta(days=8)
    assert count_findings(today=before) == count_findings(today=before)
    counted = FindingCount.objects.get(rule="nobody")
    # The day before it was accepted there were three.
    assert (counted.day, counted.count) == (before, 3)
    assert FindingCount.objects.count() == len(RULES)

    [trend] = [trends_of([found(cast.helpdesk)], cast.helpdesk, TODAY)["nobody"]]
    assert (trend.since.day, trend.change) == (before, -1)
    assert [one.count for one in trend.points] == [3, 2]
    client = client_of(cast.helpdesk)
    assert "−1 siden 15-11" in text_of(read(client, "/datakvalitet/"))
    page = parse(client.get("/datakvalitet/nobody/"))
    assert page.xpath("//figure[contains(@class, 'chart ')]")
    assert not trends_of([found(cast.head)], cast.head, TODAY)
