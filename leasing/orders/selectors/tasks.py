"""How many lines wait on the helpdesk, by status."""

from django.db.models import Count

from leasing.models import OrderLine
from leasing.models.order import OPEN


def open_lines_by_status() -> dict[str, int]:
    """Count the open lines of each status; one without lines is left out."""
    rows = OrderLine.objects.filter(status__in=OPEN).order_by()
    return dict(rows.values_list("status").annotate(Count("pk")))
