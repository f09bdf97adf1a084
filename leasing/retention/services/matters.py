"""What was said about people in what is over: forgotten once the retention period has passed."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from albertslund_it.web.database.rows import among, delete_rows
from inventory.models import Departure
from inventory.placements.selectors import intervals
from leasing.domain.accrual import span_of, terms_in_order
from leasing.models import (
    Approval,
    BuyoutInvitation,
    Cage,
    EndDecision,
    EndWish,
    Lease,
    LeaseTerm,
    LossReport,
    Objection,
)
from leasing.retention.services.forgetting import (
    GONE,
    Forgotten,
    entries_of,
    entries_of_deleted,
    forget_texts,
    scrub,
)

OF_APPROVAL = ("reason", "decision_reason")
OF_OBJECTION = ("note", "outcome_note")
OF_NOTE = ("note",)
OF_LOSS = ("note", "breach_reason")
OF_REASON = ("reason",)


def forget_notes(moment: datetime, ended_before: date) -> Iterator[Forgotten]:
    """Forget what was said of objections, losses and wishes that are settled."""
    yield forget_texts(Objection.objects.filter(settled_at__lt=moment), OF_OBJECTION)
    losses = LossReport.objects.filter(reported_at__lt=moment).exclude(
        note__in=["", GONE], breach_reason__in=["", GONE]
    )
    # A device that is never found is done with when its lease is.
    leases = _ended(Lease.objects.filter(device__losses__in=losses), ended_before)
    lost = Q(found_on=None) & (Q(device__lease=None) | Q(device__lease__in=among(leases, int)))
    yield forget_texts(losses.filter(lost | Q(found_on__lt=ended_before)), OF_LOSS)
    wishes = EndWish.objects.filter(wished_at__lt=moment).exclude(note__in=["", GONE])
    leases = _ended(Lease.objects.filter(end_wish__in=wishes), ended_before)
    yield forget_texts(wishes.filter(lease__in=among(leases, int)), OF_NOTE)
    decided = EndDecision.objects.filter(decided_at__lt=moment).exclude(reason__in=["", GONE])
    leases = _ended(Lease.objects.filter(terms__end_decision__in=decided), ended_before)
    yield forget_texts(decided.filter(term__lease__in=among(leases, int)), OF_REASON)
    yield Forgotten(0, scrub(entries_of_deleted(EndDecision, OF_REASON, moment), OF_REASON))
    left = Departure.objects.filter(left_on__lt=ended_before).exclude(note__in=["", GONE])
    yield forget_texts(left, OF_NOTE)
    cages = Cage.objects.filter(gone_on__lt=ended_before).exclude(note__in=["", GONE])
    yield forget_texts(cages, OF_NOTE)


def forget_invitations(moment: datetime, ended_before: date) -> Forgotten:
    """Delete whom was asked to buy what, once it is over: the answer says nothing without them."""
    old = BuyoutInvitation.objects.filter(sent_at__lt=moment, valid_until__lt=ended_before)
    leases = _ended(Lease.objects.filter(buyout_invitations__in=old), ended_before)
    over = ~Q(answer=BuyoutInvitation.Answer.YES) | Q(withdrawn_at__lt=moment)
    has = intervals().filter(Q(ends_before=None) | Q(ends_before__gt=ended_before))
    had = has.filter(device=OuterRef("lease__device"), employee=OuterRef("employee"))
    found = old.filter(over | Q(lease__in=among(leases, int)) | ~Exists(had))
    ids = list(found.values_list("pk", flat=True))
    entries = scrub(entries_of(BuyoutInvitation, ids), ("employee",))
    # Not one by one: each deletion would be history, with what it is to forget.
    delete_rows(BuyoutInvitation._meta.db_table, ["id"], [(pk,) for pk in ids])
    return Forgotten(len(ids), entries)


def forget_approvals(person_ids: list[int], moment: datetime, ended_before: date) -> int:
    """Forget why exceptions were asked for; return how many entries had something to forget."""
    found = Approval.objects.filter(
        Q(employee__in=among(person_ids, int)) | Q(ends_before__lte=ended_before),
        Q(decided_at=None) | Q(decided_at__lt=moment),
        asked_at__lt=moment,
    ).exclude(reason=GONE, decision_reason__in=["", GONE])
    ids = list(found.values_list("pk", flat=True))
    entries = scrub(entries_of(Approval, ids), OF_APPROVAL)
    found.exclude(decision_reason="").update(decision_reason=GONE)
    found.update(reason=GONE)
    return entries


def _ended(leases: QuerySet[Lease], by: date) -> set[int]:
    """Return the ids of those leases that had ended by a day."""
    terms: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = LeaseTerm.objects.filter(lease__in=leases.order_by()).order_by("position")
    for lease_id, price_ore, quarters in rows.values_list("lease", "price_ore", "quarters"):
        terms[lease_id].append((price_ore, quarters))
    return {
        lease.pk
        for lease in leases
        if lease.pk in terms
        and span_of(terms_in_order(lease.starts_on, terms[lease.pk]), lease.stops_on)[1] <= by
    }
