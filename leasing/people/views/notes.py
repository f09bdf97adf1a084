"""The notes about an employee."""

from django.shortcuts import get_object_or_404

from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import employees_seen_by
from leasing.notes.views import NoteFile, NotesPage


class EmployeeNotes(NotesPage):
    """The notes about an employee; out of scope it does not exist."""

    about, home, address = "employee", "employee-detail", "employee-notes"

    def find(self, request, pk):
        return get_object_or_404(employees_seen_by(request.user, today()), pk=pk)


class EmployeeNoteFile(EmployeeNotes, NoteFile):
    """A file of such a note."""
