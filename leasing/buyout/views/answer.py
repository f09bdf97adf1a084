"""The one open page: an employee answers by the link in the mail, without logging in.

The address is a secret, so no page that it leads to learns of it, no search engine keeps it, and
whatever is wrong with a link looks the same.
"""

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_http_methods

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now, today
from albertslund_it.web.secret_links import secret_page
from leasing.buyout.presenters import question_of
from leasing.buyout.selectors.candidates import invitation_still_open
from leasing.buyout.selectors.links import invitation_in
from leasing.buyout.services.invitations import answer_invitation
from leasing.models import BuyoutInvitation


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, token):
    """Show what is asked, and take the answer; only a post changes anything."""
    pk = invitation_in(token)
    found = invitation_still_open(pk, today()) if pk is not None else None
    said = request.POST.get("svar", "")
    if found is None:
        return secret_page(request, "leasing/buyout/dead_link.html", {}, 404)
    if request.method == "POST" and said in BuyoutInvitation.Answer.values:
        try:
            done = answer_invitation(
                token=token,
                answer=said,
                actor=request.user if request.user.is_authenticated else None,
                today=today(),
                now=now(),
            )
        except Refused:  # somebody else was first
            return secret_page(request, "leasing/buyout/dead_link.html", {}, 404)
        return secret_page(request, "leasing/buyout/thanks.html", {"said": done.answer})
    context = {"question": question_of(found), "is_unsaid": request.method == "POST"}
    status = 422 if context["is_unsaid"] else 200
    return secret_page(request, "leasing/buyout/answer.html", context, status)
