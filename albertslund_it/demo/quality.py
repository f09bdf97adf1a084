"""How the made-up municipality's data have been, week by week, and what is known and may stand."""

from datetime import timedelta

from albertslund_it.demo.helpdesk import Desk
from albertslund_it.demo.story import REGISTER_BEGINS
from albertslund_it.web.forms.agreement import nothing_to_see
from inventory.people.services.people import employee_state, save_employee
from leasing.data_quality.selectors.findings import finding_for
from leasing.data_quality.selectors.rules import BY_KEY
from leasing.data_quality.services.accepting import accept_findings, set_owner
from leasing.data_quality.services.counting import count_findings
from leasing.models import AcceptedFinding, RuleOwner

WEEKS = 9
ACCEPTED = 2
DAYS = 45
DEPARTMENT = "Dagtilbud & Skole"
LEFT_DAYS_AGO = 11


def look_back(desk: Desk) -> None:
    """Count what each rule found on a day of each week, as the daily job would have."""
    _let_somebody_go(desk)
    for weeks in range(WEEKS, 0, -1):
        day = desk.today - timedelta(days=7 * weeks)
        if day > REGISTER_BEGINS:
            count_findings(today=day)
    rule = BY_KEY["stock"]
    finding, _ = finding_for(rule, desk.user, desk.today)
    if len(finding.open) > ACCEPTED:
        accept_findings(
            rule=rule,
            ids=sorted(finding.open)[:ACCEPTED],
            until=desk.today + timedelta(days=DAYS),
            because=AcceptedFinding.Because.PROJECT,
            found=lambda: finding,
            actor=desk.user,
            today=desk.today,
            agree=nothing_to_see,
        )
    set_owner(rule=rule, role=RuleOwner.Role.HELPDESK, user=desk.user, actor=desk.user)


def _let_somebody_go(desk: Desk) -> None:
    """Let somebody leave who still has a pc: the head of the department sees it first of all."""
    found = desk.holder_if_any(DEPARTMENT)
    if found is None:
        return
    employee, _ = found
    save_employee(
        employee_id=employee.pk,
        initials=employee.initials,
        unit=employee.unit,
        also_employed_at=list(employee.also_employed_at.all()),
        starts_on=employee.starts_on,
        left_on=desk.day(LEFT_DAYS_AGO),
        seen=employee_state(employee),
        actor=desk.user,
    )
