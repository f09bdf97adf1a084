"""Which leases are about a buyout: those a list shows, and those a question stands on."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from albertslund_it.web.database.rows import among
from inventory.organisation.selectors.scope import devices_seen_by, sees_all
from inventory.placements.selectors import placements_in_force
from leasing.buyout.selectors.rows import FOR_GOOD, Question, buyout_rows
from leasing.domain.lease_end import ends_soon_until
from leasing.lease_end.selectors.offers import offers_in_force
from leasing.models import BuyoutInvitation, EndChoice, EndDecision, Lease


def leases_seen_by(user: User, on: date) -> QuerySet[Lease]:
    """Return the leases of the devices that a user sees, with what the lessor takes on a day."""
    seen = Lease.objects.all()
    if not sees_all(user):
        seen = seen.filter(device__in=devices_seen_by(user, on).values("pk"))
    own = offers_in_force(on).filter(device=OuterRef("device")).values("price_ore")[:1]
    of_model = offers_in_force(on).filter(model=OuterRef("device__model")).values("price_ore")[:1]
    return seen.annotate(offer_ore=Coalesce(Subquery(own), Subquery(of_model)))


def leases_near(leases: QuerySet[Lease], on: date) -> QuerySet[Lease]:
    """Keep those that end within six months, or that something of a buyout is going on about.

    That is an offer of its own, a question that stands, or a decision; until it leaves us.
    """
    gone = Q(device__departure__isnull=False)
    soon = Q(kept_cost__ends_before__gt=on, kept_cost__ends_before__lte=ends_soon_until(on))
    ids = set(leases.filter(soon, stops_on=None).order_by().values_list("pk", flat=True))
    offered = offers_in_force(on).filter(device__isnull=False)
    ids.update(offered.order_by().values_list("device__lease", flat=True))
    asked = BuyoutInvitation.objects.filter(withdrawn_at=None)
    ids.update(asked.order_by().values_list("lease", flat=True))
    bought = EndDecision.objects.filter(choice=EndChoice.BUYOUT)
    ids.update(bought.values_list("term__lease", flat=True))
    return leases.exclude(gone).filter(pk__in=among(ids - {None}, int))


def leases_offered(leases: QuerySet[Lease], on: date) -> QuerySet[Lease]:
    """Keep those with an offer that holds on a day, their own or their model's."""
    offers = offers_in_force(on).order_by().values_list("device", "model")
    devices, models = zip(*offers, strict=True) if offers else ((), ())
    offered = Q(device__in=among(filter(None, devices), int))
    offered |= Q(device__model__in=[model for model in models if model])
    return leases.filter(offered, device__departure=None)


def leases_asked(on: date) -> dict[Question, set[int]]:
    """Return the leases that anybody was ever asked about, by where the question stands."""
    rows = BuyoutInvitation.objects.order_by("pk").values_list(
        "lease", "lease__device", "employee", "answer", "valid_until", "withdrawn_at"
    )
    latest: dict[int, tuple[int, int, str, date, bool]] = {}
    for lease, device, employee, answer, valid_until, withdrawn_at in rows:
        if lease not in latest or latest[lease][4]:
            latest[lease] = (device, employee, answer, valid_until, withdrawn_at is not None)
    devices = among({one[0] for one in latest.values()}, int)
    placed = placements_in_force(on).filter(device__in=devices).order_by()
    has = dict(placed.values_list("device", "employee"))
    found: defaultdict[Question, set[int]] = defaultdict(set)
    for lease, (device, employee, answer, valid_until, is_withdrawn) in latest.items():
        if is_withdrawn:
            found[Question.WITHDRAWN].add(lease)
        elif has.get(device) != employee:
            found[Question.MOVED].add(lease)
        elif answer:
            found[Question(answer)].add(lease)
        else:
            found[Question.EXPIRED if valid_until < on else Question.WAITS].add(lease)
    return found


def said_yes(leases: QuerySet[Lease], on: date) -> QuerySet[Lease]:
    """Keep those whose employee has said yes, has it still, and has not bought it yet."""
    yes = leases_asked(on)[Question.YES]
    return leases.filter(device__departure=None, pk__in=among(yes, int))


@dataclass(frozen=True, slots=True)
class YesWaiting:
    """How many have said yes and wait for a decision, and by when the first is to be made."""

    count: int
    first_day: date | None


def yes_waiting(on: date) -> YesWaiting:
    """Count those who said yes and have it still, where nothing is decided."""
    yes = BuyoutInvitation.objects.filter(
        answer=BuyoutInvitation.Answer.YES, withdrawn_at=None, lease__device__departure=None
    )
    decided = EndDecision.objects.filter(choice=EndChoice.BUYOUT).values("term__lease")
    ids = list(yes.exclude(lease__in=decided).order_by().values_list("lease", flat=True))
    rows = buyout_rows(ids, on) if ids else []
    # What is decided otherwise, or is too late by now, waits for nobody.
    days = [
        row.last_buyout_day
        for row in rows
        if row.asked == Question.YES and row.obstacle not in FOR_GOOD and row.last_buyout_day >= on
    ]
    return YesWaiting(len(days), min(days, default=None))


def invitation_still_open(invitation_id: int, on: date) -> BuyoutInvitation | None:
    """Return an invitation that can be answered on a day; None for all others, whatever is wrong.

    The device is still with the employee, and nothing has come between.
    """
    found = (
        BuyoutInvitation.objects.select_related("lease__device__model")
        .filter(pk=invitation_id, withdrawn_at=None, answer="")
        .first()
    )
    if found is None:
        return None
    rows = buyout_rows([found.lease_id], on)
    if not rows or rows[0].asked != Question.WAITS or rows[0].obstacle in FOR_GOOD:
        return None
    return found
