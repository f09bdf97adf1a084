"""The words of what is leased and not used: why, what to do, and the line of a leader's list."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import quote, urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from albertslund_it.common.permissions import HANDLE_ORDERS, OBJECT_TO_DEVICE
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.query import returning_to
from leasing.data_quality.selectors.idle import KEYS, Idle, IdleCost
from leasing.data_quality.selectors.rules import rules_for
from leasing.domain.tasks import Task

WHY = {
    "ended": "Leasingen er slut",
    "leavers": "Hos en, der er fratrådt",
    "overdue": "Skulle være afleveret",
    "stock": "Længe på lager",
    "never_seen": "Aldrig set",
    "unused": "Ikke set længe",
    "nobody": "Ingen har den",
}


def reasons_for(user: User) -> list[tuple[str, str]]:
    """Return the reasons that a user may know of, by the rules' keys."""
    known = {rule.key for rule in rules_for(user)}
    return [(key, WHY[key]) for key in KEYS if key in known]


def why_of(row: Idle) -> str:
    """Return why a device is not used."""
    return "; ".join(WHY[key] for key in row.why)


def is_in_stock(row: Idle) -> bool:
    """Return whether a device lies in stock: it can be handed out, and not taken back."""
    return "stock" in row.why


def idle_links(row: Idle, user: User, helpdesk_mail: str) -> Iterator[tuple[str, str]]:
    """Yield (label, address) of what ends it, and leads back to the list of it."""
    back = reverse("idle")
    for label, url in _what_ends(row, user, helpdesk_mail):
        yield label, url if url.startswith("mailto:") else returning_to(url, back)


def _what_ends(row: Idle, user: User, helpdesk_mail: str) -> Iterator[tuple[str, str]]:
    """Yield what gives it to who waits, takes it back, or returns it."""
    given = {"serienumre": row.name}
    if not user.has_perm(HANDLE_ORDERS):
        if user.has_perm(OBJECT_TO_DEVICE):
            not_ours = ("Ikke vores", reverse("objection-new", args=[row.id]))
            links = [not_ours]
            if helpdesk_mail:
                subject = quote(f"Tag {row.name} tilbage")
                asks = (
                    "Bed om at få den taget tilbage",
                    f"mailto:{helpdesk_mail}?subject={subject}",
                )
                # Whose person has left has had it: that it is theirs is not in doubt.
                links = [asks, not_ours] if "leavers" in row.why else [not_ours, asks]
            yield from links
        return
    if row.waiting and row.waiting.awaits:
        yield f"Se {row.waiting.order_number}", reverse("order-detail", args=[row.waiting.order_id])
    elif row.waiting:
        asked = urlencode({**given, "linje": row.waiting.line_id})
        yield f"Giv til {row.waiting.order_number}", f"{reverse('hand-out')}?{asked}"
    elif is_in_stock(row):
        yield "Udlever", f"{reverse('hand-out')}?{urlencode(given)}"
    else:
        yield "Tag tilbage", f"{reverse('take-back')}?{urlencode(given)}"
    if is_in_stock(row) or "ended" in row.why:
        yield "Ud af registeret", f"{reverse('departure', args=[row.id])}?hvordan=returned"


def idle_url(*, department_id: int | None = None, unit_id: int | None = None) -> str:
    """Return the list of what is leased and not used, of a department or a unit."""
    asked = {"afdeling": department_id, "enhed": unit_id}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('idle')}?{query}" if query else reverse("idle")


def idle_tasks(found: IdleCost, today: date) -> Iterator[Task]:
    """Yield what a leader pays for and nobody uses."""
    if found.count:
        yield Task(
            "idle",
            f"{found.count} stk. er leaset, men ikke i brug",
            "Hos fratrådte, ikke afleveret til tiden eller hos ingen. "
            "Sig til it-helpdesk, hvad der skal ske.",
            amount_ore=found.quarter_ore,
            note=f"i hele {Quarter.of(today).label}",
        )
