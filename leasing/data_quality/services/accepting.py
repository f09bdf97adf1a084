"""What a person says of faults: that they may stand until a day, and who is to see to them."""

from collections.abc import Callable, Collection
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from albertslund_it.common.errors import Refused
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import among, column_of, lock
from albertslund_it.web.forms.agreement import Check
from leasing.data_quality.selectors.findings import SUBJECTS, Finding
from leasing.data_quality.selectors.rule import Id, Of, Rule
from leasing.models import AcceptedFinding, RuleOwner

LONGEST = timedelta(days=366)


@transaction.atomic
def accept_findings(
    *,
    rule: Rule,
    ids: Collection[Id],
    until: date,
    because: str,
    found: Callable[[], Finding],
    actor: User,
    today: date,
    agree: Check,
) -> Changes:
    """Let faults of a rule stand until a day; what was said of them before gives way.

    `found` says what the rule finds, within what the actor sees: nothing else can be accepted.

    Raises:
        Refused: when one is no fault any longer, or the day is in the past or more than a year on.
    """
    lock(AcceptedFinding)
    agree()
    if not today <= until <= today + LONGEST:
        raise Refused(
            f"Vælg en dag fra i dag til {today + LONGEST:%d-%m-%Y}. En fejl kan højst stå et år ad "
            "gangen."
        )
    finding = found()
    known = {**finding.open, **finding.accepted}
    if not ids or any(pk not in known for pk in ids):
        raise Refused("En af fejlene findes ikke længere. Gå tilbage til listen, og vælg igen.")
    column = column_of(AcceptedFinding, SUBJECTS[rule.of]).attname
    changes = Changes((AcceptedFinding,))
    said = AcceptedFinding.objects.filter(rule=rule.key, **_about(rule, ids))
    before = {one.about: one for one in said}
    values = {"until": until, "because": because, "accepted_on": today, "accepted_by": actor}
    for pk in ids:
        if one := before.get(pk):
            changes.update(one, str(one), **values)
        else:
            changes.create(AcceptedFinding(rule=rule.key, **{column: pk}, **values))
    changes.save(actor)
    return changes


def _about(rule: Rule, ids: Collection[Id]) -> dict[str, object]:
    kind = str if rule.of is Of.SEEN else int
    return {f"{SUBJECTS[rule.of]}__in": among(ids, kind)}


@transaction.atomic
def take_back_acceptances(*, rule: Rule, ids: Collection[Id], actor: User) -> int:
    """Show faults again that were accepted; return how many were."""
    lock(AcceptedFinding)
    said = AcceptedFinding.objects.filter(rule=rule.key, **_about(rule, ids))
    changes = Changes((AcceptedFinding,))
    for one in said:
        changes.delete(one, str(one), f"{one.until:%d-%m-%Y}")
    changes.save(actor)
    return len(changes.differences)


@transaction.atomic
def set_owner(*, rule: Rule, role: str, user: User | None, actor: User) -> Changes:
    """Return who is to see to what a rule finds."""
    lock(RuleOwner)
    changes = Changes((RuleOwner,))
    if known := RuleOwner.objects.filter(rule=rule.key).first():
        changes.update(known, rule.key, role=role, user=user)
    else:
        changes.create(RuleOwner(rule=rule.key, role=role, user=user))
    changes.save(actor)
    return changes
