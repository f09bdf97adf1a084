from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now
from albertslund_it.web.lists.pages import ListPage
from leasing.mail.selectors import mails_seen_by, may_read_mails
from leasing.mail.services import send_unsent
from leasing.mail.tables import MailFilter, MailTable
from leasing.models import Mail

MOST = 300  # sent while a page waits


class MailList(ListPage):
    """The mails of a user's own subjects, so that they see what has not arrived."""

    permission_required = ()
    template_name = "leasing/mail/list.html"
    table_class = MailTable
    filter_class = MailFilter
    title = "Mails"
    file_name = "mails"

    def has_permission(self):
        return may_read_mails(self.request.user)

    def rows(self):
        return mails_seen_by(self.request.user).defer("text", "html")

    def extra_context(self):
        may_send = self.request.user.has_perm(HANDLE_ORDERS)
        return {"unsent": Mail.objects.filter(sent_at=None).count() if may_send else 0}


@login_required
def mail_detail(request, pk):
    """Show what a mail says; another's subject does not exist."""
    if not may_read_mails(request.user):
        raise PermissionDenied
    mail = get_object_or_404(mails_seen_by(request.user), pk=pk)
    return render(request, "leasing/mail/detail.html", {"mail": mail})


@permission_required(HANDLE_ORDERS, raise_exception=True)
@require_POST
def mail_retry(request):
    """Try again to send what is not sent."""
    sent, unsent = send_unsent(now=now(), most=MOST)
    if unsent and sent == MOST:
        messages.warning(request, f"{sent} sendt, {unsent} venter. Tryk igen for at sende flere.")
    elif unsent:
        messages.warning(request, f"{sent} sendt, {unsent} kunne ikke sendes. Se hvorfor herunder.")
    else:
        messages.success(request, f"{sent} sendt. Alle mails er sendt.")
    return redirect("mail-list")
