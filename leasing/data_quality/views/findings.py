"""The page of all rules, and the list of what one of them finds."""

from operator import attrgetter

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from albertslund_it.common.permissions import (
    ACCEPT_FINDINGS,
    VIEW_DEVICE,
)
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.columns import AmountColumn, CodeColumn
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from inventory.models import Device
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import units_seen_by
from leasing.cost_table.moment import one_moment
from leasing.data_quality.forms import ACCEPTED, FaultFilters, FaultForm
from leasing.data_quality.presenters.actions import actions_for, advice_for, moves_of, page_of
from leasing.data_quality.presenters.findings import (
    AMOUNTS,
    amount_heading,
    finding_rows,
    finding_url,
    owner_of,
    register_list,
    trend_chart,
)
from leasing.data_quality.presenters.words import WORDS
from leasing.data_quality.selectors.counted import (
    CountedFindings,
    counted_for,
    is_counted_for,
    last_counted_for,
)
from leasing.data_quality.selectors.fault_rows import FoundFaults, faults_for
from leasing.data_quality.selectors.findings import findings_for
from leasing.data_quality.selectors.rule import Of, Rule
from leasing.data_quality.selectors.rules import BY_KEY
from leasing.data_quality.selectors.trend import owners, trends_of
from leasing.data_quality.services.counting import count_findings
from leasing.data_quality.tables.faults import FaultTable, links_column

# In the address: what was counted before is not enough.
ANEW = "tael"
TEXTS = {
    "model": attrgetter("model"),
    "department": attrgetter("place.department"),
    "person": attrgetter("person"),
    "told": attrgetter("told"),
}
OF_DEVICES = {Of.LEASED, Of.DEVICES}
HEADINGS = {Of.PEOPLE: "Medarbejder", Of.UNITS: "Enhed"}


def rule_named(key: str, user) -> Rule:
    """Return the rule of an address.

    Raises:
        Http404: when there is no such rule.
        PermissionDenied: when the user may not know what it finds.
    """
    if key not in BY_KEY:
        raise Http404(key)
    rule = BY_KEY[key]
    if rule.needs and not user.has_perm(rule.needs):
        raise PermissionDenied
    return rule


@permission_required(VIEW_DEVICE, raise_exception=True)
def data_quality(request):
    """Show the standing rules: what they find, what it costs, who mends it, and how it goes."""
    user, day = request.user, today()
    counted = _counted(user, day, anew=ANEW in request.GET)
    with one_moment():
        findings = counted.findings if counted else findings_for(user, day)
        trends = trends_of(findings, user, day)
    rows = finding_rows(findings, user, owners(), trends)
    context = {
        "today": day,
        "counted": counted,
        "anew": f"{request.path}?{ANEW}=1",
        "findings": [row for row in rows if row.finding.count],
        "in_order": [row for row in rows if not row.finding.count],
        "is_blank": not Device.objects.exists(),
    }
    return render(request, "leasing/data_quality/findings.html", context)


def _counted(user, day, *, anew: bool) -> CountedFindings | None:
    """Return what was last counted, where that is shown first; counted anew if it is asked for."""
    if not is_counted_for(user):
        return None
    counted = last_counted_for(user, day)
    if counted.is_missing or (anew and not counted.is_of_now):
        count_findings(today=day, now=now())
        return counted_for(user, day)
    return counted


class FaultList(ListPage):
    """What one rule finds, each row with what mends it."""

    permission_required = VIEW_DEVICE
    table_class = FaultTable
    template_name = "leasing/data_quality/faults.html"

    def get(self, request, *args, **kwargs):
        self.rule = rule_named(kwargs["key"], request.user)
        self.title = WORDS[self.rule.key].title
        self.file_name = f"datakvalitet-{self.rule.key}"
        with one_moment():
            return super().get(request, *args, **kwargs)

    @cached_property
    def found(self) -> FoundFaults:
        return faults_for(self.rule, self.request.user, today())

    def make_filters(self):
        user, day = self.request.user, today()
        form = FaultForm(
            self.request.GET,
            departments=departments_open_to(user, day),
            units=units_seen_by(user, day),
            hint="Navn eller enhed" if self.rule.of is Of.PEOPLE else "Serienr., model, enhed",
        )
        return FaultFilters(form, lambda: self.found)

    @property
    def shows_accepted(self) -> bool:
        return self.request.GET.get("vis") == ACCEPTED

    def table_options(self):
        user, rule = self.request.user, self.rule
        hidden = [] if self.shows_accepted else ["until", "because"]
        if rule.of is Of.UNITS or rule.of is Of.SEEN:
            hidden.append("unit")
        if rule.of is Of.PEOPLE:
            hidden.append("person")
        # Not a column of nothing: of stock there is no department, of a screen no person.
        rows = [*self.found.open, *self.found.accepted]
        hidden += [name for name, read in TEXTS.items() if not any(map(read, rows))]
        actions = actions_for(rule.key, user)
        if not actions:
            hidden.append("actions")
        heading = amount_heading(rule, Quarter.of(today()))
        amounts = AmountColumn(heading, summed=True, card="answer")
        return {
            "exclude": hidden,
            "extra_columns": [
                (
                    "name",
                    CodeColumn(HEADINGS.get(rule.of, "Serienr."), link=page_of, card="title"),
                ),
                ("quarter_ore", amounts),
                ("actions", links_column(actions)),
            ],
        }

    @cached_property
    def moves(self) -> list[tuple[str, str]]:
        return moves_of(actions_for(self.rule.key, self.request.user))

    def picking(self):
        accepts, key = self.request.user.has_perm(ACCEPT_FINDINGS), self.rule.key
        accept = reverse("finding-accept", args=[key])
        if self.shows_accepted:
            actions = [
                BulkAction("Vis igen som fejl", reverse("finding-show-again", args=[key])),
                BulkAction("Vælg en anden dag", accept),
            ]
            actions = actions if accepts else []
        else:
            actions = [BulkAction(label, address) for label, address in self.moves]
            if accepts:
                actions.append(BulkAction("Lad stå til en dag", accept))
        if not actions:
            return None
        by_number = self.rule.of in OF_DEVICES and self.moves
        return Picking(
            "serienumre" if by_number else "fejl",
            value=(lambda row: row.name) if by_number else (lambda row: row.id),
            called=lambda row: row.name,
            ore=lambda row: row.quarter_ore or 0,
            actions=tuple(actions),
            posts=self.shows_accepted,
        )

    def extra_context(self):
        user, rule, finding = self.request.user, self.rule, self.found.finding
        trend = trends_of([finding], user, today()).get(rule.key)
        return {
            "rule": rule,
            "words": WORDS[rule.key],
            "advice": advice_for(rule.key, user),
            "finding": finding,
            "note": AMOUNTS.get(rule.amount, ""),
            "owner": owner_of(rule, owners()),
            "trend": trend,
            "chart": trend_chart(trend) if trend and trend.costs else None,
            "accepts": user.has_perm(ACCEPT_FINDINGS),
            "shows_accepted": self.shows_accepted,
            "address": finding_url(rule),
            "register": register_list(rule),
        }
