"""The notes about an invoice of the lessor's."""

from django.shortcuts import get_object_or_404

from leasing.notes.views import NotesPage
from leasing.supplier.selectors.invoices import invoices_seen_by


class InvoiceNotes(NotesPage):
    """The notes about an invoice of the lessor's; out of scope it does not exist."""

    about, home, address = "invoice", "supplier-invoice-detail", "supplier-invoice-notes"

    def find(self, request, pk):
        return get_object_or_404(invoices_seen_by(request.user), pk=pk)
