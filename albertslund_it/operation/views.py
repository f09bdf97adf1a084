"""The page of operation: how the system stands, for administrators."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from albertslund_it.common.permissions import MANAGE_SETTINGS
from albertslund_it.operation import standing
from albertslund_it.web.clock import machine_now


@require_safe
@permission_required(MANAGE_SETTINGS, raise_exception=True)
def operation(request):
    now = machine_now()
    found = standing.groups(now)
    context = {
        "groups": found,
        "attention": [line for _, lines in found for line in lines if line.state == "warn"],
        "slow": standing.slowest(),
        "on": standing.on_now(now),
    }
    return render(request, "operation/standing.html", context)
