"""What a reorganisation does on its day to devices, people, orders, accesses and names."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from albertslund_it.common.errors import Refused
from inventory.models import Access, Placement, Unit, UnitBefore
from inventory.placements.services.placements import PlacementFacts, place, save_placements
from leasing.domain.mail_reading import UNIT
from leasing.models import InvoiceLine, Reorganisation
from leasing.orders.selectors.mail_reading import reading_of
from leasing.reorganisation.services.carrying_out import carry_out_due
from leasing.reorganisation.services.preparing import (
    StepFacts,
    add_step,
    cancel_reorganisation,
)
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.reorganisation.changing import NOW, agreed, carried_out, chosen, draft
from tests.leasing.town import close

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)


@pytest.fixture
def town(cast):
    make.cost_holder()
    other = make.department("Miljø & Teknik")
    cast.old = make.unit("1001", "Birkeskolen", department=cast.department)
    cast.new = make.unit("1002", "Åskolen", department=other)
    cast.anna = make.employee(unit=cast.old)
    cast.lease = make.lease(unit=cast.old, employee=cast.anna)
    cast.shared = make.lease("PF000002", unit=cast.old)
    return cast


def at(device, day):
    return device.placements.filter(starts_on__lte=day).order_by("-starts_on").first()


def test_a_merge_takes_everything_along_from_the_day_and_leaves_what_was_before(town):
    line = make.order_line(unit=town.old, status="ordered")
    done = make.order_line(unit=town.old, status="handed_out")
    left = make.employee("le", "Lis Eg", unit=town.old, left_on=date(2026, 3, 1))
    later = make.placement(town.shared.device, date(2026, 8, 1), town.old, used_for="Klasse 7.B")

    found = carried_out(DAY, ("merge", town.old, {"successor": town.new}))

    town.old.refresh_from_db()
    assert (town.old.closed_on, town.old.successor) == (DAY, town.new)
    for device in (town.lease.device, town.shared.device):
        assert [at(device, day).unit for day in (date(2026, 3, 31), DAY)] == [town.old, town.new]
    assert at(town.lease.device, DAY).employee == town.anna
    later.refresh_from_db()
    assert (later.unit, later.used_for) == (town.new, "Klasse 7.B")
    for row in (town.anna, line, done, left):
        row.refresh_from_db()
    assert (town.anna.unit, line.unit) == (town.new, town.new)
    assert (done.unit, left.unit) == (town.old, town.old)
    assert found.steps.get().outcome == "2 stk. udstyr og 1 medarbejder gik til 1002 Åskolen."


def test_access_follows_only_where_it_is_said_and_not_twice(town):
    leader = town.unit_leader  # of 1001
    agreed(draft(DAY, ("merge", town.old, {"successor": town.new})))
    assert not Access.objects.filter(unit=town.new).exists()

    third = make.unit("1003", "Elmeskolen", department=town.department)
    Access.objects.create(user=leader, unit=town.new, starts_on=DAY)
    carried_out(DAY, ("merge", town.new, {"successor": third, "takes_access": True}))
    assert [a.user for a in Access.objects.filter(unit=third)] == [leader]


def test_a_split_makes_a_unit_of_what_is_chosen(town):
    bo = make.employee("bo", "Bo Lund", unit=town.old)
    found = draft(DAY, ("split", town.old, {"number": "1009", "name": "Elmeskolen"}))
    agreed(chosen(found, [town.lease.device], [bo]))

    made = Unit.objects.get(number="1009")
    assert made.department == town.department
    assert at(town.lease.device, DAY).unit == made
    assert at(town.shared.device, DAY).unit == town.old
    assert {one.initials for one in made.employees.all()} == {"anbe", "bo"}
    assert Unit.objects.get(pk=town.old.pk).closed_on is None


def test_a_close_puts_the_devices_in_stock_and_a_move_and_a_name_keep_what_was(town, client_of):
    other = town.new.department
    found = carried_out(
        DAY,
        ("rename", town.new, {"name": "Åparken"}),
        ("move", town.new, {"department": town.department}),
        ("close", town.old, {"successor": town.new}),
        ("dept", None, {"department": other, "name": "Miljø & Vej"}),
    )
    town.new.refresh_from_db()
    assert (town.new.name, town.new.department) == ("Åparken", town.department)
    before = UnitBefore.objects.get()
    assert (before.name, before.department.name, before.ends_before) == (
        "Åskolen",
        "Miljø & Vej",
        DAY,
    )
    page = read(client_of(town.finance), reverse("reorganisation", args=[found.pk]))
    for said in (
        "Enhed 1002 fik navnet Åparken. Den hed Åskolen.",
        f"1002 Åparken kom under {town.department}. Den hørte til Miljø & Teknik.",
        "2 stk. udstyr gik på it-lageret, og 1 medarbejder gik til 1002 Åskolen.",
        "En afdeling fik navnet Miljø & Vej. Den hed Miljø & Teknik.",
    ):
        assert said in text_of(page)
    placed = at(town.lease.device, DAY)
    assert (placed.unit, placed.employee) == (None, None)


def test_what_is_agreed_to_waits_for_its_day_and_is_carried_out_once(town, settings, capsys):
    found = agreed(draft(DAY, ("merge", town.old, {"successor": town.new})), today=date(2026, 3, 1))
    assert carry_out_due(today=date(2026, 3, 31), now=NOW) == ([], [])
    settings.TODAY = DAY
    call_command("notify")
    assert "»Ny skolestruktur« er gennemført." in capsys.readouterr().out
    assert Reorganisation.objects.get(pk=found.pk).carried_out_at
    assert carry_out_due(today=DAY, now=NOW) == ([], [])
    with pytest.raises(Refused, match="allerede gennemført"):
        cancel_reorganisation(reorganisation_id=found.pk, today=DAY, now=NOW)


def test_a_changed_or_cancelled_one_is_not_carried_out(town):
    changed = agreed(draft(DAY, ("rename", town.old, {"name": "Ny"})), today=date(2026, 3, 1))
    add_step(
        reorganisation_id=changed.pk,
        facts=StepFacts(kind="move", unit=town.new, department=town.department),
        now=NOW,
    )
    cancelled = agreed(draft(DAY, ("rename", town.new, {"name": "Nyt"})), today=date(2026, 3, 1))
    cancel_reorganisation(reorganisation_id=cancelled.pk, today=DAY, now=NOW)
    assert carry_out_due(today=DAY, now=NOW) == ([], [])
    assert Unit.objects.get(pk=town.old.pk).name == "Birkeskolen"


def test_what_cannot_be_done_on_the_day_is_told_and_the_others_are_done(town):
    third = make.unit("1003", "Elmeskolen", department=town.department)
    for successor in (town.new, third):
        found = draft(DAY, ("merge", town.old, {"successor": successor}))
        agreed(found, today=date(2026, 3, 1))
    agreed(draft(DAY, ("rename", third, {"name": "Elmen"})), today=date(2026, 3, 1))

    (first, last), (second,) = carry_out_due(today=DAY, now=NOW)

    assert "er gennemført" in first
    assert "ikke gennemført: Ændring 1: 1001 Birkeskolen er nedlagt." in second
    assert "er gennemført" in last


def test_faults_stand_in_the_way(town):
    for steps, reason in (
        ([], "ingen ændringer"),
        ([("move", town.old, {"department": town.department})], "hører allerede til"),
        ([("rename", town.old, {"name": "Birkeskolen"})], "hedder det allerede"),
        ([("split", town.old, {"successor": town.new})], "hvad der skal flytte"),
        ([("split", town.old, {"number": "1002", "name": "X"})], "1002 er i brug"),
        (
            [
                ("merge", town.old, {"successor": town.new}),
                ("rename", town.old, {"name": "Ny"}),
            ],
            "1001 Birkeskolen er nedlagt",
        ),
    ):
        with pytest.raises(Refused, match=reason):
            agreed(draft(DAY, *steps))
    with pytest.raises(Refused, match="før 01-01-2026"):
        agreed(draft(date(2025, 12, 1), ("rename", town.old, {"name": "Ny"})))


# --- a unit that is closed


@pytest.fixture
def gone(town):
    carried_out(DAY, ("merge", town.old, {"successor": town.new}))
    town.old.refresh_from_db()
    return town


def test_a_closed_unit_takes_nothing_from_its_day_on(gone):
    with pytest.raises(Refused, match="nedlagt fra den 01-04-2026 og afløst af 1002 Åskolen"):
        place(device=gone.shared.device, starts_on=DAY, unit=gone.old, employee=None, actor=None)
    with pytest.raises(Refused, match="nedlagt"):
        save_placements(
            rows=[PlacementFacts("PF000002", DAY, unit="1001", row=2)], actor=None, today=DAY
        )
    with pytest.raises(IntegrityError, match="nedlagt enhed"), transaction.atomic():
        Placement.objects.create(
            device=gone.shared.device, starts_on=date(2026, 9, 1), unit=gone.old
        )
    assert gone.old not in Unit.objects.in_use()


def test_a_fact_that_comes_late_lasts_as_long_as_the_unit_did(gone):
    forgotten = make.lease("PF000003").device
    save_placements(
        rows=[PlacementFacts("PF000003", date(2026, 2, 1), unit="1001", row=2)],
        actor=None,
        today=date(2026, 5, 1),
    )
    assert [at(forgotten, day).unit for day in (date(2026, 3, 31), DAY)] == [gone.old, gone.new]


def test_a_closed_unit_stays_closed_once_a_quarter_is(gone):
    close("2026Q1", today=date(2026, 5, 1))
    gone.old.closed_on, gone.old.successor = None, None
    with pytest.raises(IntegrityError, match="åbnes ikke igen"), transaction.atomic():
        gone.old.save()


def test_what_comes_late_of_it_is_its_successors_and_the_closed_quarter_stays(gone):
    first = close("2026Q1", today=date(2026, 5, 1))
    make.lease("PF000004", unit=None)
    save_placements(
        rows=[PlacementFacts("PF000004", date(2026, 1, 1), unit="1001", row=2)],
        actor=None,
        today=date(2026, 5, 1),
    )
    second = close("2026Q2", today=date(2026, 7, 1))
    late = InvoiceLine.objects.filter(invoice__run=second, period="2026Q1")
    assert {(line.unit, line.serial_number, line.kind) for line in late} == {
        (gone.new, "PF000004", "backlog")
    }
    assert {line.unit for line in InvoiceLine.objects.filter(invoice__run=first)} == {gone.old}


@pytest.mark.parametrize(
    "address",
    [
        "/udstyr/flyt/",
        "/udstyr/udlever/",
        "/bestillinger/ny/",
        "/medarbejdere/kommende/ny/",
        "/egenbetaling/hvad-nu-hvis/?afdeling=alle",
    ],
)
def test_a_closed_unit_is_not_offered(gone, client_of, address):
    shown = client_of(gone.helpdesk).get(address).content.decode()
    assert "Åskolen" in shown
    assert "Birkeskolen" not in shown


def test_what_people_go_on_calling_it_in_a_mail_is_its_successor(gone):
    read = reading_of("Hej. Birkeskolen vil gerne have en T14. Hilsen Anna", date(2026, 5, 1))
    found = {piece.found for piece in read.pieces if piece.found}
    assert (UNIT, gone.new.pk) in {(one.kind, one.id) for one in found}
