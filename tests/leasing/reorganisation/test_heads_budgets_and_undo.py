"""Heads are told, budgets follow, departments change their names, and all of it can be undone."""

from datetime import date

import pytest
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.money import format_kroner
from inventory.imports.selectors import departments_named
from inventory.models import Access, Department, Employee, Placement, Unit, UnitBefore
from leasing.models import Budget, Mail, OrderLine, Reorganisation
from leasing.reorganisation.selectors.budgets import budget_moves
from leasing.reorganisation.selectors.plan import plan_of
from leasing.reorganisation.services.carrying_out import carry_out_due, undo_reorganisation
from leasing.reorganisation.services.preparing import cancel_reorganisation
from tests import builders as make
from tests.leasing.reorganisation.changing import NOW, agreed, carried_out, chosen, draft
from tests.leasing.town import close

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)
TODAY = date(2026, 5, 1)
KEPT = (Access, Budget, Department, Employee, OrderLine, Placement, Unit, UnitBefore)


@pytest.fixture
def town(cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    other = make.department("Miljø & Teknik", head_mail="miljo@example.org")
    cast.old = make.unit("1001", "Birkeskolen", department=cast.department)
    cast.new = make.unit("1002", "Åskolen", department=other)
    cast.anna = make.employee(unit=cast.old)
    cast.lease = make.lease(unit=cast.old, employee=cast.anna)
    cast.shared = make.lease("PF000002", unit=cast.old)
    return cast


def told(news):
    return {mail.recipients: mail for mail in Mail.objects.filter(subject__contains=news)}


def rows():
    tables = {model: list(model.objects.order_by("pk").values()) for model in KEPT}
    return tables | {"also": list(Employee.also_employed_at.through.objects.values_list())}


def undone(found):
    return undo_reorganisation(reorganisation_id=found.pk, actor=None, today=TODAY, now=NOW)


def test_the_heads_concerned_are_told_when_it_is_agreed_to_and_when_it_is_done(town):
    Access.objects.filter(user=town.head).update(starts_on=date(2026, 1, 1))
    make.department("Kultur", head_mail="kultur@example.org")
    steps = ("merge", town.old, {"successor": town.new})
    agreed(draft(DAY, steps), today=date(2026, 3, 1))
    mails = told("Organisationsændring fra 01-04-2026")
    assert set(mails) == {town.head.email, "miljo@example.org"}
    text = mails["miljo@example.org"].text
    assert "Fra den 01-04-2026 sker der dette for Miljø & Teknik" in text
    assert "1001 Birkeskolen lægges ind under 1002 Åskolen" in text
    assert "ventes I at betale" in text

    carry_out_due(today=DAY, now=NOW)
    assert set(told("er gennemført")) == set(mails)
    carry_out_due(today=DAY, now=NOW)
    assert Mail.objects.count() == 4


def test_one_that_is_cancelled_is_told_only_to_those_who_were_told_of_it(town):
    for is_agreed in (False, True):
        found = draft(DAY, ("rename", town.new, {"name": "Åparken"}))
        if is_agreed:
            agreed(found, today=date(2026, 3, 1))
        cancel_reorganisation(reorganisation_id=found.pk, today=DAY, now=NOW)
        assert set(told("annulleret")) == ({"miljo@example.org"} if is_agreed else set())


def test_a_department_gets_its_new_name_and_is_known_by_the_old(town):
    found = carried_out(
        DAY, ("dept", None, {"department": town.new.department, "name": "Miljø & Vej"})
    )
    renamed = Department.objects.get(pk=town.new.department_id)
    assert (renamed.name, renamed.also_known_as) == ("Miljø & Vej", "Miljø & Teknik")
    assert departments_named("Miljø & Teknik") == [renamed]
    assert set(told("er gennemført")) == {"miljo@example.org"}
    assert not found.steps.get().unit

    taken = draft(DAY, ("dept", None, {"department": town.department, "name": "Miljø & Vej"}))
    with pytest.raises(Refused, match="En anden afdeling hedder allerede Miljø & Vej"):
        agreed(taken)
    same = draft(DAY, ("dept", None, {"department": renamed, "name": "Miljø & Vej"}))
    with pytest.raises(Refused, match="hedder det allerede"):
        agreed(same)


def test_a_department_is_renamed_on_the_pages(town, client_of):
    found, client = draft(DAY), client_of(town.finance)
    url = reverse("reorganisation-step", args=[found.pk])
    assert "Ny afdeling" not in client.get(f"{url}?hvad=dept").content.decode()
    client.post(f"{url}?hvad=dept", {"department": town.department.pk, "name": "Skole & Dagtilbud"})
    shown = client.get(reverse("reorganisation", args=[found.pk])).content.decode()
    assert "kommer til at hedde Skole &amp; Dagtilbud" in shown
    assert "Låste opgørelser beholder det navn" in shown


def test_what_is_left_of_a_budget_follows_a_unit_that_ends_also_twice(town):
    third = make.unit("1003", "Elmeskolen", department=town.department)
    for unit, year, amount in (
        (town.old, 2026, 365_00),
        (town.old, 2027, 500_00),
        (town.new, 2026, 730_00),
    ):
        Budget.objects.create(unit=unit, year=year, amount_ore=amount)
    found = draft(
        DAY,
        ("merge", town.old, {"successor": town.new}),
        ("close", town.new, {"successor": third}),
    )
    moves = budget_moves(plan_of(found))
    assert [(one.year, one.amount_ore, one.left_ore) for one in moves] == [
        (2026, 275_00, 90_00),
        (2027, 500_00, 0),
        (2026, (730_00 + 275_00) * 275 // 365, 730_00 + 275_00 - (730_00 + 275_00) * 275 // 365),
        (2027, 500_00, 0),
    ]
    before = sum(one.amount_ore for one in Budget.objects.all())
    agreed(found)
    held = {(one.unit.number, one.year): one.amount_ore for one in Budget.objects.all()}
    assert sum(held.values()) == before
    assert held["1001", 2026] == 90_00
    assert held["1003", 2027] == 500_00
    assert ("1001", 2027) not in held
    assert ("1002", 2027) not in held


def test_what_follows_of_a_budget_is_shown_and_agreed_to(town, client_of):
    Budget.objects.create(unit=town.old, year=2026, amount_ore=365_00)
    found = draft(date(2026, 7, 2), ("merge", town.old, {"successor": town.new}))
    page = client_of(town.finance).get(reverse("reorganisation", args=[found.pk])).content.decode()
    assert f"Budget 2026: {format_kroner(183_00)} følger med fra 1001 Birkeskolen" in page


def test_undone_everything_is_as_it_was_and_it_can_be_carried_out_again(town):
    make.employee("bo", "Bo Lund", unit=town.new).also_employed_at.add(town.old)
    make.order_line(unit=town.old, status="ordered")
    make.placement(town.shared.device, date(2026, 8, 1), town.old, used_for="Klasse 7.B")
    Budget.objects.create(unit=town.old, year=2027, amount_ore=500_00)
    Access.objects.create(user=town.unit_leader, unit=town.old, starts_on=date(2026, 1, 1))
    other = make.unit("1004", "Egeskolen", department=town.department)
    apart = make.lease("PF000009", unit=other, employee=make.employee("egbo", "Eg Bo", unit=other))
    make.order_line(unit=other, employee=apart.device.placements.get().employee, status="ordered")
    found = draft(
        DAY,
        ("rename", town.new, {"name": "Åparken"}),
        ("dept", None, {"department": town.new.department, "name": "Miljø & Vej"}),
        ("split", other, {"number": "1009", "name": "Elmeskolen"}),
        ("move", town.new, {"department": town.department}),
        ("merge", town.old, {"successor": town.new, "takes_access": True}),
    )
    chosen(found, [apart.device])
    before = rows()
    agreed(found)
    assert rows() != before

    undone(found)
    assert rows() == before
    again = Reorganisation.objects.get(pk=found.pk)
    assert (again.carried_out_at, again.agreed_at, again.act) == (None, None, None)
    assert carry_out_due(today=TODAY, now=NOW) == ([], [])
    assert "miljo@example.org" in told("fortrudt")
    agreed(again, today=TODAY)
    assert Unit.objects.get(pk=town.old.pk).closed_on == DAY


@pytest.mark.usefixtures("history_from_the_start")
def test_what_rests_on_it_is_said_and_nothing_is_undone(town, client_of):
    found = carried_out(DAY, ("merge", town.old, {"successor": town.new}))
    make.placement(town.shared.device, date(2026, 9, 1), town.new, used_for="Lokale 4")
    before, client = rows(), client_of(town.finance)
    page = client.get(reverse("reorganisation", args=[found.pk])).content.decode()
    assert "PF000002 har siden fået" in page
    assert "forbered en ny" in page
    assert "Fortryd ændringen" not in page
    answer = client.post(reverse("reorganisation-undo", args=[found.pk]))
    assert answer.status_code == 422
    assert rows() == before


def test_it_is_undone_after_an_older_quarter_is_closed_and_not_after_a_later_one(town, client_of):
    close("2026Q1", today=date(2026, 4, 15))
    found = carried_out(DAY, ("merge", town.old, {"successor": town.new}))
    page = client_of(town.finance).get(reverse("reorganisation", args=[found.pk]))
    assert "Fortryd ændringen" in page.content.decode()
    undone(found)
    assert Unit.objects.get(pk=town.old.pk).closed_on is None

    again = carried_out(DAY, ("merge", town.old, {"successor": town.new}))
    close("2026Q2")
    with pytest.raises(Refused, match=r"siden opkrævet i 2\. kvartal 2026"):
        undone(again)
