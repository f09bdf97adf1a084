"""The notes about a device."""

from django.shortcuts import get_object_or_404

from albertslund_it.web.clock import today
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.notes.views import NoteFile, NotesPage


class DeviceNotes(NotesPage):
    """The notes about a device; out of scope it does not exist."""

    about, home, address = "device", "device-detail", "device-notes"

    def find(self, request, pk):
        return get_object_or_404(devices_seen_by(request.user, today()), pk=pk)


class DeviceNoteFile(DeviceNotes, NoteFile):
    """A file of such a note."""
