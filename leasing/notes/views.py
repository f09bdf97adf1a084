"""The page of the notes about a thing, for the subjects that have such things."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.generic import View

from albertslund_it.common.errors import Refused
from albertslund_it.web.clock import now
from albertslund_it.web.forms import uploads
from albertslund_it.web.query import number_in
from leasing.kept_files.views import DAMAGED, as_download
from leasing.models import Note
from leasing.notes.forms import NoteForm
from leasing.notes.selectors import may_read, may_write, notes_on
from leasing.notes.services import delete_note, write_note

TOO_LARGE = "Filen er for stor: den må højst fylde 20 MB. Intet er gemt."


class NotesPage(LoginRequiredMixin, View):
    """Show the notes about a thing, write one, and take one away.

    A subclass says what it is about: `about` is the link to it, `home` and `address` the names of
    its page and of this one.
    """

    about = ""
    home = ""
    address = ""

    def find(self, request: HttpRequest, pk: int) -> Model:
        """Return the thing; out of scope it does not exist."""
        raise NotImplementedError

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not may_read(request.user, self.about):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, pk, **kwargs):
        form = NoteForm(with_file=has_file(self.about))
        return self.page(request, self.find(request, pk), form)

    def post(self, request, pk):
        thing = self.find(request, pk)
        if not may_write(request.user, self.about):
            raise PermissionDenied
        if (note := number_in(request.POST.get("slet", ""))) is not None:
            delete_note(about=self.about, thing=thing, note_id=note, actor=request.user)
            messages.success(request, "Noten er slettet.")
            return redirect(self.home, pk)
        form = NoteForm(request.POST, request.FILES, with_file=has_file(self.about))
        if form.is_valid():
            try:
                self.write(request, thing, form.cleaned_data)
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, "Noten er gemt.")
                return redirect(f"{reverse(self.home, args=[pk])}#noter")
        return self.page(request, thing, form, 422)

    def write(self, request, thing: Model, data: dict[str, Any]) -> None:
        if uploads.was_too_large(request):
            raise Refused(TOO_LARGE)
        upload = data.get("file")
        write_note(
            about=self.about,
            thing=thing,
            text=data["text"],
            file=(upload.name, upload.read()) if upload else None,
            actor=request.user,
            now=now(),
        )

    def page(self, request, thing: Model, form: NoteForm, status: int = 200):
        context = {
            "thing": thing,
            "home_url": reverse(self.home, args=[thing.pk]),
            "notes": notes_shown(request.user, self.about, thing, self.address, form),
        }
        return render(request, "leasing/notes/page.html", context, status=status)


class NoteFile(NotesPage):
    """Hand the file of a note out as it came."""

    http_method_names = ["get", "head"]

    def get(self, request, pk, **kwargs):
        thing, note = self.find(request, pk), kwargs["note"]
        notes = Note.objects.select_related("file").filter(**{self.about: thing})
        found = get_object_or_404(notes, pk=note)
        if found.file is None:
            raise Http404
        if answer := as_download(found.file_name, found.file):
            return answer
        messages.error(request, DAMAGED)
        return redirect(self.home, pk)


def has_file(about: str) -> bool:
    """Return whether a note may bring a file: an invoice has a place for its files."""
    return about != "invoice"


def notes_shown(
    user, about: str, thing: Model, address: str, form: NoteForm | None = None
) -> dict[str, object] | None:
    """Return what `leasing/notes/notes.html` shows; nothing for who may not read notes."""
    if not may_read(user, about):
        return None
    return {
        "rows": list(notes_on(about, thing)),
        "form": (form or NoteForm(with_file=has_file(about))) if may_write(user, about) else None,
        "is_open": form is not None,
        "url": reverse(address, args=[thing.pk]),
        "with_finance": about == "invoice",
    }
