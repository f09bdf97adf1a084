"""What mends a fault, from its row: a label and the page that does it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    OBJECT_TO_DEVICE,
    REGISTER_DELIVERIES,
    VIEW_EMPLOYEE,
)
from albertslund_it.web.query import returning_to
from inventory.people.selectors.doubles import Likeness
from leasing.data_quality.presenters.words import WORDS
from leasing.data_quality.selectors.fault_rows import Fault
from leasing.data_quality.selectors.rule import Of
from leasing.data_quality.selectors.rules import HeldPcs
from leasing.data_quality.selectors.source_rules import LooksLike, SeenOnly
from leasing.stocktake.presenters import TOLD
from leasing.stocktake.selectors.faults import SaidOtherwise


@dataclass(frozen=True, slots=True)
class Action:
    """What mends a fault: a label, who may, and the page; the first that one may is offered."""

    label: str
    needs: str
    url: Callable[[Fault], str]
    moving: str = ""  # the page that does it to several devices at once


def _moving(label: str, name: str) -> Action:
    return Action(label, HANDLE_ORDERS, _move(name), name)


def _move(name: str) -> Callable[[Fault], str]:
    return lambda fault: f"{reverse(name)}?{urlencode({'serienumre': fault.name})}"


def _page(name: str) -> Callable[[Fault], str]:
    return lambda fault: reverse(name, args=[fault.id])


def _returning(fault: Fault) -> str:
    """Return the page of the departure, with what it most likely is."""
    return f"{reverse('departure', args=[fault.id])}?{urlencode({'hvordan': 'returned'})}"


def _charge(fault: Fault) -> str:
    """Return the page on which a device is charged to who had it."""
    return f"{reverse('charge-new')}?{urlencode({'udstyr': fault.id})}"


def _import(kind: str) -> Callable[[Fault], str]:
    return lambda _: reverse("import-kind", args=[kind])


def _seen_only(fault: Fault) -> str:
    """Return the page on which what the MDM alone has is registered."""
    if not isinstance(fault.told, SeenOnly):
        return reverse("import-kind", args=["devices"])
    return reverse("source-add-device", args=[fault.told.id])


def _with_their_number(fault: Fault) -> str:
    """Return the page on which a number is corrected, with what the lessor writes."""
    return f"{reverse('swap', args=[fault.id])}?{urlencode({'nyt': str(fault.told)})}"


def _with_its_person(fault: Fault) -> str:
    """Return the transfer to the unit where the person works now."""
    asked = {"serienumre": fault.name, "initialer": fault.initials}
    if fault.person_unit:
        asked["enhed"] = str(fault.person_unit)
    return f"{reverse('transfer')}?{urlencode(asked)}"


def _spare(name: str) -> Callable[[Fault], str]:
    """Return what moves the pc that a person can spare; nothing does of who has but one."""

    def url(fault: Fault) -> str:
        if not (isinstance(fault.told, HeldPcs) and fault.told.spare):
            return ""
        return f"{reverse(name)}?{urlencode({'serienumre': fault.told.spare})}"

    return url


def _exception(fault: Fault) -> str:
    """Return the page on which the head is asked for an exception."""
    return f"{reverse('approval-new')}?{urlencode({'medarbejder': fault.id})}"


def _merging(fault: Fault) -> str:
    """Return the page on which two people become one."""
    other = fault.told
    if not isinstance(other, LooksLike):
        return reverse("employee-detail", args=[fault.id])
    return reverse("employee-merge", args=[other.id, fault.id])


TAKE_BACK = _moving("Tag tilbage", "take-back")
MOVE = _moving("Flyt", "transfer")
PACK = Action("Pak i et it-bur", HANDLE_ORDERS, lambda _: reverse("cage-list"))
CHARGE = Action("Skriv et engangsbeløb", MANAGE_AMOUNTS, _charge)
LOST = Action("Meld tab", HANDLE_ORDERS, _page("loss"))
PERSON = Action("Se medarbejderen", VIEW_EMPLOYEE, _page("employee-detail"))
SPARE = (
    Action("Tag den ene tilbage", HANDLE_ORDERS, _spare("take-back")),
    Action("Giv den ene til en anden", HANDLE_ORDERS, _spare("transfer")),
    Action("Bed om dispensation", HANDLE_ORDERS, _exception),
    PERSON,
)
DEPARTURE = Action("Ud af registeret", HANDLE_ORDERS, _page("departure"))
RETURN = Action("Ud af registeret", HANDLE_ORDERS, _returning)
# What a leader can do of a device that the department pays.
NOT_OURS = Action("Ikke vores", OBJECT_TO_DEVICE, _page("objection-new"))

ACTIONS: dict[str, tuple[Action, ...]] = {
    "overdue": (TAKE_BACK,),
    "unreturned": (PACK, CHARGE, LOST),
    "unreceived": (RETURN,),
    "leavers": (TAKE_BACK, MOVE, NOT_OURS),
    "stocktake": (MOVE, TAKE_BACK, LOST, NOT_OURS),
    "ended": (TAKE_BACK, RETURN, NOT_OURS),
    "moved": (
        Action("Flyt med", HANDLE_ORDERS, _with_its_person, "transfer"),
        TAKE_BACK,
        NOT_OURS,
    ),
    "stock": (_moving("Udlever", "hand-out"), DEPARTURE),
    "unused": (TAKE_BACK,),
    "never_seen": (TAKE_BACK,),
    "nobody": (_moving("Skriv, hvem der har den", "transfer"), NOT_OURS),
    "unpriced": (Action("Indlæs prisen", MANAGE_AMOUNTS, _import("prices")),),
    "price": (Action("Ret leasingen", REGISTER_DELIVERIES, _page("lease-correct")),),
    "closed": (Action("Ret enheden", HANDLE_ORDERS, _page("employee-edit")), PERSON),
    "coming": (
        Action("Skriv initialer", HANDLE_ORDERS, _page("employee-edit")),
        Action("Saml med en anden", HANDLE_ORDERS, _page("employee-merge-with")),
        PERSON,
    ),
    "several": SPARE,
    "exceptions": SPARE,
    "mistyped": (Action("Ret serienummeret", HANDLE_ORDERS, _with_their_number),),
    "unmanaged": (TAKE_BACK,),
    "unregistered": (Action("Opret", IMPORT_INVENTORY, _seen_only),),
    "doubles": (Action("Saml", HANDLE_ORDERS, _merging),),
    "coding": (Action("Ret kontering", IMPORT_INVENTORY, _page("unit-coding")),),
}


def actions_for(key: str, user: User) -> list[Action]:
    """Return what a user may do about the rows of a rule, the most usual first."""
    return [one for one in ACTIONS[key] if user.has_perm(one.needs)]


def advice_for(key: str, user: User) -> str:
    """Say what a user is to do about what a rule finds: mend it, or tell who does."""
    words = WORDS[key]
    needed = {one.needs for one in ACTIONS[key] if one not in (NOT_OURS, PERSON)}
    mends = any(map(user.has_perm, needed or {HANDLE_ORDERS}))
    return words.advice if mends or not words.of_others else words.of_others


def moves_of(actions: Collection[Action]) -> list[tuple[str, str]]:
    """Return (label, address) of what can be done to several devices at once."""
    return [(one.label, reverse(one.moving)) for one in actions if one.moving]


def links_of(fault: Fault, actions: Collection[Action]) -> Iterator[tuple[str, str]]:
    """Yield (label, address) of what mends a fault, and leads back to the list of it."""
    back = reverse("finding", args=[fault.rule.key])
    for action in actions:
        if url := action.url(fault):
            yield action.label, returning_to(url, back)


def page_of(fault: Fault) -> str:
    """Return the page of what a fault is about."""
    if fault.rule.of is Of.PEOPLE:
        return reverse("employee-detail", args=[fault.id])
    if fault.rule.of is Of.UNITS:
        return reverse("unit-detail", args=[fault.id])
    if fault.rule.of is Of.SEEN:
        return ""
    return reverse("device-detail", args=[fault.id])


def told_of(fault: Fault) -> str:
    """Say what is wrong with a row, where the rule alone does not."""
    told = fault.told
    if fault.rule.key == "unmanaged" and told is None:
        return "Aldrig set"
    if isinstance(told, date):
        return f"{DAYS.get(fault.rule.key, '')} {told:%d-%m-%Y}".strip()
    if isinstance(told, HeldPcs):
        return " og ".join(
            f"{pc.serial_number} ({format_kroner(pc.quarter_ore)})" for pc in told.pcs
        )
    if isinstance(told, SaidOtherwise):
        return TOLD[told.answer]
    if isinstance(told, LooksLike):
        why = " og ".join(ALIKE[one] for one in told.why)
        return f"{why[0].upper()}{why[1:]} som {told.name} ({told.initials or 'kommende'})"
    if isinstance(told, SeenOnly):
        seen = f"sidst set {told.last_seen:%d-%m-%Y}" if told.last_seen else ""
        return ", ".join(part for part in (told.model, told.login, seen) if part)
    if isinstance(told, str):
        return f"Leasinggiver skriver {told}"
    if isinstance(told, tuple):
        has, listed = told
        return (
            f"{format_kroner(has)} pr. kvartal; prislisten har {format_kroner(listed, unit=False)}"
        )
    return ""


ALIKE = {Likeness.MAIL: "samme mail", Likeness.NAME: "samme navn og enhed"}
# What a row's day is, by the rule.
DAYS = {
    "ended": "Slut den",
    "unused": "Sidst set",
    "unmanaged": "Sidst set",
    "never_seen": "Tildelt fra",
}
