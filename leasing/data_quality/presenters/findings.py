"""What the pages show of findings: their words, their lists, who sees to them and how they go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from albertslund_it.common.money import MINUS, format_count
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.drawings.charts import SOLID, Chart, Series, bar_chart
from albertslund_it.web.people import name_of
from leasing.data_quality.presenters.actions import advice_for
from leasing.data_quality.presenters.words import WORDS, RuleWords
from leasing.data_quality.selectors.findings import CountedFinding, Finding
from leasing.data_quality.selectors.rule import AmountOf, Of, Rule
from leasing.data_quality.selectors.trend import Trend
from leasing.models import RuleOwner


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as a page shows it; `url` is the list that holds exactly what it counts."""

    finding: Finding | CountedFinding
    words: RuleWords
    url: str
    advice: str
    owner: str = ""
    trend: Trend | None = None

    @property
    def note(self) -> str:
        """Say what the amount is, where it is not what units pay in the quarter."""
        return AMOUNTS.get(self.finding.rule.amount, "")

    @property
    def change(self) -> str:
        """Return how many more or fewer there are than a week ago; '' where nobody counted then."""
        if self.trend is None or self.trend.since is None:
            return ""
        change, day = self.trend.change, f"{self.trend.since.day:%d-%m}"
        if not change:
            return f"uændret siden {day}"
        sign = "+" if change > 0 else MINUS
        return f"{sign}{format_count(abs(change))} siden {day}"


AMOUNTS = {
    AmountOf.INSTALMENT: "pr. kvartal, som leasinggiver kan opkræve",
    AmountOf.DIFFERENCE: "forskel pr. kvartal",
}


def finding_rows(
    findings: Iterable[Finding | CountedFinding],
    user: User,
    owners: Mapping[str, RuleOwner] | None = None,
    trends: Mapping[str, Trend] | None = None,
) -> list[FindingRow]:
    """Return findings as a user reads of them, who sees to them and how they have gone."""
    return [
        FindingRow(
            one,
            WORDS[one.rule.key],
            finding_url(one.rule),
            advice_for(one.rule.key, user),
            owner_of(one.rule, owners or {}),
            (trends or {}).get(one.rule.key),
        )
        for one in findings
    ]


def finding_url(rule: Rule) -> str:
    """Return the list that holds exactly what a rule finds."""
    return reverse("finding", args=[rule.key])


def register_list(rule: Rule) -> tuple[str, str] | None:
    """Return the register's own list of what a rule finds: its name and address."""
    if rule.of in {Of.LEASED, Of.DEVICES}:
        return "Vis i Udstyr", f"{reverse('device-list')}?{urlencode({'waits': rule.key})}"
    if rule.of is Of.PEOPLE:
        return "Vis i Medarbejdere", f"{reverse('employee-list')}?{urlencode({'waits': rule.key})}"
    return None


def owner_of(rule: Rule, owners: Mapping[str, RuleOwner]) -> str:
    """Return who sees to a rule: the person, or the role."""
    owner = owners.get(rule.key)
    if owner is None:
        return str(RuleOwner.Role(WORDS[rule.key].role).label)
    return name_of(owner.user) or owner.get_role_display()


def trend_chart(trend: Trend) -> Chart:
    """Draw what a rule has cost, week by week, and today."""
    return bar_chart(
        ident="udvikling",
        title="Kroner pr. kvartal, uge for uge",
        labels=[f"{one.day:%d-%m}" for one in trend.points],
        series=[Series("Kroner pr. kvartal", SOLID, [one.quarter_ore for one in trend.points])],
        label_heading="Dag",
    )


def amount_heading(rule: Rule, quarter: Quarter) -> str:
    """Head the column of amounts by what they are."""
    if rule.amount is AmountOf.DIFFERENCE:
        return "Forskel pr. kvartal (kr.)"
    if rule.amount is AmountOf.INSTALMENT:
        return "Pr. kvartal (kr.)"
    return f"I {quarter.short_label} (kr.)"
