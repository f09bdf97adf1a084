"""What a standing rule of data quality is: what it finds, who may know, and what that costs."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import Enum
from typing import Any

from django.db.models import Model, QuerySet

from albertslund_it.web.database.put_together import put_together_once
from leasing.data_quality.selectors.facts import Facts


class Of(Enum):
    """What a rule finds: leased devices, devices whether leased or not, people, units …"""

    LEASED = "leased"
    DEVICES = "devices"
    PEOPLE = "people"
    UNITS = "units"
    SEEN = "seen"  # what is not in the register, by its serial number


class AmountOf(Enum):
    """What the amount of a rule is."""

    COST = "cost"  # what units pay in the quarter
    INSTALMENT = "instalment"  # what the lessor can bill a quarter
    DIFFERENCE = "difference"  # by how much a quarter is too dear or too cheap


# What a thing is known by: its id, or a serial number that the register does not have.
Id = Any


class Rule:
    """A standing rule. Its words, and what mends its rows, are `WORDS` in the presenters.

    `key` is in addresses and in what is kept; `needs` says who may know what it finds.
    """

    key = ""
    of = Of.LEASED
    needs = ""
    is_late = False
    amount = AmountOf.COST

    def found(self, facts: Facts) -> Collection[Id]:
        """Return the ids of what breaks it."""
        raise NotImplementedError

    def prices(self, facts: Facts, devices: Collection[Id]) -> Mapping[Id, int]:
        """Return what devices cost a quarter, by their ids."""
        return facts.costs

    def told(self, facts: Facts, ids: Collection[Id]) -> Mapping[Id, object]:
        """Return what a row has to say of itself, where it says more than the rule does."""
        return {}


class SetRule(Rule):
    """A rule that one question finds: what is few, and found by an index."""

    def __init__(self, key: str, of: Of, find: Callable[[date], Collection[int]]):
        self.key, self.of, self.find = key, of, find

    def found(self, facts: Facts) -> Collection[int]:
        return self.find(facts.on)


def ids_by(find: Callable[[date], QuerySet[Any]]) -> Callable[[date], list[int]]:
    """Return what finds the ids of a queryset that depends on the day alone, in no order."""
    return put_together_once(lambda on: find(on).order_by().values_list("pk", flat=True))


def pks(rows: QuerySet[Model]) -> list[int]:
    """Return the ids of rows, in no order."""
    return list(rows.order_by().values_list("pk", flat=True))
