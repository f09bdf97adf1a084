"""What was taken in: the list, each of them, its file, its rows that wait, and how it is undone."""

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now
from albertslund_it.web.database.recorded import RowsOfModel
from albertslund_it.web.forms.agreement import FIELD, NotAsShown, agreed_by
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.refusals import tell_refusal
from inventory.acts.presenters import words_of
from inventory.acts.selectors.written import rows_of
from inventory.acts.services.undoing import why_not
from inventory.models import Act
from leasing.imports.exports import write_faults
from leasing.imports.importers.kinds import KINDS
from leasing.imports.importers.people import reads_all_of, without_people
from leasing.imports.presenters import (
    SHOWN,
    counts_shown,
    mark_of,
    rows_that_wait,
    undoing_agreed,
    undoing_told,
)
from leasing.imports.selectors import batches_of, waiting_of, what_goes_back
from leasing.imports.services.batches import drop_waiting
from leasing.imports.services.undoing import undo_batch
from leasing.imports.tables import BatchFilter, BatchTable
from leasing.imports.views.files import as_workbook, kinds_of
from leasing.jobs.views.asking import answer_with, ask_or_do
from leasing.kept_files.views import DAMAGED, as_download
from leasing.models import Job
from leasing.setup.selectors.standing import is_set_up, may_set_up
from leasing.undo.presenters import waiting_in_words
from leasing.undo.selectors.acts import waiting_back, wrote_much
from leasing.undo.selectors.hindrances import all_hindrances, oldest_kept

NOT_YOURS = (
    "Filen kan sige, hvem der har udstyret. Den, der indlæste den, og it-helpdesk kan hente den."
)


class BatchList(ListPage):
    """What was taken in of the kinds that the user may take in."""

    table_class = BatchTable
    filter_class = BatchFilter
    template_name = "leasing/imports/batches.html"
    title = "Indlæsninger"
    file_name = "indlaesninger"

    def has_permission(self):
        return bool(kinds_of(self.request.user))

    def rows(self):
        return batches_of(kinds_of(self.request.user)).order_by("-id")

    def filter_options(self):
        return {"kinds": list(kinds_of(self.request.user))}


def batch_for(request, pk: int):
    """Return a batch of a kind that the user may take in; another's does not exist for them."""
    kinds = kinds_of(request.user)
    if not kinds:
        raise PermissionDenied
    return get_object_or_404(batches_of(kinds).select_related("act__undone_by"), pk=pk)


@require_GET
def batch_page(request, pk):
    """Show what a file did, and its rows that wait."""
    batch = batch_for(request, pk)
    waiting = list(batch.waiting_rows.waiting()[:SHOWN])
    importer = KINDS[batch.kind]
    reads_all = reads_all_of(request.user, importer, batch)
    hides = False
    if not reads_all:
        waiting, hides = without_people(importer, batch, waiting)
    names = {
        column.field: column.name for column in importer.columns if reads_all or not column.personal
    }
    context = {
        "batch": batch,
        "importer": importer,
        "mark": mark_of(is_undone=batch.is_undone, waiting=batch.waiting_count),
        "did": counts_shown(batch.counts),
        "values": [(names[name], value) for name, value in batch.values.items() if name in names],
        "waiting": rows_that_wait(batch.headings, waiting),
        "reads_all": reads_all,
        "hides": hides,
        "more": max(0, batch.waiting_count - SHOWN),
        "goes_on": may_set_up(request.user) and not is_set_up(),
        "may_undo": batch.act and not batch.is_undone,
    }
    return render(request, "leasing/imports/batch.html", context)


@require_GET
def batch_file(request, pk):
    """Hand out the file that was taken in."""
    batch = batch_for(request, pk)
    if not reads_all_of(request.user, KINDS[batch.kind], batch):
        messages.info(request, NOT_YOURS)
        return redirect("import-batch", pk)
    if batch.file is None:
        messages.info(request, "Filen er slettet: den gemmes ikke længere end det, den fortæller.")
        return redirect("import-batch", pk)
    if answer := as_download(batch.name, batch.file):
        return answer
    messages.error(request, DAMAGED)
    return redirect("import-batch", pk)


@require_GET
def waiting_list(request):
    """Show what waits of all that was taken in."""
    kinds = kinds_of(request.user)
    if not kinds:
        raise PermissionDenied
    batches = [(one, KINDS[one.kind].label) for one in waiting_of(kinds)]
    return render(request, "leasing/imports/waiting.html", {"batches": batches})


@require_GET
def waiting_file(request, pk):
    """Return the rows of a batch that wait as a file to mend, with what is wrong beside them."""
    batch = batch_for(request, pk)
    importer, waiting = KINDS[batch.kind], list(batch.waiting_rows.waiting())
    if (
        not reads_all_of(request.user, importer, batch)
        and (without_people(importer, batch, waiting)[1])
    ):  # without those cells it would be taken in as if they had been empty
        messages.info(request, NOT_YOURS)
        return redirect("import-batch", pk)
    rows = [(row.cells, row.reason, f"{pk}/{row.number}") for row in waiting]
    stream = io.BytesIO()
    write_faults(stream, batch.headings, rows)
    return as_workbook(stream, f"venter-{pk}.xlsx")


@require_POST
def waiting_drop(request, pk):
    """Drop rows that wait: those that were ticked, or all of the batch."""
    batch = batch_for(request, pk)
    sent = [one for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 10]
    numbers = list(map(int, sent))
    if "all" in request.POST:
        numbers = list(batch.waiting_rows.waiting().values_list("number", flat=True))
    try:
        if not numbers:
            raise Refused("Sæt kryds ved de rækker, der ikke skal vente længere.")
        count = drop_waiting(batch=batch, numbers=numbers)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, f"{count} række{'' if count == 1 else 'r'} venter ikke længere.")
    return redirect("import-batch", pk)


def batch_undo(request, pk):
    """Show what goes back when a batch is undone, and what stands in the way; then undo it."""
    batch = batch_for(request, pk)
    act = batch.act
    if act is None:
        messages.info(request, "Indlæsningen ændrede intet, der kan fortrydes.")
        return redirect("import-batch", pk)
    written = [] if act.undone_at else rows_of(act)
    undoing = what_goes_back(written, SHOWN)
    waiting = waiting_in_words(waiting_back(act))
    status, reasons = 200, []
    if request.method == "POST":
        try:
            if wrote_much(act):
                return answer_with(request, _undoing_asked(request, batch, act))
            undo_batch(
                number=pk,
                actor=request.user,
                now=now(),
                agree=agreed_by(request.POST, lambda: undoing_agreed(undoing, waiting)),
            )
        except NotAsShown as changed:
            for reason in changed.reasons:
                messages.warning(request, reason)
        except Refused as refused:
            status, reasons = 422, refused.reasons
        else:
            messages.success(request, f"{batch} er fortrudt.")
            return redirect("import-batch", pk)
    reasons = reasons or _hindrances(request, act, written)
    context = {
        "batch": batch,
        "importer": KINDS[batch.kind],
        "reasons": reasons,
        "agreed": undoing_agreed(undoing, waiting),
        "shown": list(undoing_told(undoing.rows)),
        "waiting": waiting,
        "more": undoing.count - len(undoing.rows),
        "takes_long": wrote_much(act),
    }
    return render(request, "leasing/imports/undo.html", context, status=status)


def _undoing_asked(request, batch, act: Act) -> Job:
    return ask_or_do(
        request,
        kind="import_undo",
        title=f"Fortryd {str(batch).lower()} ({batch.name})",
        arguments={
            "batch": batch.pk,
            "agreed": request.POST.get(FIELD, ""),
            "back": reverse("import-undo", args=[batch.pk]),
        },
        permissions=[*KINDS[batch.kind].permissions, act.permission],
    )


def _hindrances(request, act: Act, written: list[RowsOfModel]) -> list[str]:
    if reason := why_not(act, request.user, oldest_kept(now())):
        return [reason]
    return words_of(all_hindrances(act, written))
