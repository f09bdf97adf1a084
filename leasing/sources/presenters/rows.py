"""A row of a list of differences in words: what the register says, and what the source."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.urls import reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.web.query import returning_to
from inventory.models import Device, Employee, SourceKind
from leasing.sources.presenters.actions import MendingAction, actions_on
from leasing.sources.selectors.kinds import DifferenceKind
from leasing.sources.selectors.rows import DifferingRow

ONE_DAY = timedelta(days=1)
STOCK = "It-lager"
NOBODY = "Ingen medarbejder"


@dataclass(frozen=True, slots=True)
class DifferenceShown:
    """A row of a list of differences."""

    name: str
    url: str
    ours: str
    ours_url: str
    theirs: str
    unit: str
    unit_url: str
    row: DifferingRow
    actions: tuple[MendingAction, ...]
    is_others: bool  # there is something to do about it, and not for who reads

    @property
    def quarter_ore(self) -> int | None:
        return self.row.quarter_ore or None

    @property
    def last_seen(self):
        return self.row.seen.last_seen if self.row.seen else _of(self.row.device, "last_seen")


def _of(thing: object, name: str):
    return getattr(thing, name) if thing else None


def difference_shown(kind: DifferenceKind, row: DifferingRow, user: User) -> DifferenceShown:
    """Return a row in words, with what a user may do to mend it, which leads back to the list."""
    actions, back = tuple(actions_on(kind, row)), reverse("source-difference", args=[kind.key])
    own = tuple(
        one._replace(url=returning_to(one.url, back)) for one in actions if user.has_perm(one.needs)
    )
    unit = _of(row.placement, "unit") or _of(row.person, "unit")
    ours, theirs = _said(kind, row)
    return DifferenceShown(
        name=_name(row),
        url=_url(row),
        ours=ours,
        ours_url=f"{reverse('employee-detail', args=[row.person.pk])}#has"
        if row.person and row.held
        else "",
        theirs=theirs,
        unit=unit.name if unit else STOCK if row.device else "",
        unit_url=reverse("unit-detail", args=[unit.pk]) if unit else "",
        row=row,
        actions=own,
        is_others=bool(actions) and not own,
    )


def _name(row: DifferingRow) -> str:
    if row.person:
        return str(row.person)
    if row.account:
        return row.account.name or row.account.login
    return str(row.device or row.seen or row.asset)


def _url(row: DifferingRow) -> str:
    if row.device:
        return reverse("device-detail", args=[row.device.pk])
    return reverse("employee-detail", args=[row.person.pk]) if row.person else ""


def _said(kind: DifferenceKind, row: DifferingRow) -> tuple[str, str]:
    """Return what the register and the source say of a row."""
    if row.device and kind.source == SourceKind.LESSOR:
        return _said_of_lease(kind.key, row)
    if row.device:
        return _said_of_device(kind.key, row, row.device)
    if row.asset:
        expires = f", udløb {row.asset.expires_on:%d-%m-%Y}" if row.asset.expires_on else ""
        return "Findes ikke", f"{row.asset.model_name}{expires}".strip(", ")
    if row.person:
        return _said_of_person(kind.key, row, row.person)
    if row.account:
        where = row.account.department or row.account.office
        used = f"; logger på {', '.join(row.held)}" if row.held else ""
        return "Findes ikke", f"{row.account.login}{', ' if where else ''}{where}{used}"
    seen = row.seen
    used = f", {seen.login}" if seen and seen.login else ""
    return "Findes ikke", f"{seen.name} {seen.model_name}{used}".strip(" ,") if seen else ""


def _said_of_device(key: str, row: DifferingRow, device: Device) -> tuple[str, str]:
    seen, placement = row.seen, row.placement
    holder = _of(placement, "employee") or _of(placement, "used_for") or NOBODY
    holder = str(holder) if placement and placement.unit else STOCK
    user = str(seen.employee or seen.login) if seen and (seen.employee or seen.login) else "Ingen"
    if key in ("anden-bruger", "anden-enhed"):
        unit = seen.employee.unit.name if seen and seen.employee else ""
        return holder, f"{user}{', ' if unit else ''}{unit}"
    if key == "anden-model":
        return device.model.name, seen.model_name if seen else ""
    if key == "lidt-ram":
        return f"{device.model.name}, {device.ram_gb} GB", holder
    if key == "gammel-windows":
        build = f"Windows 10, build {seen.windows_build}" if seen and seen.windows_build else ""
        return f"{device.model.name}, {holder}", build
    if key in ("aldrig-tilmeldt", "ikke-i-intune"):
        return f"{device.model.name}, {holder}", "Findes ikke"
    return f"{device.model.name}, {holder}", user if seen else "Findes ikke"


def _said_of_lease(key: str, row: DifferingRow) -> tuple[str, str]:
    compared = row.compared
    leased, listed = _of(compared, "leased"), _of(compared, "listed")
    if key == "tastefejl":
        return str(row.device), row.their_number
    if key == "anden-ydelse" and leased and listed:
        return _kroner(leased.instalment_ore), _kroner(listed.instalment_ore)
    if key == "andet-udloeb" and leased and listed:
        return _last_day(leased.ends_before), _last_day(listed.ends_before)
    if key == "anden-underaftale" and leased and listed:
        return leased.sub_agreement, listed.sub_agreement
    if key == "leasinggivers-model" and leased and listed:
        return leased.model_name, listed.model_name
    ours = f"Underaftale {leased.sub_agreement}" if leased else "Ingen leasing, der løber"
    return ours, "Står på listen" if listed else "Findes ikke"


def _kroner(ore: int | None) -> str:
    return format_kroner(ore or 0)


def _last_day(ends_before: date | None) -> str:
    return f"{ends_before - ONE_DAY:%d-%m-%Y}" if ends_before else "Ikke oplyst"


def _said_of_person(key: str, row: DifferingRow, person: Employee) -> tuple[str, str]:
    account = row.account
    has = f"{len(row.held)} stk. udstyr" if row.held else "Intet udstyr"
    if key == "bruger-i-anden-enhed":
        return person.unit.name, (account.department or account.office) if account else ""
    if account is None:
        return has, "Findes ikke"
    return has, "Kontoen er lukket"
