"""The mails that were fetched: their list, their files, and what is no order."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.refusals import tell_refusal
from leasing.kept_files.views import DAMAGED, as_download
from leasing.mail_in.selectors import received_mails
from leasing.mail_in.services import dismiss
from leasing.mail_in.tables import ReceivedFilter, ReceivedTable
from leasing.models import ReceivedFile, ReceivedMail


class ReceivedList(ListPage):
    """The mails that came to the helpdesk, and what each became."""

    permission_required = HANDLE_ORDERS
    template_name = "leasing/mail_in/list.html"
    table_class = ReceivedTable
    filter_class = ReceivedFilter
    title = "Modtagne mails"
    file_name = "modtagne-mails"

    def rows(self):
        return received_mails()


@require_GET
@permission_required(HANDLE_ORDERS, raise_exception=True)
def received_file(request, pk, file):
    """Hand out a file that came with a mail."""
    found = get_object_or_404(
        ReceivedFile.objects.select_related("file", "mail").exclude(file=None), mail__pk=pk, pk=file
    )
    if found.file and (answer := as_download(found.name, found.file)):
        return answer
    messages.error(request, DAMAGED)
    return redirect("received-list")


@require_POST
@permission_required(HANDLE_ORDERS, raise_exception=True)
def received_dismiss(request, pk):
    """Say that a mail is no order: its draft goes."""
    get_object_or_404(ReceivedMail, pk=pk)
    try:
        mail = dismiss(mail_id=pk, actor=request.user)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(
            request, f"»{mail}« er ikke en bestilling. Mailen ligger stadig i postkassen."
        )
    return redirect("received-list")
