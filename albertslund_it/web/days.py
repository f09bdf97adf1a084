"""A day as the server reads it, told while the form is being filled in."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from albertslund_it.web.forms.fields import DateField


@require_safe
def day_read(request):
    """Return in full the day that was typed; nothing where it is none, for the form says why."""
    try:
        day = DateField(required=False).clean(request.GET.get("skrevet", ""))
    except ValidationError:
        day = None
    if day is None:
        return HttpResponse(status=204)
    return HttpResponse(f"{day:%d-%m-%Y}", content_type="text/plain")
