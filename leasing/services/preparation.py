"""Four eyes: who looked a run through last, before somebody closes it."""

from datetime import date, datetime

from django.db import transaction

from albertslund_it.common.errors import Refused
from leasing.models import Preparation, Settings
from leasing.selectors.window import Window, window_for


@transaction.atomic
def prepare_quarter(*, code: str, actor_name: str, today: date, now: datetime) -> Preparation:
    """Record that somebody has looked the proposal for '2026Q1' or '2026S' through.

    Raises:
        Refused: when it could not be closed today.
    """
    window = window_for(code, today)
    values = {"prepared_by": actor_name, "prepared_at": now}
    return Preparation.objects.update_or_create(code=window.code, defaults=values)[0]


def refuse_one_pair_of_eyes(window: Window, closed_by: str) -> None:
    """Refuse a closing by who prepared it, or that nobody has, where two people are needed."""
    if not Settings.objects.values_list("needs_two_people", flat=True).get(id=1):
        return
    prepared = Preparation.objects.filter(code=window.code).first()
    if prepared is None:
        raise Refused(
            f"Der skal to personer til at låse, og ingen har forberedt {window.label} endnu. "
            "Den ene gennemgår forslaget og markerer det som forberedt, den anden låser."
        )
    if prepared.prepared_by == closed_by:
        raise Refused(
            f"{closed_by} har selv forberedt {window.label}. Der skal to personer til: "
            "bed en anden om at godkende og låse."
        )
