"""The open page: who has a device answers for it by the link in the mail, without logging in.

It shows the one device and the question. Whatever is wrong with a link looks the same.
"""

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_http_methods

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now, today
from albertslund_it.web.secret_links import secret_page
from leasing.stocktake.forms import CountAnswerForm
from leasing.stocktake.selectors.links import row_still_open
from leasing.stocktake.services.answers import answer_by_link

DEAD = "leasing/stocktake/dead_link.html"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, token):
    """Show the question, and take the answer; only a post changes anything."""
    row = row_still_open(token, today())
    if row is None:
        return secret_page(request, DEAD, {}, 404)
    is_sent = request.method == "POST"  # even of nothing
    form, status = CountAnswerForm(request.POST if is_sent else None), 200
    if is_sent:
        status = 422
        if form.is_valid():
            try:
                done = answer_by_link(
                    token=token,
                    actor=request.user if request.user.is_authenticated else None,
                    today=today(),
                    now=now(),
                    **form.cleaned_data,
                )
            except Refused:  # closed, or moved, a moment ago
                return secret_page(request, DEAD, {}, 404)
            context = {"said": done.answer, "due_on": row.stocktake.due_on}
            return secret_page(request, "leasing/stocktake/thanks.html", context)
    context = {
        "form": form,
        "model_name": row.device.model.name,
        "serial_number": row.device.serial_number,
        "due_on": row.stocktake.due_on,
        "is_answered": bool(row.answer),
    }
    return secret_page(request, "leasing/stocktake/answer.html", context, status)
