"""How much of a history a page is asked for."""

from django.http import HttpRequest

from inventory.history.selectors import SHOWN


def shown_history(request: HttpRequest) -> int | None:
    """Return how many changes a page is asked for: all of them with '?historik=alle'."""
    return None if request.GET.get("historik") == "alle" else SHOWN
