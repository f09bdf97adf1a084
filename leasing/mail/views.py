import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now
from albertslund_it.web.columns import Column, MarkColumn, NumberColumn
from albertslund_it.web.filters import FilterSet
from albertslund_it.web.lists import ListPage
from albertslund_it.web.tables import Table
from leasing.mail.selectors import mails_seen_by, may_read_mails
from leasing.mail.services import send_unsent
from leasing.models import Mail

WAITING, SENT = "venter", "sendt"
STATES = [(WAITING, "Ikke sendt"), (SENT, "Sendt")]


def _state(mail: Mail):
    if mail.sent_at:
        return ("good", f"Sendt {timezone.localtime(mail.sent_at):%d-%m-%Y %H.%M}")
    return ("bad", "Ikke sendt")


class MomentColumn(Column):
    is_danish = False
    css = "nowrap"


class StateColumn(MarkColumn):
    is_danish = False


class MailTable(Table):
    """Every mail that the system has written."""

    caption = "Mails"
    empty_title = "Der er ikke skrevet nogen mails"
    empty_help = "De kommer her, når der bestilles, spørges om dispensation eller rykkes."

    subject = Column("Emne", link=lambda mail: reverse("mail-detail", args=[mail.pk]))
    recipients = Column("Til", of=lambda mail: mail.recipients.replace(",", ", "))
    written_at = MomentColumn(
        "Skrevet", of=lambda mail: f"{timezone.localtime(mail.written_at):%d-%m-%Y %H.%M}"
    )
    state = StateColumn("Status", of=_state, sort_by="sent_at")
    attempts = NumberColumn("Forsøg")
    error = Column("Hvorfor ikke", orderable=False)


class MailFilter(FilterSet):
    """What the list of mails can be narrowed to."""

    status = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="in_state", empty_label="Alle"
    )

    class Meta:
        model = Mail
        fields: list[str] = []

    def in_state(self, mails, name, state):
        return mails.filter(sent_at__isnull=state == WAITING)


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
    sent, unsent = send_unsent(now=now())
    if unsent:
        messages.warning(request, f"{sent} sendt, {unsent} kunne ikke sendes. Se hvorfor herunder.")
    else:
        messages.success(request, f"{sent} sendt. Alle mails er sendt.")
    return redirect("mail-list")
