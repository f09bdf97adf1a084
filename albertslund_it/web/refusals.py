"""What a page says where it was refused to do something, and goes on to another page."""

from django.contrib import messages
from django.http import HttpRequest

from albertslund_it.common.errors import Refused


def tell_refusal(request: HttpRequest, refused: Refused) -> None:
    """Show each reason of a refusal on the page that comes next."""
    for reason in refused.reasons:
        messages.error(request, reason)
