"""A stocktake that runs: some have answered by mail, a school has scanned half of its rooms."""

from contextlib import suppress
from datetime import timedelta

from django.contrib.auth.models import User

from albertslund_it.common.errors import Refused
from albertslund_it.demo import organisation as org
from albertslund_it.demo.helpdesk import Desk
from inventory.models import Unit
from leasing.models import CountedDevice, Stocktake
from leasing.stocktake.selectors.links import token_of
from leasing.stocktake.services.answers import answer_by_link
from leasing.stocktake.services.scanning import scan
from leasing.stocktake.services.stocktakes import start_stocktake

STARTED, ANSWERED, SCANNED = 6, 4, 1
LEFT_TO_ANSWER = timedelta(days=8)
SCANS, UNITS = "enhedsleder", 4
Answer = CountedDevice.Answer
# What those say who have answered; then the next ones have not yet.
SAID = (
    (Answer.YES, ""),
    (Answer.YES, ""),
    (Answer.NO, "Jeg afleverede den, da jeg fik den nye"),
    (Answer.YES, ""),
    (Answer.WRONG_UNIT, "Jeg er flyttet til biblioteket"),
    (Answer.BROKEN, "Skærmen flimrer"),
    (Answer.YES, ""),
)
UNKNOWN, PLACE = "PF9ZZZZZ", "Lokale 14"


def count_a_school(desk: Desk) -> None:
    """Count a school and some of its neighbours, where they have anything by then."""
    school = Unit.objects.filter(number=org.SCHOOL_THAT_MOVES).first()
    if school is None:
        return
    units = Unit.objects.filter(department=school.department).exclude(pk=school.pk)
    chosen = [school, *units.order_by("number")[: UNITS - 1]]
    with suppress(Refused):  # on the first days there is nothing to count
        stocktake = start_stocktake(
            name="Optælling af pc'er på skolerne",
            due_on=desk.today + LEFT_TO_ANSWER,
            unit_ids=[unit.pk for unit in chosen],
            is_pcs_only=True,
            actor=desk.user,
            today=desk.day(STARTED),
            now=desk.moment(STARTED),
        )
        _answer(stocktake, desk)
        _scan(stocktake, school, desk)


def _answer(stocktake: Stocktake, desk: Desk) -> None:
    asked = stocktake.devices.filter(link__gt=0).order_by("serial_number")
    for row, (answer, note) in zip(asked, SAID, strict=False):
        with suppress(Refused):  # who has lost it meanwhile is asked no more
            answer_by_link(
                token=token_of(row),
                answer=answer,
                note=note,
                actor=None,
                today=desk.day(ANSWERED),
                now=desk.moment(ANSWERED, 20),
            )


def _scan(stocktake: Stocktake, school: Unit, desk: Desk) -> None:
    """Scan what is shared at the school, one pc from next door, and one that nobody knows."""
    here = stocktake.devices.filter(unit=school, employee=None).order_by("serial_number")
    found = list(here.values_list("serial_number", flat=True))
    others = stocktake.devices.exclude(unit=school).filter(answer="").order_by("-serial_number")
    strays = list(others.values_list("serial_number", flat=True)[:1])
    scan(
        stocktake_id=stocktake.pk,
        unit=school,
        text=" ".join([*found[: len(found) // 2], *strays, UNKNOWN]),
        place=PLACE,
        actor=User.objects.get(username=SCANS),
        today=desk.day(SCANNED),
        now=desk.moment(SCANNED, 13),
    )
