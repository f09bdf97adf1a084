"""What goes back, in Danish: a departure and what it does, a cage and what is in it."""

from collections.abc import Iterator
from datetime import date, timedelta

from albertslund_it.common.money import format_kroner
from leasing.leases.selectors.leases import Leasing
from leasing.movements.presenters import where, whole_story
from leasing.movements.selectors.states import DeviceState

ONE_DAY = timedelta(days=1)


def stands_before_departure(
    state: DeviceState, leasing: Leasing | None, on: date
) -> Iterator[tuple[str, str]]:
    """Yield what is ended by a departure, for whoever agrees to it: who has it, and its lease."""
    yield str(state.device), whole_story(state)
    yield "Hos", where(state.on(on))
    if leasing:
        yield "Leasingen løber til", f"{leasing.last_day:%d-%m-%Y}"
        yield "Tilbage af leasingen", format_kroner(leasing.remaining_ore)
    else:
        yield "Leasing", "ingen"


def what_coming_back_does(state: DeviceState) -> str:
    """Say what undoing a departure does to the lease."""
    departure, lease = state.departure, state.lease
    if departure is None or lease is None:
        return "Udstyret er ikke leaset, så det koster ikke noget."
    if not departure.stopped_lease:
        return "Leasingen er uændret: afgangen stoppede den ikke."
    if lease.stops_on != departure.left_on:
        return "Leasingens stop er rettet siden, og det bliver stående."
    if departure.former_stop:
        return (
            "Afgangen flyttede leasingens stop. Det bliver igen "
            f"{departure.former_stop:%d-%m-%Y}, som før afgangen."
        )
    return (
        f"Afgangen stoppede leasingen fra den {departure.left_on:%d-%m-%Y}. Stoppet fjernes, så "
        "leasingen løber igen, og Fælles IT betaler fra den dag."
    )
