"""The notes about an order."""

from django.shortcuts import get_object_or_404

from albertslund_it.web.clock import today
from leasing.notes.views import NoteFile, NotesPage
from leasing.orders.selectors.scope import orders_seen_by


class OrderNotes(NotesPage):
    """The notes about an order; out of scope it does not exist."""

    about, home, address = "order", "order-detail", "order-notes"

    def find(self, request, pk):
        return get_object_or_404(orders_seen_by(request.user, today()), pk=pk)


class OrderNoteFile(OrderNotes, NoteFile):
    """A file of such a note."""
