"""What those who pay for a device wish for when its lease runs out; IT decides by it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import lock
from albertslund_it.web.people import Actor
from inventory.models import Unit
from inventory.placements.selectors import placements_in_force
from leasing.lease_end.selectors.endings import payers_own
from leasing.lease_end.selectors.term_ends import last_ends
from leasing.models import EndChoice, EndWish, Lease


@transaction.atomic
def wish_for_end(
    *,
    lease_ids: Collection[int],
    wish: str,
    note: str,
    units: QuerySet[Unit],
    actor: Actor,
    today: date,
    now: datetime,
) -> int:
    """Record a wish for some leases whose devices stand at `units`; return how many it changed.

    A wish may be changed until the lease has ended. The same wish again is no change.

    Raises:
        Refused: without a wish or a lease, for one that has ended, or one that stands elsewhere;
            nothing is written then.
    """
    lock(EndWish)
    note = " ".join(note.split())
    leases = list(
        Lease.objects.filter(pk__in=lease_ids).select_related("device", "end_wish").order_by("pk")
    )
    if reasons := _faults(leases, lease_ids, wish, note, units, today):
        raise Refused(*reasons)
    changes, count = Changes((EndWish,)), 0
    own = payers_own(EndWish.objects.filter(lease__in=leases).select_related("lease"), today)
    for lease in leases:
        before = getattr(lease, "end_wish", None)
        # Another department's wish is not this one's, even in the same words.
        mine = own.get(lease.pk)
        if mine and (mine.wish, mine.note) == (wish, note):
            continue
        count += 1
        said = {"wish": wish, "note": note, "wished_at": now, "wished_by": actor}
        if before:
            changes.update(before, str(lease.device), **said)
        else:
            changes.create(EndWish(lease=lease, **said))
    changes.save(actor)
    return count


def _faults(
    leases: Sequence[Lease],
    lease_ids: Collection[int],
    wish: str,
    note: str,
    units: QuerySet[Unit],
    today: date,
) -> list[str]:
    if not lease_ids:
        return ["Sæt kryds ved det udstyr, du har et ønske til."]
    if wish not in EndChoice.values:
        return ["Vælg, om I ønsker frikøb, forlængelse eller returnering."]
    if len(note) > 300:
        return ["Bemærkningen må højst være 300 tegn."]
    placed = placements_in_force(today).filter(unit__in=units)
    here = set(
        placed.filter(device__in=[lease.device_id for lease in leases]).values_list(
            "device", flat=True
        )
    )
    if len(leases) < len(set(lease_ids)) or any(lease.device_id not in here for lease in leases):
        return ["Noget af udstyret står ikke hos jer i dag. Hent siden igen, og vælg på ny."]
    reasons = []
    ends = last_ends([lease.pk for lease in leases])
    for lease in leases:
        end = ends[lease.pk]
        ends_before = min(end.ends_before, end.stops_on or date.max)
        if ends_before <= today:
            reasons.append(
                f"Leasingen af {lease.device.serial_number} sluttede før den "
                f"{ends_before:%d-%m-%Y}, så der er ikke mere at ønske."
            )
    return reasons
