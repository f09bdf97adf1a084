"""A lot's plan, made into a roll of the rollout."""

from datetime import date

from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import Check, nothing_to_see
from albertslund_it.web.people import Actor
from inventory.models import Roll
from inventory.rollout.services.rolls import RollFacts, lay_out_roll, lock_rolls
from leasing.replacing.selectors.lots import LotQuestion, lot_plan

NAME_LENGTH = Roll._meta.get_field("name").max_length


@transaction.atomic
def lay_out_lot(
    *, asked: LotQuestion, today: date, actor: Actor, agree: Check = nothing_to_see
) -> Roll:
    """Make a roll of the plan for a lot; again, it is the same roll, and only changes are written.

    Raises:
        Refused: when nothing is to be swapped, or not all of it fits between the days.
    """
    lock_rolls()
    found = lot_plan(asked, today)
    if not found.machines:
        raise Refused("Der er intet at udskifte, så der er ikke lavet noget rul.")
    if found.plan.left:
        raise Refused(
            f"Der er ikke plads til {len(found.plan.left)} udskiftninger i de uger. Tag flere om "
            "ugen, eller giv planen flere uger."
        )
    agree()
    what = "pc'er" if asked.only_pcs else "udstyr"
    of = f", underaftale {asked.sub_agreement}" if asked.sub_agreement else ""
    facts = RollFacts(
        lot=asked.lot,
        name=f"Udløb {asked.quarter.label}{of}"[:NAME_LENGTH],
        criterion=f"Leasede {what}, hvis leasing udløber i {asked.quarter.label}{of}",
        machines=found.machines,
        visits=found.visits,
    )
    return lay_out_roll(facts=facts, today=today, actor=actor)
