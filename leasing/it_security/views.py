from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.shortcuts import render

from albertslund_it.common.permissions import VIEW_SETTINGS
from leasing.it_security.presenters import (
    LOGS,
    MEASURES,
    flows_of,
    places_of,
    record_of,
    roles_shown,
    threats_of,
)
from leasing.it_security.selectors import roles_today, running
from leasing.retention.presenters.held import matters_shown
from leasing.retention.selectors.roles import numbers_of_retention, permissions_by_role


@permission_required(VIEW_SETTINGS, raise_exception=True)
def it_security(request):
    """Describe the system for IT security and audit, as it is set up today."""
    run = running()
    context = {
        "flows": flows_of(run),
        "places": places_of(run),
        "roles": roles_shown(roles_today(), settings.ROLE_NOTES),
        "logs": LOGS,
        "threats": threats_of(run),
        "record": record_of(run),
        "matters": matters_shown(numbers_of_retention(), permissions_by_role()),
        "measures": MEASURES,
    }
    return render(request, "leasing/it_security/page.html", context)
