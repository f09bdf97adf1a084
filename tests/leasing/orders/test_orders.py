"""Orders by the service: what passes the rule, what waits, what is refused, and what ends a line."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Category, DeviceModel
from leasing.approvals.selectors.approvals import awaiting_answer
from leasing.models import Approval, Mail, Order, OrderedDevice, OrderLine
from leasing.orders.services.orders import (
    LineWish,
    cancel_line,
    place_order,
    refresh_line,
    save_draft,
    submit_order,
)
from tests import builders as make

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def order(*wishes, token=None, **facts):
    return place_order(
        token=token or uuid4(), lines=wishes, actor=None, today=TODAY, now=NOW, **facts
    )


def wish(employee=None, **fields):
    fields.setdefault("model", make.priced())
    fields.setdefault("unit", employee.unit if employee else make.unit())
    return LineWish(employee=employee, **fields)


@pytest.fixture
def anna():
    return make.employee("anbe", "Anna Berg")


@pytest.fixture
def annas_pc(anna):
    return make.lease("PF000001", unit=anna.unit, employee=anna).device


def only_line():
    return OrderLine.objects.get()


def test_a_first_pc_is_approved_at_once(anna):
    placed = order(wish(anna), requester_mail="lone@example.dk", reference="Mail fra Lone")

    assert only_line().status == "approved"
    assert only_line().unit == anna.unit
    assert placed.number == f"B{placed.pk}"
    assert Mail.objects.get().subject == f"Bestilling {placed.number}: godkendt"


def test_the_same_form_twice_is_one_order(anna):
    token = uuid4()
    first, again = order(wish(anna), token=token), order(wish(anna), token=token)

    assert first == again
    assert Order.objects.count() == OrderLine.objects.count() == 1


def test_a_second_pc_is_refused_with_the_two_ways_out(anna, annas_pc):
    with pytest.raises(Refused) as refused:
        order(wish(anna))

    assert "T14 PF000001" in str(refused.value)
    assert "Vælg den pc, der erstattes, eller bed lederen om dispensation." in str(refused.value)
    assert not Order.objects.exists()


def test_an_open_line_counts_like_a_pc(anna):
    order(wish(anna))
    with pytest.raises(Refused, match="på bestilling B"):
        order(wish(anna))


def test_two_lines_of_one_order_count_for_each_other(anna):
    with pytest.raises(Refused, match="Linje 2: "):
        order(wish(anna), wish(anna))
    assert not OrderLine.objects.exists()


def test_a_screen_does_not_count(anna, annas_pc):
    order(wish(anna, model=make.priced("Skærm 27", "skærm", is_pc=False)))
    assert only_line().status == "approved"


def test_a_replacement_of_the_persons_own_pc_passes_once(anna, annas_pc):
    order(wish(anna, replaces=annas_pc))
    assert (only_line().status, only_line().reason) == ("approved", "replacement")

    with pytest.raises(Refused, match="erstattes allerede på bestilling B"):
        order(wish(anna, replaces=annas_pc))


def test_a_replacement_names_a_pc_that_the_person_has(anna):
    other = make.lease("PF000002", unit=anna.unit).device
    with pytest.raises(Refused, match="er ikke hos Anna Berg"):
        order(wish(anna, replaces=other))
    with pytest.raises(Refused, match="Vælg det udstyr, der erstattes"):
        order(wish(anna, reason="replacement"))


def test_an_exception_waits_for_the_head(anna, annas_pc):
    order(
        wish(anna, exception_reason="To arbejdssteder", exception_ends_before=date(2027, 6, 1)),
        requester_mail="lone@example.dk",
    )

    approval = Approval.objects.get()
    assert only_line().status == "awaiting"
    assert (approval.line, approval.employee, approval.decision) == (only_line(), anna, "")
    assert approval.ends_before == date(2027, 6, 1)
    assert Mail.objects.get(recipients="lone@example.dk").subject.endswith("afventer godkendelse")


def test_an_exception_needs_an_end_after_today(anna, annas_pc):
    with pytest.raises(Refused, match="hvornår dispensationen udløber"):
        order(wish(anna, exception_reason="To arbejdssteder"))
    with pytest.raises(Refused, match="udløbe efter i dag"):
        order(wish(anna, exception_reason="To steder", exception_ends_before=TODAY))


def test_an_exception_that_is_not_needed_is_not_thrown_away_in_silence(anna):
    wanted = wish(anna, exception_reason="To steder", exception_ends_before=date(2027, 6, 1))
    with pytest.raises(Refused, match="Slet begrundelsen"):
        order(wanted)
    assert not Approval.objects.exists()


def test_an_order_says_why_by_what_is_known(anna, annas_pc):
    screen = make.priced("Skærm 27", "skærm", is_pc=False)
    until = date(2027, 6, 1)
    coming = make.employee("", "Karen Ny", unit=anna.unit)
    order(wish(anna, exception_reason="To steder", exception_ends_before=until))
    order(wish(anna, model=screen))
    order(wish(anna, model=screen))
    order(wish(coming))
    order(wish(make.employee("bolu", "Bo Lund")))
    order(wish(model=screen))
    said = [line.get_reason_display() for line in OrderLine.objects.order_by("pk")]
    assert said == [
        "Dispensation",
        "Har ingen i forvejen",
        "Ekstra",
        "Ny medarbejder",
        "Har ingen i forvejen",
        "Delt",
    ]


def test_an_exception_asked_for_beside_is_the_reason_too(anna, annas_pc, cast):
    make.approval(anna, decision="granted", decided_at=NOW, decided_by=cast.head)
    order(wish(anna))
    assert only_line().get_reason_display() == "Dispensation"


def test_a_screen_replaces_a_screen_and_never_a_pc(anna, annas_pc):
    screen = make.priced("Skærm 27", "skærm", is_pc=False)
    old = make.lease("SK000001", unit=anna.unit, employee=anna, model=screen).device
    with pytest.raises(Refused, match="PF000001 er T14 og kan ikke erstattes af Skærm 27"):
        order(wish(anna, model=screen, replaces=annas_pc))
    with pytest.raises(Refused, match="Linje 2: PF000001 erstattes allerede"):
        order(wish(anna, replaces=annas_pc), wish(anna, replaces=annas_pc))
    order(wish(anna, replaces=annas_pc), wish(anna, model=screen, replaces=old))
    assert OrderLine.objects.filter(reason="replacement").count() == 2


def test_only_what_has_a_price_can_be_ordered(anna):
    later = make.model("T16")
    make.price(later, starts_on=date(2027, 1, 1))
    with pytest.raises(Refused, match="T16 har først en pris fra 01-01-2027"):
        order(wish(anna, model=later))
    with pytest.raises(Refused, match="T99 har ingen pris på prislisten"):
        order(wish(anna, model=make.model("T99")))
    draft(wish(anna, model=later))
    # On the shelf it has the price of its own lease.
    order(wish(anna, stock_device=make.lease("PF000009", model=later).device))
    order(wish(model=later), wanted_on=date(2027, 1, 1))


def test_a_draft_keeps_the_reason_for_an_exception(anna, annas_pc):
    kept = draft(wish(anna, exception_reason="To steder", exception_ends_before=date(2027, 6, 1)))
    assert kept.lines.get().exception_reason == "To steder"
    submit_order(order_id=kept.pk, actor=None, today=TODAY, now=NOW)
    assert (only_line().status, only_line().exception_reason) == ("awaiting", "")
    assert Approval.objects.get().reason == "To steder"


def test_a_class_set_is_for_a_unit_without_a_person():
    order(wish(quantity=28, used_for="Klassesæt 7.B", reason="shared"))
    assert (only_line().quantity, only_line().status) == (28, "approved")


def test_a_person_gets_one_at_a_time(anna):
    with pytest.raises(Refused, match="kan få én ad gangen"):
        order(wish(anna, quantity=2))


def test_who_has_left_gets_nothing():
    gone = make.employee("gone", "Gorm Væk", left_on=TODAY)
    with pytest.raises(Refused, match="er fratrådt den 23-11-2026"):
        order(wish(gone))


def test_the_shelf_comes_first(anna):
    shelved = make.lease("PF000009").device
    with pytest.raises(Refused, match=r"Der står en T14 \(PF000009\) på lageret"):
        order(wish(anna))

    order(wish(anna, past_stock_because="Skal have 5G"))
    assert only_line().past_stock_because == "Skal have 5G"

    cancel_line(line_id=only_line().pk, reason="Fortrudt", actor=None, now=NOW)
    order(wish(anna, stock_device=shelved))
    line = OrderLine.objects.latest("id")
    assert line.status == "delivered"
    assert list(line.devices.values_list("device", "is_from_stock")) == [(shelved.pk, True)]


def test_what_is_set_aside_is_not_on_the_shelf(anna):
    shelved = make.lease("PF000009").device
    order(wish(anna, stock_device=shelved))
    bo = make.employee("bo", "Bo Lund")

    with pytest.raises(Refused, match="står ikke længere frit"):
        order(wish(bo, stock_device=shelved))
    order(wish(bo))  # nothing else is there, so nothing need be said


@pytest.mark.parametrize(
    "fields",
    [{"stops_on": date(2026, 3, 1)}, {"starts_on": date(2023, 1, 1)}],
    ids=["stopped", "about to end"],
)
def test_what_will_soon_be_returned_is_not_offered(anna, fields):
    make.lease("PF000009", **fields)
    order(wish(anna))
    assert only_line().status == "approved"


def test_another_model_of_the_kind_is_offered_after_the_model_itself(anna):
    make.lease("PF000008", model=make.priced("T16"))
    with pytest.raises(Refused, match=r"T16 \(PF000008\)"):
        order(wish(anna))
    make.lease("PF000009")
    with pytest.raises(Refused, match=r"T14 \(PF000009\)"):
        order(wish(anna))


def test_a_device_from_the_shelf_decides_the_model(anna):
    shelved = make.lease("PF000008", model=make.priced("T16")).device
    order(wish(anna, stock_device=shelved))
    assert only_line().model.name == "T16"


def test_an_order_without_lines_is_refused():
    with pytest.raises(Refused, match="Bestillingen er tom"):
        order()


def test_every_line_tells_what_is_wrong(anna, annas_pc):
    gone = make.employee("gone", "Gorm Væk", left_on=TODAY)
    with pytest.raises(Refused) as refused:
        order(wish(anna), wish(gone))
    assert [reason[:8] for reason in refused.value.reasons] == ["Linje 1:", "Linje 2:"]


# --- drafts


def draft(*wishes, token=None, **facts):
    return save_draft(token=token or uuid4(), lines=wishes, actor=None, now=NOW, **facts)


def test_a_draft_counts_for_nobody_until_it_is_placed(anna):
    kept = draft(wish(anna))
    order(wish(anna))
    with pytest.raises(Refused):
        submit_order(order_id=kept.pk, actor=None, today=TODAY, now=NOW)
    assert kept.lines.get().status == "draft"


def test_a_draft_is_saved_again_and_placed(anna):
    token = uuid4()
    draft(wish(anna), wish(used_for="Kantinen"), token=token)
    kept = draft(wish(anna), token=token, note="Haster")
    assert kept.lines.count() == 1

    submit_order(order_id=kept.pk, actor=None, today=TODAY, now=NOW)
    assert Order.objects.get().note == "Haster"
    assert only_line().status == "approved"
    with pytest.raises(Refused, match="allerede afgivet"):
        draft(wish(anna), token=token)


# --- the end of a line, and its status


def test_cancelling_frees_what_was_set_aside_and_the_person(anna):
    shelved = make.lease("PF000009").device
    order(wish(anna, stock_device=shelved), requester_mail="lone@example.dk")
    line = cancel_line(line_id=only_line().pk, reason="Ansat et andet sted", actor=None, now=NOW)

    assert (line.status, line.closed_because) == ("cancelled", "Ansat et andet sted")
    assert not OrderedDevice.objects.exists()
    assert Mail.objects.count() == 2
    order(wish(anna, stock_device=shelved))


def test_cancelling_twice_is_once(anna):
    order(wish(anna), requester_mail="lone@example.dk")
    for _ in range(2):
        cancel_line(line_id=only_line().pk, reason="Fortrudt", actor=None, now=NOW)
    assert Mail.objects.count() == 2
    assert only_line().closed_because == "Fortrudt"


def test_after_cancelling_the_head_is_asked_no_more(anna, annas_pc):
    order(wish(anna, exception_reason="To steder", exception_ends_before=date(2027, 6, 1)))
    assert awaiting_answer(Approval.objects.all()).exists()
    cancel_line(line_id=only_line().pk, reason="Fortrudt", actor=None, now=NOW)
    assert not awaiting_answer(Approval.objects.all()).exists()


def test_cancelling_says_why(anna):
    order(wish(anna))
    with pytest.raises(Refused, match="hvorfor linjen annulleres"):
        cancel_line(line_id=only_line().pk, reason=" ", actor=None, now=NOW)


def fulfil(line, serial_number, handed_out_on=None):
    device = make.lease(serial_number).device
    OrderedDevice.objects.create(
        line=line, device=device, delivered_on=TODAY, handed_out_on=handed_out_on
    )


def test_a_line_goes_with_its_devices():
    order(wish(quantity=2, used_for="Kantinen"))
    line = only_line()
    seen = []
    for serial_number in ("PF000001", "PF000002"):
        fulfil(line, serial_number)
        seen.append(refresh_line(line, actor=None).status)
    line.devices.update(handed_out_on=TODAY)
    seen.append(refresh_line(line, actor=None).status)
    assert seen == ["partly", "delivered", "handed_out"]


def test_the_rest_of_a_line_is_cancelled_and_what_is_handed_out_stays():
    order(wish(quantity=3, used_for="Kantinen"))
    line = only_line()
    fulfil(line, "PF000001", TODAY)
    fulfil(line, "PF000002")
    cancel_line(line_id=line.pk, reason="Nok med én", actor=None, now=NOW)

    line.refresh_from_db()
    assert (line.status, line.quantity, line.devices.count()) == ("handed_out", 1, 1)
    with pytest.raises(Refused, match="kan ikke annulleres"):
        cancel_line(line_id=line.pk, reason="Igen", actor=None, now=NOW)


def test_the_history_says_who_placed_and_cancelled(anna, cast):
    from auditlog.models import LogEntry

    placed = place_order(
        token=uuid4(), lines=[wish(anna)], actor=cast.helpdesk, today=TODAY, now=NOW
    )
    cancel_line(line_id=only_line().pk, reason="Fortrudt", actor=cast.helpdesk, now=NOW)
    entries = LogEntry.objects.get_for_object(only_line())
    assert [(e.action, e.actor) for e in entries.order_by("id")] == [
        (LogEntry.Action.CREATE, cast.helpdesk),
        (LogEntry.Action.UPDATE, cast.helpdesk),
    ]
    assert LogEntry.objects.get_for_object(placed).get().actor == cast.helpdesk


def test_a_kind_that_is_no_pc_does_not_come_under_the_rule(anna, annas_pc):
    tablets = Category.objects.create(name="tablet")
    tablet = DeviceModel.objects.create(name="Tab", category=tablets)
    make.price(tablet)
    order(wish(anna, model=tablet))
    assert only_line().status == "approved"


def test_a_reason_is_kept_whole_or_refused(db, cast):
    """It was cut at 200 signs, without a word to who wrote it or who read it."""
    line = make.order_line(make.unit())
    for length, is_kept in ((301, False), (300, True)):
        reason = "x" * length
        if is_kept:
            cancel_line(line_id=line.pk, reason=reason, actor=cast.helpdesk, now=NOW)
        else:
            with pytest.raises(Refused, match="højst være 300 tegn"):
                cancel_line(line_id=line.pk, reason=reason, actor=cast.helpdesk, now=NOW)
    assert only_line().closed_because == "x" * 300
