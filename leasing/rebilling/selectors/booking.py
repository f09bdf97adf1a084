"""How the amounts of a run are booked: where each unit is posted, and what is missing to do so."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from albertslund_it.common.account_codes import check_account, check_cost_centre, check_psp_element
from inventory.models import Unit
from leasing.models import Booking, Settings


@dataclass(frozen=True, slots=True)
class Coding:
    """Where a unit's amount is posted."""

    ean: str = ""
    account: str = ""
    cost_centre: str = ""
    psp_element: str = ""

    @classmethod
    def of(cls, unit: Unit) -> "Coding":
        """Return the coding that a unit has now."""
        return cls(unit.ean, unit.account, unit.cost_centre, unit.psp_element)

    @property
    def account_fault(self) -> str:
        """Say in Danish why the artskonto cannot be posted to; '' when it can."""
        return _fault_of(check_account, self.account) if self.account else "artskonto mangler"

    @property
    def cost_object_fault(self) -> str:
        """Say the same of the cost object: exactly one of omkostningssted and PSP-element."""
        if self.cost_centre and self.psp_element:
            return "både omkostningssted og PSP-element er udfyldt, kun ét må være det"
        if self.psp_element:
            return _fault_of(check_psp_element, self.psp_element)
        if self.cost_centre:
            return _fault_of(check_cost_centre, self.cost_centre)
        return "omkostningssted eller PSP-element mangler"


@dataclass(frozen=True, slots=True)
class BookingMethod:
    """How the rebilling is booked: the settings of the moment, recorded with each file."""

    booking: str = Booking.MOVE
    sale_account: str = ""
    sale_income_account: str = ""
    splits: bool = False
    holder_cost_centre: str = ""
    holder_psp_element: str = ""

    @classmethod
    def now(cls) -> "BookingMethod":
        """Return what the settings say now."""
        return cls.of(Settings.objects.get(id=1))

    @classmethod
    def of(cls, settings: Settings) -> "BookingMethod":
        """Return what the settings say."""
        return cls(
            settings.booking,
            settings.sale_account,
            settings.sale_income_account,
            settings.splits_cost_objects,
            settings.holder_cost_centre,
            settings.holder_psp_element,
        )

    @property
    def is_sale(self) -> bool:
        return self.booking == Booking.SALE

    def of_unit(self, unit: Coding) -> Coding:
        """Return where a unit is debited: an internal purchase has its own artskonto."""
        return replace(unit, account=self.sale_account) if self.is_sale else unit

    def of_holder(self, holder: Coding, unit: Coding) -> Coding:
        """Return where the cost holder is credited for a unit.

        Its own cost object; where the two kinds may not be mixed, the one of the unit's kind.
        """
        account = self.sale_income_account if self.is_sale else unit.account
        if not self.splits:
            return replace(holder, account=account)
        if unit.psp_element:
            psp = holder.psp_element or self.holder_psp_element
            return replace(holder, account=account, cost_centre="", psp_element=psp)
        centre = holder.cost_centre or self.holder_cost_centre
        return replace(holder, account=account, cost_centre=centre, psp_element="")

    def faults_of(self, unit: Coding) -> list[str]:
        """Say what a unit lacks to be posted to."""
        account_fault = "" if self.is_sale else unit.account_fault
        return [fault for fault in (account_fault, unit.cost_object_fault) if fault]

    def faults_of_settings(self, holder: Coding, units: list[Coding]) -> list[str]:
        """Return which settings are missing to post to these units."""
        faults = []
        if self.is_sale:
            for name, account in (
                ("artskonto for internt køb (9.4)", self.sale_account),
                ("artskonto for internt salg (9.7)", self.sale_income_account),
            ):
                if fault := Coding(account=account).account_fault:
                    faults.append(f"Indstillinger, {name}: {fault}")
        if self.splits:
            sides = {
                "omkostningssted": any(unit.cost_centre for unit in units),
                "PSP-element": any(unit.psp_element for unit in units),
            }
            for kind, is_used in sides.items():
                like = Coding(psp_element="x" if kind == "PSP-element" else "")
                fault = self.of_holder(holder, like).cost_object_fault
                if is_used and fault:
                    faults.append(f"Indstillinger, Fælles IT's {kind} (til to Opus-filer): {fault}")
        return faults


def _fault_of(check: Callable[[str], None], value: str) -> str:
    try:
        check(value)
    except ValueError as error:
        return str(error)
    return ""
