"""How far somebody is who begins, in Danish: what is there, what is missing, and what does it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from leasing.people.selectors.onboarding import Beginning


@dataclass(frozen=True, slots=True)
class FirstDayStep:
    """A thing that is to be there on the first day; `label` and `url` are what does it."""

    title: str
    note: str
    is_done: bool
    label: str = ""
    url: str = ""


def steps_of(one: Beginning) -> Iterator[FirstDayStep]:
    """Yield what is to be there, in the order in which it comes about."""
    person, line = one.employee, one.lines[0] if one.lines else None
    if one.has_pc:
        yield FirstDayStep("Pc bestilt", "", True)
    elif line:
        status = line.get_status_display().lower()
        yield FirstDayStep(
            "Pc bestilt",
            f"{line} {line.model.name}: {status}",
            not one.waits_for_answer,
            "Se bestillingen",
            reverse("order-detail", args=[line.order_id]),
        )
    else:
        yield FirstDayStep(
            "Pc bestilt", "Der er ingen bestilling endnu", False, "Bestil", order_url(one)
        )
    if one.has_pc:
        yield FirstDayStep("Pc klar på lageret", "", True)
        yield FirstDayStep("Pc udleveret", "", True)
    elif ready := one.ready_line:
        device = ready.devices.all()[0].device
        yield FirstDayStep("Pc klar på lageret", f"{device.model.name} {device}", True)
        asked = urlencode({"linje": ready.pk})
        yield FirstDayStep("Pc udleveret", "", False, "Udlever", f"{reverse('hand-out')}?{asked}")
    else:
        yield FirstDayStep("Pc klar på lageret", "Ikke endnu", False)
        yield FirstDayStep("Pc udleveret", "", False)
    if one.lacks_initials:
        edit = reverse("employee-edit", args=[person.pk])
        yield FirstDayStep(
            "Initialer", "Skriv dem, når de er givet", False, "Skriv initialer", edit
        )
    else:
        yield FirstDayStep("Initialer", person.initials, True)


def order_url(one: Beginning) -> str:
    """Return the order form with the person, for the first day."""
    asked = {"medarbejder": str(one.employee.pk)}
    if one.employee.starts_on and one.employee.starts_on >= one.on:
        asked["senest"] = f"{one.employee.starts_on:%d-%m-%Y}"
    return f"{reverse('order-new')}?{urlencode(asked)}"


def when(one: Beginning) -> str:
    """Return when somebody begins, from today."""
    days = one.days
    if days is None:
        return "Første dag kendes ikke"
    if days > 1:
        return f"Begynder om {days} dage"
    if days >= 0:
        return "Begynder i morgen" if days else "Begynder i dag"
    return f"Begyndte for {-days} dag{'' if days == -1 else 'e'} siden"


def missing(one: Beginning) -> str:
    """Say in a few words what is missing."""
    parts = []
    if not one.is_asked:
        parts.append("ingen bestilling")
    elif one.waits_for_answer:
        parts.append("lederen har ikke svaret")
    elif not one.is_here:
        parts.append("pc'en er ikke kommet")
    elif not one.has_pc:
        parts.append("ikke udleveret")
    if one.lacks_initials:
        parts.append("ingen initialer")
    said = ", ".join(parts) or "intet"
    return said[0].upper() + said[1:]
