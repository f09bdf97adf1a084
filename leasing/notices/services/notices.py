"""The mails that are due on a day: each thing is told once in its week or month.

Standing matters (arrears, what is overdue) are told again each week or month. What is new among
them is told at once, alone: a mail keeps what it told of, so neither a thing that goes away nor one
whose day changes makes the others be told again or be missed. What ends has a ladder of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.quarters import span_label
from leasing.approvals.selectors.approvals import (
    ApprovalState,
    approvals_in_state,
    awaiting_answer,
    mails_to_heads_of,
)
from leasing.approvals.services.approvals import mail_the_head
from leasing.billing.selectors.outstanding import outstanding
from leasing.buyout.services.invitations import remind_invitations
from leasing.cost_share.services.budget_mails import write_budget_mails
from leasing.cost_share.services.letters import write_letters
from leasing.data_quality.selectors.sets import open_returns
from leasing.mail.services import write_mail
from leasing.models import Approval, BillingRun, Mail, Settings
from leasing.notices.services.ladder import tell_systems_of_ends, write_ladder
from leasing.stocktake.services.stocktakes import remind_when_due
from leasing.subscriptions.services import write_subscriptions

SHOWN = 100
Told = Iterator[tuple[str, Mail | None]]


@transaction.atomic
def write_notices(*, today: date, now: datetime) -> list[str]:
    """Write what is due today; return a line for each mail written. They go out afterwards."""
    # One at a time: of two who start at once, the second sees what the first has told.
    settings = Settings.objects.select_for_update().get()
    written = []
    for notices in (
        _of_approvals(settings, today, now),
        _of_ending_exceptions(settings, today, now),
        write_ladder(settings=settings, today=today, now=now),
        _of_overdue_returns(settings, today, now),
        _of_arrears(settings, today, now),
        _of_letters(today, now),
        _of_stocktakes(today, now),
        _of_buyouts(today, now),
        _of_budgets(today, now),
        _of_subscriptions(today, now),
    ):
        written += [f"{told}: til {mail.recipients}" for told, mail in notices if mail]
    if settings.uses_webhooks:
        tell_systems_of_ends(settings=settings, today=today, now=now)
    return written


def missing_addresses() -> list[str]:
    """Name the settings without which some notices reach nobody."""
    settings = Settings.objects.get()
    wanted = {"it-helpdesks mail": settings.helpdesk_mail, "økonomis mail": settings.finance_mail}
    return [name for name, mail in wanted.items() if not mail]


def _of_approvals(settings: Settings, today: date, now: datetime) -> Told:
    """Remind heads of what waits; ask those who could not be asked at first."""
    every = settings.heads_mail_reminder_days
    linked = ("employee__unit__department", "line__order", "line__model")
    asked = Mail.objects.filter(key__startswith="approval-").values_list("key", "written_at")
    asked_at = dict(asked)
    for approval in awaiting_answer(Approval.objects.select_related(*linked)).order_by("pk"):
        name, at = f"Dispensation {approval.pk}", asked_at.get(f"approval-{approval.pk}")
        days = (today - timezone.localtime(at).date()).days if at else 0
        if at is None:
            yield f"{name}, spørgsmål", mail_the_head(approval=approval, today=today, now=now)
        elif every and days >= every:
            nth = str(days // every)
            yield (
                f"{name}, påmindelse",
                mail_the_head(approval=approval, today=today, now=now, reminder=nth),
            )


def _of_letters(today: date, now: datetime) -> Told:
    """Write the letters of the latest run that the closing did not get to write."""
    if run := BillingRun.objects.order_by("-id").first():
        for mail in write_letters(run=run, today=today, now=now):
            yield "Kvartalsbrev", mail


def _of_stocktakes(today: date, now: datetime) -> Told:
    """Remind those who have not answered for what they have, once, as the last day comes near."""
    for mail in remind_when_due(today=today, now=now):
        yield "Optælling, påmindelse", mail


def _of_buyouts(today: date, now: datetime) -> Told:
    """Remind those who were asked to buy what they have, once, before the last day."""
    for mail in remind_invitations(today=today, now=now):
        yield "Frikøb, påmindelse", mail


def _of_budgets(today: date, now: datetime) -> Told:
    """Tell heads as their budget of the year is used up."""
    for mail in write_budget_mails(today=today, now=now):
        yield "Budget", mail


def _of_subscriptions(today: date, now: datetime) -> Told:
    """Send the pages that people have asked for, in their month or quarter."""
    for mail in write_subscriptions(today=today, now=now):
        yield "Abonnement", mail


Row = TypeVar("Row")


@dataclass(frozen=True)
class _News(Generic[Row]):
    """What of a standing matter is not told yet this week or month, and how much is."""

    topic: str
    rows: list[Row]
    names: list[str]
    told_earlier: int

    @property
    def key(self) -> str:
        return f"{self.topic}-{digest_of([[name] for name in self.names])[:12]}"

    @property
    def begin(self) -> str:
        """Return how a subject begins: a number, and that it comes on top of others."""
        return f"{'Yderligere ' if self.told_earlier else ''}{len(self.rows)} stk."

    @property
    def context(self) -> dict[str, object]:
        count = len(self.rows)
        return {
            "rows": self.rows[:SHOWN],
            "more": max(0, count - SHOWN),
            "count": count,
            "told_earlier": self.told_earlier,
        }


def _news(topic: str, rows: Sequence[Row], name: Callable[[Row], str]) -> _News[Row]:
    """Return what of `rows` no mail about `topic` has told of; `name` tells one from another."""
    mails = Mail.objects.filter(key__startswith=f"{topic}-").values_list("told", flat=True)
    told = {one for mail in mails for one in mail}
    new = [(name(row), row) for row in rows if name(row) not in told]
    return _News(
        topic, [row for _, row in new], sorted(one for one, _ in new), len(rows) - len(new)
    )


def _of_ending_exceptions(settings: Settings, today: date, now: datetime) -> Told:
    ending = approvals_in_state(Approval.objects.all(), ApprovalState.ENDING, today)
    by_department = defaultdict(list)
    linked = ("employee__unit__department", "line__model")
    for approval in ending.select_related(*linked).order_by("ends_before", "pk"):
        by_department[approval.employee.unit.department].append(approval)
    for department, approvals in by_department.items():
        unit = approvals[0].employee.unit
        news = _news(
            f"exceptions-{unit.department_id}-{today:%Y-%m}",
            approvals,
            lambda approval: f"{approval.pk}:{approval.ends_before}",
        )
        if not news.rows:
            continue
        yield (
            f"Dispensationer, der udløber, {department or unit.name}",
            write_mail(
                recipients=[*mails_to_heads_of(unit, today), settings.helpdesk_mail],
                subject=f"Dispensationer, der udløber snart: {department or unit.name}",
                template="exceptions_ending",
                context={"approvals": news.rows, "department": department or unit.name},
                now=now,
                key=news.key,
                told=news.names,
            ),
        )


def _of_overdue_returns(settings: Settings, today: date, now: datetime) -> Told:
    """Tell the helpdesk once a week, and of one more that is overdue at once."""
    late = open_returns(today).filter(due_on__lt=today).order_by("due_on", "pk")
    year, week, _ = today.isocalendar()
    news = _news(
        f"returns-{year}W{week}",
        list(late.select_related("device__model", "employee", "unit")),
        lambda one: f"{one.pk}:{one.due_on}",
    )
    if news.rows:
        yield (
            "Skulle have været afleveret",
            write_mail(
                recipients=settings.helpdesk_mail,
                subject=f"{news.begin} skulle have været afleveret",
                template="returns_overdue",
                context=news.context,
                now=now,
                key=news.key,
                told=news.names,
            ),
        )


def _of_arrears(settings: Settings, today: date, now: datetime) -> Told:
    """Tell finance once a month of quarters that have ended and are not billed."""
    if not settings.finance_mail:
        return
    standing = outstanding(today)
    news = _news(f"arrears-{today:%Y-%m}", standing.overdue or [], lambda one: str(one.quarter))
    if news.rows:
        quarters = span_label([one.quarter for one in news.rows])
        yield (
            "Ikke opkrævet",
            write_mail(
                recipients=settings.finance_mail,
                subject=f"{quarters} er ikke opkrævet",
                template="arrears",
                context={"overdue": standing.overdue, "amount_ore": standing.overdue_ore},
                now=now,
                key=news.key,
                told=news.names,
            ),
        )
