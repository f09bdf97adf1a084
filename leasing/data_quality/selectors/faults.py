"""The standing rules of data quality: each with its count, its kroner and what mends it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.contrib.auth.models import User
from django.db.models import QuerySet

from albertslund_it.common.permissions import SEE_LAST_SEEN, VIEW_EMPLOYEE
from albertslund_it.web.rows import among
from inventory.models import Unit
from inventory.organisation.selectors.scope import (
    devices_seen_by,
    employees_seen_by,
    sees_all,
    units_seen_by,
)
from inventory.placements.selectors import placements_in_force
from leasing.approvals.selectors.one_pc import counted_placements
from leasing.billing.selectors.quarter_costs import quarter_costs
from leasing.data_quality.selectors import sets

MOST = 5


class Of(Enum):
    """What a rule finds: leased devices, devices whether leased or not, people, or units."""

    LEASED = "leased"
    DEVICES = "devices"
    PEOPLE = "people"
    UNITS = "units"


@dataclass(frozen=True, slots=True)
class Rule:
    """A standing rule: `find` gives what breaks it on a day, `mend` says what to do about it."""

    key: str
    title: str
    mend: str
    of: Of
    find: Callable[[date], QuerySet]
    needs: str = ""
    is_late: bool = False


RULES = (
    Rule(
        "overdue",
        "Skulle have været afleveret",
        "Ryk for dem, og tag dem tilbage. Det er udlån, erstattede pc'er og dem, du har bedt om.",
        Of.DEVICES,
        sets.overdue_returns,
        is_late=True,
    ),
    Rule(
        "leavers",
        "Hos medarbejdere, der er fratrådt",
        "Tag dem tilbage, eller flyt dem. Enheden betaler imens.",
        Of.LEASED,
        sets.held_by_leavers,
        is_late=True,
    ),
    Rule(
        "coming",
        "Kommende medarbejdere, der skulle være begyndt",
        "Skriv initialerne, eller saml dem med den rigtige medarbejder.",
        Of.PEOPLE,
        sets.coming_too_long,
        VIEW_EMPLOYEE,
        is_late=True,
    ),
    Rule(
        "several",
        "Medarbejdere med mere end én pc",
        "Tag den ene tilbage, eller bed lederen om dispensation.",
        Of.PEOPLE,
        sets.with_too_many,
        VIEW_EMPLOYEE,
    ),
    Rule(
        "moved",
        "Hos medarbejdere, der har skiftet enhed",
        "Flyt dem fra dagen for skiftet, eller bed om dem tilbage. Den gamle enhed betaler imens.",
        Of.LEASED,
        sets.with_changed_unit,
    ),
    Rule(
        "stock",
        f"På lager i over {sets.STOCK_DAYS} dage",
        "Udlever dem, eller send dem tilbage. Fælles IT betaler imens.",
        Of.LEASED,
        sets.long_in_stock,
    ),
    Rule(
        "unused",
        "Leaset, men ikke i brug",
        f"Ikke set i {sets.UNSEEN_DAYS} dage. Spørg enheden, om de kan undværes.",
        Of.LEASED,
        sets.leased_but_unused,
        SEE_LAST_SEEN,
    ),
    Rule(
        "nobody",
        "Pc'er uden medarbejder og uden Bruges til",
        "Find ud af, hvem der har dem, eller skriv, hvad de bruges til.",
        Of.LEASED,
        sets.without_user,
    ),
    Rule(
        "unpriced",
        "Leaset uden pris",
        "Indlæs prisen. Indtil da bliver de ikke opkrævet.",
        Of.DEVICES,
        sets.unpriced,
    ),
    Rule(
        "coding",
        "Enheder med udstyr, men uden fuld kontering",
        "Skriv artskonto og kostbærer. Ellers kan kvartalet ikke bogføres.",
        Of.UNITS,
        sets.without_coding,
    ),
    Rule(
        "exceptions",
        f"Dispensationer, der udløber inden {sets.SOON_DAYS} dage",
        "Tag den ekstra pc tilbage, eller bed lederen om at forlænge.",
        Of.PEOPLE,
        sets.with_ending_exception,
        VIEW_EMPLOYEE,
    ),
)
BY_KEY = {rule.key: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: how many, and what they cost in the quarter; `units` of a unit rule."""

    rule: Rule
    count: int
    quarter_ore: int
    units: tuple[Unit, ...] = ()


def rules_for(user: User) -> list[Rule]:
    """Return the rules that a user may know the count of."""
    return [rule for rule in RULES if not rule.needs or user.has_perm(rule.needs)]


def faults_for(user: User, today: date) -> list[Fault]:
    """Look every rule over, within what the user sees; late ones first, then the dearest.

    The number of queries is that of the rules, whatever they find.
    """
    return sorted(
        _Looking(user, today).faults(),
        key=lambda fault: (not (fault.count and fault.rule.is_late), -fault.quarter_ore),
    )


def costly_faults(user: User, today: date) -> list[Fault]:
    """Return every fault that is late, then the dearest of the others; five, or all the late."""
    found = [fault for fault in faults_for(user, today) if fault.count]
    late = [fault for fault in found if fault.rule.is_late]
    others = [fault for fault in found if not fault.rule.is_late and fault.quarter_ore]
    return late + others[: max(0, MOST - len(late))]


class _Looking:
    """One look at all rules: what they find first, then the costs of it all at once."""

    def __init__(self, user: User, today: date):
        self.today = today
        self.rules = rules_for(user)
        self.scope = None
        if not sees_all(user):
            self.scope = {
                Of.PEOPLE: employees_seen_by(user, today),
                Of.UNITS: units_seen_by(user, today),
                Of.DEVICES: devices_seen_by(user, today),
                Of.LEASED: devices_seen_by(user, today),
            }

    def faults(self) -> Iterable[Fault]:
        found = {rule.key: list(self._found(rule)) for rule in self.rules}
        devices = {rule.key: self._devices(rule, found[rule.key]) for rule in self.rules}
        costs = quarter_costs({pk for ids in devices.values() for pk in ids}, self.today)
        for rule in self.rules:
            rows, ids = found[rule.key], devices[rule.key]
            if rule.of is Of.LEASED:
                rows = [pk for pk in ids if pk in costs]
            yield Fault(
                rule,
                len(rows),
                sum(costs.get(pk, 0) for pk in ids),
                tuple(rows) if rule.of is Of.UNITS else (),
            )

    def _found(self, rule: Rule):
        found = rule.find(self.today)
        if self.scope is not None:
            found = found.filter(pk__in=self.scope[rule.of].values("pk"))
        if rule.of is Of.UNITS:
            return found
        return found.order_by().values_list("pk", flat=True)

    def _devices(self, rule: Rule, found: list) -> list[int]:
        if rule.of is Of.PEOPLE:
            if not found:
                return []
            held = counted_placements(self.today).filter(employee__in=among(found, int))
        elif rule.of is Of.UNITS:
            if not found:
                return []
            units = [unit.pk for unit in found]
            held = placements_in_force(self.today).filter(unit__in=among(units, int))
        else:
            return found
        return list(held.order_by().values_list("device", flat=True))
