"""The helpdesk's queue on the demo's today: one of each kind of case that a page shows."""

from collections.abc import Iterator
from datetime import date, timedelta
from heapq import heapify, heappop, heappush

from django.contrib.auth.models import User

from albertslund_it.demo.fetched import let_mails_come
from albertslund_it.demo.helpdesk import Desk
from albertslund_it.demo.noted import write_notes
from albertslund_it.demo.undoable import lend_two
from inventory.models import Employee
from inventory.people.services.employees import EmployeeFacts, save_employees
from inventory.people.services.people import add_coming, employee_state, save_employee
from leasing.approvals.services.approvals import decide_approval
from leasing.models import Approval, Decision, LossReport, Order, OrderLine
from leasing.movements.services.losses import LossFacts, WantedReplacement, report_loss
from leasing.movements.services.movements import hand_out
from leasing.movements.services.swaps import swap
from leasing.orders.services.orders import LineWish, cancel_line, save_draft
from leasing.people.services.returns import ask_back

Reason = OrderLine.Reason
SCHOOLS, CARE, MONEY = "Dagtilbud & Skole", "Ældre, Sundhed & Social", "Økonomi & Stab"
CHILDREN, TECHNIQUE, CULTURE = "Børn & Familie", "Miljø & Teknik", "Kultur, Fritid & Ejendomme"
WORK = "Borger, Arbejdsmarked & Erhverv"
NOT_THAT = "Dem på lageret er ældre end behovet"
# From then on there are people who have had their pc for long enough.
BEGINS = date(2026, 4, 1)


# A case: what is done step by step; before each step it says how many days ago that was.
Case = Iterator[int]


def fill_queue(desk: Desk) -> None:
    """Let the last weeks pass at the helpdesk, day by day."""
    if desk.today < BEGINS:
        return
    cases = [case(desk) for case in CASES]
    ahead = [(-next(case), number) for number, case in enumerate(cases)]
    heapify(ahead)
    while ahead:
        _, number = heappop(ahead)
        days_ago = next(cases[number], None)
        if days_ago is not None:
            heappush(ahead, (-days_ago, number))


def _for(desk: Desk, person: Employee, model: str, **fields) -> LineWish:
    wish = {"past_stock_because": NOT_THAT, **fields}
    return LineWish(model=desk.models[model], unit=person.unit, employee=person, **wish)


def _replaced(desk: Desk, name: str, department: str, model: str, days_ago: int) -> Case:
    """Hand a new pc out for an old one, which its holder keeps for now."""
    yield days_ago + 12
    person, old = desk.holder(department)
    wish = _for(desk, person, model, replaces=old, reason=Reason.REPLACEMENT)
    order = desk.order(name, days_ago + 12, wish)
    yield days_ago + 11
    number = desk.buy(order, days_ago + 11)
    yield days_ago + 2
    (new,) = desk.receive(number, model, 1, days_ago + 2)
    yield days_ago
    hand_out(
        devices=[new],
        unit=person.unit,
        employee=person,
        starts_on=desk.day(days_ago),
        actor=desk.user,
        now=desk.moment(days_ago, 14),
        replaces=old,
    )


def past_overlap(desk: Desk) -> Case:
    yield from _replaced(desk, "past overlap", TECHNIQUE, "P16v", 24)


def in_overlap(desk: Desk) -> Case:
    yield from _replaced(desk, "in overlap", MONEY, "T16", 5)


def granted(desk: Desk) -> Case:
    reason = "Underviser på to skoler og kan ikke have pc'en med på cykel."
    yield from _asked(desk, "granted", SCHOOLS, "T14 5G", 12, reason)
    yield 10
    _decide(desk, "granted", "leder", 10, "I orden frem til sommer.")
    yield 8
    desk.buy(_order_of("granted"), 8)


def refused(desk: Desk) -> Case:
    reason = "Vil gerne have en pc mere at lade stå derhjemme."
    yield from _asked(desk, "refused", CARE, "T14", 9, reason)
    yield 7
    _decide(desk, "refused", "leder2", 7, "Hjemmearbejde klares med den pc, du har.")


def waits_for_leder(desk: Desk) -> Case:
    reason = "Tester de nye eksamensprogrammer på en særskilt pc."
    yield from _asked(desk, "waits for leder", SCHOOLS, "T14", 1, reason)


def waits_for_leder2(desk: Desk) -> Case:
    reason = "Dækker nattevagten på to plejehjem i vinter."
    yield from _asked(desk, "waits for leder2", CARE, "T14", 5, reason)


def _asked(desk: Desk, name, department, model, days_ago: int, reason: str) -> Case:
    """Order a second pc, for which the head is asked."""
    yield days_ago
    person, _ = desk.holder(department)
    exception = {
        "reason": Reason.EXTRA,
        "exception_reason": reason,
        "exception_ends_before": desk.today + timedelta(days=183),
    }
    desk.order(name, days_ago, _for(desk, person, model, **exception))


def _decide(desk: Desk, name: str, head: str, days_ago: int, reason: str) -> None:
    approval = Approval.objects.get(line__order=_order_of(name))
    decide_approval(
        approval_id=approval.pk,
        decision=Decision.GRANTED if name == "granted" else Decision.REFUSED,
        reason=reason,
        actor=User.objects.get(username=head),
        today=desk.day(days_ago),
        now=desk.moment(days_ago, 15),
    )


def _order_of(name: str) -> Order:
    return Order.objects.get(token=Desk.token(name))


def shared_set(desk: Desk) -> Case:
    """Order a classroom set; two of three have come, and one is handed out."""
    yield 20
    unit = desk.units["3013"]
    wish = LineWish(
        model=desk.models["T14"],
        unit=unit,
        quantity=3,
        used_for="Klassesæt 8.A",
        reason=Reason.SHARED,
        past_stock_because="Klassen skal have ens pc'er",
    )
    order = desk.order("shared", 20, wish)
    yield 19
    number = desk.buy(order, 19)
    yield 6
    first, _ = desk.receive(number, "T14", 2, 6)
    yield 3
    hand_out(
        devices=[first],
        unit=unit,
        used_for="Klassesæt 8.A",
        starts_on=desk.day(3),
        actor=desk.user,
        now=desk.moment(3, 13),
    )


def delivered(desk: Desk) -> Case:
    yield 18
    order = desk.order("delivered", 18, _for(desk, desk.without_pc(WORK), "T14"))
    yield 17
    number = desk.buy(order, 17)
    yield 2
    desk.receive(number, "T14", 1, 2)


def set_aside(desk: Desk) -> Case:
    yield 2
    if device := desk.from_stock():
        person = desk.without_pc(CARE)
        desk.order("from stock", 2, _for(desk, person, "T14", stock_device=device))


def handed_out(desk: Desk) -> Case:
    yield 21
    person = desk.without_pc(TECHNIQUE)
    order = desk.order("handed out", 21, _for(desk, person, "T16"))
    yield 20
    number = desk.buy(order, 20)
    yield 8
    (device,) = desk.receive(number, "T16", 1, 8)
    yield 7
    hand_out(
        devices=[device],
        unit=person.unit,
        employee=person,
        starts_on=desk.day(7),
        actor=desk.user,
        now=desk.moment(7, 10),
    )


def on_the_way(desk: Desk) -> Case:
    yield 7
    wishes = [
        _for(desk, desk.without_pc(CARE), "T14 5G"),
        _for(desk, desk.without_pc(CARE), "T14"),
    ]
    order = desk.order("ordered", 7, *wishes)
    yield 6
    desk.buy(order, 6)


def approved(desk: Desk) -> Case:
    """Leave two to be bought: one for somebody who begins in two weeks, one for a new employee."""
    yield 3
    coming = add_coming(
        name="Ellinor Hasselkrog",
        unit=desk.units["8001"],
        starts_on=desk.today + timedelta(days=14),
        actor=desk.user,
    )
    leader = {
        "requester_name": coming.unit.leader_name,
        "requester_mail": coming.unit.leader_mail,
        "wanted_on": coming.starts_on,
    }
    desk.order("coming", 3, _for(desk, coming, "T16"), **leader)
    yield 1
    desk.order("approved", 1, _for(desk, desk.without_pc(CHILDREN), "T14"))


def cancelled(desk: Desk) -> Case:
    yield 11
    order = desk.order("cancelled", 11, _for(desk, desk.without_pc(CULTURE), "T14"))
    yield 10
    cancel_line(
        line_id=order.lines.get().pk,
        reason="Stillingen er sat i bero, skriver lederen.",
        actor=desk.user,
        now=desk.moment(10),
    )


def draft(desk: Desk) -> Case:
    yield 0
    unit = desk.units["7010"]
    save_draft(
        token=Desk.token("draft"),
        lines=[LineWish(model=desk.models["P16v"], unit=unit, used_for="Tegnestuen")],
        actor=desk.user,
        now=desk.moment(0, 8, 25),
        requester_name=unit.leader_name,
        requester_mail=unit.leader_mail,
        note="Lederen vender tilbage om, hvor mange de skal bruge.",
    )


def fetched(desk: Desk) -> Case:
    yield 0
    let_mails_come(desk, CARE)


def loans(desk: Desk) -> Case:
    for days_ago, step in lend_two(desk, CULTURE, CHILDREN):
        yield days_ago
        step()


def noted(desk: Desk) -> Case:
    yield 0
    write_notes(desk, desk.holder(SCHOOLS))


def changed_unit(desk: Desk) -> Case:
    """Move a person whose pc is left behind, and ask another one's back."""
    yield 2
    person, _ = desk.holder(CHILDREN)
    _move(desk, person, "2012")
    person, device = desk.holder(WORK)
    _move(desk, person, "8001")
    ask_back(
        device=device,
        employee=person,
        due_on=desk.today + timedelta(days=5),
        actor=desk.user,
        today=desk.day(2),
        now=desk.moment(2, 12),
    )


def _move(desk: Desk, person: Employee, number: str) -> None:
    facts = EmployeeFacts(initials=person.initials, name=person.name, unit=number)
    save_employees(rows=[facts], actor=desk.user, today=desk.today)


def in_two_places(desk: Desk) -> Case:
    yield 14
    person, _ = desk.holder(SCHOOLS)
    save_employee(
        employee_id=person.pk,
        initials=person.initials,
        unit=person.unit,
        also_employed_at=[desk.units["6010"]],
        starts_on=person.starts_on,
        left_on=None,
        seen=employee_state(person),
        actor=desk.user,
    )


def twice(desk: Desk) -> Case:
    """Let somebody be in the register twice, with something to come on the row too many."""
    yield 6
    person, _ = desk.holder(CULTURE)
    again = EmployeeFacts(initials=f"{person.initials}2", name=person.name, unit=person.unit.number)
    save_employees(rows=[again], actor=desk.user, today=desk.today)
    row = Employee.objects.select_related("unit").get(initials=again.initials)
    yield 5
    save_draft(
        token=Desk.token("twice"),
        lines=[_for(desk, row, "T14", reason=Reason.FIRST)],
        actor=desk.user,
        now=desk.moment(5),
        requester_name=person.unit.leader_name,
        requester_mail=person.unit.leader_mail,
        note="Er det den samme, som allerede har en pc?",
    )


def stolen(desk: Desk) -> Case:
    """Have a pc stolen yesterday, with another one ordered in the same form."""
    yield 1
    _, device = desk.holder(CARE)
    facts = LossFacts(
        kind=LossReport.Kind.STOLEN,
        discovered_at=desk.moment(1, 7, 40),
        encrypted=LossReport.Encrypted.YES,
        police_number="0700-73112-00418-26",
        note="Taget fra en bil under et hjemmebesøg.",
    )
    instead = WantedReplacement(
        token=Desk.token("stolen"),
        model_id=desk.models["T14 5G"].pk,
        past_stock_because=NOT_THAT,
    )
    report_loss(
        device=device,
        facts=facts,
        actor=desk.user,
        today=desk.day(1),
        now=desk.moment(1, 8, 5),
        replacement=instead,
    )


def swapped(desk: Desk) -> Case:
    yield 8
    _, device = desk.holder(MONEY)
    swap(
        device=device,
        old_number=device.serial_number,
        new_number=desk.new_serial(),
        actor=desk.user,
    )


CASES = (
    past_overlap,
    loans,
    handed_out,
    shared_set,
    delivered,
    set_aside,
    granted,
    refused,
    waits_for_leder2,
    waits_for_leder,
    cancelled,
    on_the_way,
    in_overlap,
    approved,
    changed_unit,
    in_two_places,
    twice,
    swapped,
    stolen,
    draft,
    fetched,
    noted,
)
