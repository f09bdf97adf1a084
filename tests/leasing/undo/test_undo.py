"""What is put back, and each thing that stands in the way; then nothing is written."""

from datetime import date, timedelta
from functools import partial

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from albertslund_it.common.errors import Refused
from inventory.models import Act, ActRows, Device, Employee, ExpectedReturn, Placement
from leasing.models import ConfirmationRound, OrderedDevice
from leasing.models.order import Status
from leasing.movements.selectors.states import DROP_LATER
from leasing.movements.services.swaps import swap
from leasing.people.services.merging import merge_people
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.movements.town import NOW, TODAY, School, hand_out, take_back, transfer
from tests.leasing.town import close
from tests.leasing.undo.acts import act_of, deliver, everything, undo


@pytest.fixture
def school(db):
    made = School()
    hand_out(made.stock[0], unit=made.birke, employee=made.anna)
    return made


def refused(done, **options):
    before = everything()
    with pytest.raises(Refused) as error:
        undo(done, **options)
    assert everything() == before
    return error.value.reasons


def test_a_hand_out_for_an_order_goes_back_with_all_it_did(school):
    old, new = school.stock[:2]
    line = make.order_line(employee=school.anna, status="delivered", replaces=old)
    OrderedDevice.objects.create(line=line, device=new, delivered_on=TODAY)
    before = everything()
    with act_of() as done:
        hand_out(new, unit=school.birke, employee=school.anna)
    line.refresh_from_db()
    assert line.status == Status.HANDED_OUT
    assert ExpectedReturn.objects.get().device == old
    newest = LogEntry.objects.latest("pk").pk

    undo(done)

    assert everything() == before
    placement = ContentType.objects.get_for_model(Placement)
    logged = LogEntry.objects.filter(pk__gt=newest, content_type=placement)
    assert [entry.action for entry in logged] == [LogEntry.Action.DELETE]
    assert not ActRows.objects.exists()  # what stood before is not kept any longer than needed


def test_what_was_deleted_comes_back_under_its_own_number(school):
    pc = school.stock[0]
    later = make.placement(pc, TODAY + timedelta(days=9), school.library)
    before = everything()
    with act_of() as done:
        take_back(pc, later=DROP_LATER)
    assert not Placement.objects.filter(pk=later.pk).exists()

    undo(done)

    assert everything() == before


def test_a_swap_goes_back(school):
    before = everything()
    with act_of() as done:
        swap(device=school.stock[0], old_number="PF000001", new_number="PF999999", actor=None)
    undo(done)

    assert everything() == before


def test_joined_people_are_two_again(school):
    coming = make.employee("", "Ny Kollega", unit=school.library)
    coming.also_employed_at.add(school.birke)
    make.order_line(employee=coming)
    links = Employee.also_employed_at.through.objects
    before = everything(), list(Employee.objects.values()), list(links.values())
    with act_of() as done:
        merge_people(gone_id=coming.pk, kept_id=school.bo.pk, actor=None, today=TODAY)
    assert not Employee.objects.filter(pk=coming.pk).exists()

    undo(done)

    assert (everything(), list(Employee.objects.values()), list(links.values())) == before


def test_a_delivery_goes_back_while_nothing_is_known_of_its_devices_beside_it(school):
    before = everything()
    with act_of(kind=Act.Kind.IMPORT) as done:
        deliver("PX000001", "PX000002")
    Device.objects.filter(serial_number="PX000001").update(last_seen=TODAY)  # no doing of anybody's
    undo(done)
    assert everything() == before

    with act_of(kind=Act.Kind.IMPORT) as done:
        deliver("PX000001", "PX000002")
    transfer(Device.objects.get(serial_number="PX000001"), unit=school.library)
    assert refused(done) == ["PX000001 har siden fået: tildeling."]


def test_a_row_that_has_changed_since_stands_in_the_way(school):
    with act_of() as done:
        transfer(school.stock[0], unit=school.library, starts_on=TODAY + timedelta(days=1))
    Placement.objects.filter(device=school.stock[0], unit=school.library).update(used_for="Lån")

    assert refused(done) == ["PF000001 er ændret siden (tildeling)."]


def test_a_changed_field_that_has_changed_again_stands_in_the_way(school):
    with act_of() as done:
        transfer(school.stock[0], unit=school.library)
    transfer(school.stock[0], unit=school.birke)

    assert refused(done)[0] == "PF000001 er ændret siden (tildeling: enhed)."


def test_a_row_that_is_gone_stands_in_the_way(school):
    with act_of() as done:
        transfer(school.stock[0], unit=school.library, starts_on=TODAY + timedelta(days=1))
    Placement.objects.filter(unit=school.library).delete()

    assert refused(done) == ["1 × tildeling er slettet siden."]


def test_a_later_move_stands_in_the_way_until_it_is_undone(school):
    pc = school.stock[0]
    with act_of() as first:
        transfer(pc, unit=school.library, starts_on=TODAY + timedelta(days=1))
    with act_of() as second:
        take_back(pc, starts_on=TODAY + timedelta(days=2))

    assert refused(first) == ["PF000001 har siden fået: tildeling."]
    undo(second)
    undo(first)


def test_what_a_bill_was_made_from_stays(school):
    pc = school.stock[0]
    with act_of() as done:
        take_back(pc)
    with act_of(kind=Act.Kind.IMPORT) as delivered:
        deliver("PX000001")
    close("2026Q3", TODAY + timedelta(days=1))

    assert refused(done) == [
        "PF000001 er siden opkrævet i 1.–3. kvartal 2026. Ret det på ny i stedet."
    ]
    reasons = refused(delivered)
    assert "PX000001 har siden fået: linje." in reasons
    assert "PX000001 er siden opkrævet i 1.–3. kvartal 2026. Ret det på ny i stedet." in reasons


def test_what_a_leader_has_confirmed_stays(school):
    with act_of() as done:
        transfer(school.stock[0], unit=school.library)
    asked = ConfirmationRound.objects.create(asked_at=NOW, asked_by="Oda", due_on=TODAY)
    asked.confirmations.create(
        device=school.stock[0], unit=school.library, confirmed_at=NOW + timedelta(hours=1)
    )

    assert refused(done) == ["PF000001 har siden fået: bekræftelse."]


def test_a_charge_is_nothing_of_a_move(school):
    with act_of() as done:
        transfer(school.stock[0], unit=school.library)
    make.charge(school.birke, device=school.stock[0])

    undo(done)


def test_who_has_got_another_meanwhile_does_not_get_two(school):
    with act_of() as done:
        take_back(school.stock[0])
    hand_out(school.stock[1], unit=school.birke, employee=school.anna)

    assert refused(done) == ["Anna Berg (anbe) har siden fået PF000002."]


@pytest.mark.usefixtures("history_from_the_start")
def test_who_has_another_on_order_does_not_get_two(school):
    with act_of() as done:
        take_back(school.stock[0])
    line = make.order_line(employee=school.anna)

    assert refused(done) == [f"Anna Berg (anbe) har siden fået en anden bestilt ({line})."]


def test_what_it_would_point_to_must_be_there(school):
    closing = make.unit("1099", "Lukker")
    make.placement(school.stock[1], TODAY, closing)
    with act_of() as done:
        Placement.objects.get(unit=closing).delete()
    closing.delete()

    assert refused(done) == ["1 × enhed findes ikke længere."]


def test_only_ones_own_once_and_in_time(school, cast):
    with act_of(cast.helpdesk) as done:
        take_back(school.stock[0])

    assert refused(done, actor=cast.finance)[0].startswith("Det er en anden, der har gjort det")
    late = NOW + timedelta(days=31)
    assert refused(done, actor=cast.helpdesk, now=late)[0].startswith("Der er gået for lang tid")
    undo(done, of_anybody=True)
    assert refused(done, actor=cast.helpdesk)[0].startswith("Den er allerede fortrudt 23-11-")


def test_what_wrote_nothing_is_no_act(school):
    with act_of() as done, pytest.raises(Refused):
        take_back(school.stock[0], agree=_nobody_agrees)
    with act_of() as again:
        take_back(school.stock[2])

    assert done.act is None
    assert again.act is None
    assert not Act.objects.exists()


def _nobody_agrees():
    raise Refused("Nej")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_undoes_it():
    school = School()
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    with act_of() as done:
        take_back(school.stock[0])

    results = at_the_same_moment(partial(undo, done), partial(undo, done))

    assert sorted(type(one).__name__ for one in results) == ["Act", "Refused"]
    assert Placement.objects.get(device=school.stock[0]).employee == school.anna


@pytest.mark.django_db(transaction=True)
def test_a_move_and_an_undo_at_once_come_one_after_the_other():
    school = School()
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    with act_of() as done:
        take_back(school.stock[0])

    results = at_the_same_moment(
        partial(undo, done),
        partial(hand_out, school.stock[1], unit=school.birke, employee=school.anna),
    )

    assert sum(isinstance(one, Refused) for one in results) == 1, results
    assert Placement.objects.filter(employee=school.anna).count() == 1


def test_what_has_no_number_is_called_by_its_words(school):
    with act_of() as done:
        charge = make.charge(school.birke, text="Knust skærm")
    close("2026Q3", TODAY + timedelta(days=1))

    assert refused(done) == [f"{charge} har siden fået: linje."]


def test_what_was_changed_and_changed_back_since_stands_in_the_way(school):
    with act_of(kind=Act.Kind.IMPORT) as first:
        deliver("PX000001")
    with act_of(kind=Act.Kind.IMPORT) as second:
        deliver("PX000001", starts_on=date(2026, 4, 1))
    with act_of(kind=Act.Kind.IMPORT) as third:
        deliver("PX000001")

    assert "PX000001 er ændret siden (leasing)." in refused(first)
    for done in (third, second, first):
        undo(done)


def test_a_later_act_that_changed_something_else_of_a_row_stands_in_nobodys_way(school):
    pc = school.stock[0]
    with act_of() as first:
        pc.ram_gb = 32
        pc.save()
    with act_of() as second:
        pc.windows_11 = True
        pc.save()

    undo(first)
    undo(second)
