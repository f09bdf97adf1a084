"""What becomes of a leaver's devices, in Danish."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from albertslund_it.common.days import shown_day
from albertslund_it.web.forms.agreement import HALF
from leasing.billing.presenters.consequences import rows_of_consequence
from leasing.billing.selectors.consequences import Consequence
from leasing.movements.presenters import where, whole_story
from leasing.movements.selectors.states import DeviceState
from leasing.people.selectors.offboarding import Parting, WayOut, holder_after

FATES = [
    (WayOut.RETURN.value, "Afleveres til it-helpdesk"),
    (WayOut.MOVE.value, "Går videre til en anden"),
    (WayOut.STAY.value, "Bliver i enheden uden medarbejder"),
]


def what_becomes(parting: Parting, state: DeviceState, today: date) -> str:
    """Say what becomes of a device."""
    day = f"{parting.on:%d-%m-%Y}"
    if parting.fate is WayOut.RETURN:
        if parting.on > today:
            return f"Skal afleveres senest {day}. Enheden betaler, til den er her."
        return f"Tages tilbage til it-lageret fra {day}."
    return f"{where(holder_after(state, parting))} fra {day}."


def rows_of_partings(
    held: Iterable[DeviceState],
    partings: Sequence[Parting],
    consequence: Consequence | None,
    today: date,
    known_day: date | None,
) -> Iterator[tuple[str, str]]:
    """Yield all that is shown, in rows, for whoever agrees to it.

    `known_day` is another last day that is known already.
    """
    if known_day:
        yield "Sidste dag hidtil", shown_day(known_day)
    states = {state.device.pk: state for state in held}
    if states and not partings:
        yield HALF, "Det ses først, når den sidste dag er skrevet."
    for state in states.values():
        yield str(state.device), whole_story(state)
    for parting in partings:
        told = what_becomes(parting, states[parting.device.pk], today)
        yield f"{parting.device} bagefter", told
    if consequence:
        yield from rows_of_consequence(consequence)
