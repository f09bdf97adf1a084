"""What goes back, in Danish: a departure and what it does, a cage and what is in it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils.timezone import localtime

from albertslund_it.common.files.workbooks import CellKind, SheetColumn
from albertslund_it.common.money import format_kroner
from inventory.models import Device, Placement
from leasing.lease_end.selectors.departed import CameBack, point_made
from leasing.leases.selectors.leases import Leasing
from leasing.models import Cage
from leasing.movements.presenters import IN_STOCK, SHOWN, where, whole_story
from leasing.movements.selectors.states import DeviceState
from leasing.returns.selectors.cages import CagePage, PackedRow, PackedState, Scanned
from leasing.returns.selectors.proposed import ProposedRow

ONE_DAY = timedelta(days=1)
# (style, words) of what has become of a device on a packing list.
MARKS = {
    PackedState.PLANNED: ("warn", "Ikke pakket"),
    PackedState.PACKED: ("good", "Pakket"),
    PackedState.GONE: ("", "Hentet"),
    PackedState.CONFIRMED: ("good", "Bekræftet"),
    PackedState.UNRECEIVED: ("bad", "Ikke modtaget"),
    PackedState.MISSING: ("bad", "Ikke fundet"),
    PackedState.LOST: ("", "Meldt bortkommet"),
    PackedState.KEPT: ("warn", "Skal ikke returneres"),
    PackedState.CHARGED: ("", "Opkrævet"),
    PackedState.LEFT: ("", "Ude af registeret"),
}
OPEN, COLLECTED, CONFIRMED, FAULTY = "aabne", "hentet", "bekraeftet", "mangler"
STATES = [
    (OPEN, "Åbne"),
    (COLLECTED, "Hentet, ikke bekræftet"),
    (CONFIRMED, "Bekræftet"),
    (FAULTY, "Med fejl"),
]


def cage_mark(cage: Cage) -> tuple[str, str]:
    """Return how far a cage is, as a mark."""
    if cage.confirmed_on:
        return "good", "Bekræftet"
    return ("", "Hentet") if cage.gone_on else ("warn", "Åbent")


def wiped_in_words(row: PackedRow) -> str:
    """Return whether what is packed is wiped."""
    return row.packed.get_wiped_display() if row.packed.packed_at else ""


def place_of(row: PackedRow | ProposedRow, *, with_people: bool) -> str:
    """Return where a device is, or was when its cage was collected."""
    placement = row.placement
    if placement is None or placement.unit is None or with_people:
        return where(placement)
    return placement.unit.name


def last_day(ends_before: date | None) -> date | None:
    """Return the last day of a lease."""
    return ends_before and ends_before - ONE_DAY


def rows_of_collection(page: CagePage) -> Iterator[tuple[str, str]]:
    """Yield what collecting a cage does, for whoever agrees to it."""
    for row in page.packed:
        yield str(row.device), f"ud af registeret, {wiped_in_words(row).lower() or 'ukendt'}"
    for row in page.planned:
        yield str(row.device), "ikke pakket: bliver en fejl, til den er fundet eller afgjort"
    for row in page.falling_off:
        yield str(row.device), "skal ikke returneres mere: tages af listen"


def scan_told(scanned: Scanned) -> list[str]:
    """Say what a scan packed, and what was packed before."""
    told = []
    if scanned.packed:
        told.append(f"Pakket: {_some(scanned.packed)}.")
    if scanned.again:
        told.append(f"Var pakket i forvejen: {_some(scanned.again)}.")
    return told


def _some(devices: Sequence[Device]) -> str:
    if len(devices) > SHOWN:
        return f"{len(devices)} stk."
    return ", ".join(str(device) for device in devices)


def packing_columns() -> tuple[SheetColumn, ...]:
    """Return the columns of a packing list as a sheet."""
    return (
        SheetColumn("Serienummer", CellKind.CODE),
        SheetColumn("Model"),
        SheetColumn("Står hos"),
        SheetColumn("Udløb", CellKind.DATE),
        SheetColumn("Status", CellKind.TEXT, 18),
        SheetColumn("Slettet", CellKind.TEXT, 14),
        SheetColumn("Pakket", CellKind.DATE),
        SheetColumn("Bekræftet", CellKind.DATE),
        SheetColumn("Pr. kvartal", CellKind.AMOUNT, is_summed=True),
    )


def packing_rows(page: CagePage, *, with_people: bool) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a packing list as a sheet takes them."""
    for row in page.rows:
        packed = row.packed
        yield (
            row.device.serial_number,
            row.device.model.name,
            place_of(row, with_people=with_people),
            last_day(row.ends_before),
            MARKS[row.standing][1],
            wiped_in_words(row),
            packed.packed_at and localtime(packed.packed_at).date(),
            packed.confirmed_on,
            row.quarter_ore,
        )


def stands_before_departure(
    state: DeviceState, leasing: Leasing | None
) -> Iterator[tuple[str, str]]:
    """Yield what is ended by a departure, for whoever agrees to it: who has it, and its lease."""
    yield str(state.device), whole_story(state)
    if leasing:
        yield "Leasingen løber til", f"{leasing.last_day:%d-%m-%Y}"
        yield "Restforpligtelse", format_kroner(leasing.remaining_ore)
    else:
        yield "Leasing", "ingen"


def back_told(back: Sequence[CameBack]) -> str:
    """Say what is in the register again since its cage was not collected, and where."""
    placed = sum(one.is_placed for one in back)
    told = f"Buret er åbent igen. {len(back)} stk. er i registeret igen"
    if placed == len(back):
        return f"{told} hos dem, der havde dem."
    stock = len(back) - placed
    return f"{told}: {placed} stk. er hos dem, der havde dem, og {stock} stk. er på it-lager."


def unit_or_stock(placement: Placement | None) -> str:
    """Return where a device is, without who has it there."""
    return placement.unit.name if placement and placement.unit else IN_STOCK


def who_has_it_again(state: DeviceState) -> str:
    """Say what undoing a departure does to who has the device."""
    departure = state.departure
    if departure is None:
        return "Udstyret er i registeret."
    if point_made(departure, state.timeline):
        before = where(state.on(departure.left_on - ONE_DAY))
        return f"Udstyret er i registeret igen og står, hvor det stod før afgangen: {before}."
    if later := state.after(departure.left_on):
        day, place = f"{later[0].starts_on:%d-%m-%Y}", where(later[0])
        return (
            f"Udstyret er i registeret igen. Det er flyttet igen fra den {day} ({place}), så det "
            f"bliver stående på it-lager fra den {departure.left_on:%d-%m-%Y} og til da."
        )
    return (
        "Udstyret er i registeret igen og står på it-lager. Udlever det bagefter, hvis nogen skal "
        "have det."
    )


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
    point = point_made(departure, state.timeline)
    before = state.on(departure.left_on - ONE_DAY) if point else None
    payer = before.unit.name if before and before.unit else "Fælles IT"
    return (
        f"Afgangen stoppede leasingen fra den {departure.left_on:%d-%m-%Y}. Stoppet fjernes, så "
        f"leasingen løber igen, og {payer} betaler fra den dag."
    )
