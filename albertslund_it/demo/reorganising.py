"""A change of the organisation that finance has prepared, and that waits for its day."""

from django.contrib.auth.models import User

from albertslund_it.common.quarters import Quarter
from albertslund_it.demo.helpdesk import Desk
from inventory.models import Department, Unit
from leasing.models import ReorganisationStep
from leasing.reorganisation.services.preparing import (
    StepFacts,
    add_step,
    agree_to_reorganisation,
    save_reorganisation,
)

TITLE = "Børnehuse samles, og Gnisten flytter"
NOTE = "Besluttet i chefforum. Gnisten får til huse i Kornblomsten."
Kind = ReorganisationStep.Kind


def prepare_a_reorganisation(desk: Desk, finance: User) -> None:
    """Merge two nurseries, and move and rename a youth club, when the next quarter begins."""
    units = {unit.name: unit for unit in Unit.objects.all()}
    club = units["Ungdomsklubben Gnisten"]
    culture = Department.objects.get(name="Kultur, Fritid & Ejendomme")
    made = save_reorganisation(
        reorganisation_id=None,
        title=TITLE,
        starts_on=Quarter.of(desk.today).next().starts_on,
        note=NOTE,
        actor=finance,
        now=desk.moment(6, 9),
    )
    nursery, successor = units["Børnehuset Myretuen"], units["Børnehuset Tusindben"]
    for facts in (
        StepFacts(kind=Kind.MERGE, unit=nursery, successor=successor, takes_access=True),
        StepFacts(kind=Kind.MOVE, unit=club, department=culture),
        StepFacts(kind=Kind.RENAME, unit=club, name="Ungdomskulturhuset Gnisten"),
    ):
        add_step(reorganisation_id=made.pk, facts=facts, now=desk.moment(6, 9))
    agree_to_reorganisation(
        reorganisation_id=made.pk, actor=finance, today=desk.today, now=desk.moment(5, 13)
    )
