"""Somebody with a row of every kind that points at people."""

from datetime import UTC, date, datetime

from inventory.models import (
    DirectoryPerson,
    EmployeeAlias,
    ExpectedReturn,
    SeenDevice,
    Snapshot,
)
from leasing.models import (
    AcceptedFinding,
    BuyoutInvitation,
    CountedDevice,
    Note,
    Reorganisation,
    ReorganisationStep,
    Stocktake,
)
from tests import builders as make

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def well_known(unit):
    """Make Anna Berg Lund, who is employed at `unit` too."""
    own = make.unit("1002", "Nabo")
    anna = make.employee("anbl", "Anna Berg Lund", unit=own, mail="Anna.B@example.dk")
    anna.also_employed_at.set([unit, make.unit("1003", "Tredje")])
    lease = make.lease("PF000001", unit=own, employee=anna)
    make.approval(anna, line=make.order_line(employee=anna))
    ExpectedReturn.objects.create(
        device=lease.device, employee=anna, unit=own, why="asked", due_on=TODAY, created_at=NOW
    )
    BuyoutInvitation.objects.create(
        lease=lease, employee=anna, price_ore=1, valid_until=TODAY, sent_at=NOW
    )
    EmployeeAlias.objects.create(employee=anna, kind="initials", value="AB")
    AcceptedFinding.objects.create(
        rule="doubles", employee=anna, until=TODAY, because="right", accepted_on=TODAY
    )
    change = Reorganisation.objects.create(
        title="Ny leder", starts_on=TODAY, prepared_by="Hjalte", prepared_at=NOW
    )
    step = ReorganisationStep.objects.create(
        reorganisation=change, position=1, kind="split", unit=own, successor=unit
    )
    step.people.add(anna)
    Note.objects.create(employee=anna, text="Ringer", written_at=NOW)
    count = Stocktake.objects.create(name="Efterår", due_on=TODAY, started_at=NOW)
    CountedDevice.objects.create(
        stocktake=count,
        device=lease.device,
        serial_number="PF000001",
        unit=own,
        employee=anna,
        answer="no",
        note="Den er hos Anna",
        how="person",
        answered_at=NOW,
    )
    snapshot = Snapshot.objects.create(
        source="intune", taken_on=TODAY, made_at=NOW, kept=1, left_out=0
    )
    SeenDevice.objects.create(
        snapshot=snapshot, device=lease.device, employee=anna, last_seen=date(1987, 6, 5)
    )
    DirectoryPerson.objects.create(snapshot=snapshot, login="Anna@upn.example.dk", employee=anna)
    return anna
