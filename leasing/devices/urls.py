from django.urls import path

from leasing.devices.views.devices import DeviceList, device_detail
from leasing.devices.views.labels import labels
from leasing.devices.views.notes import DeviceNoteFile, DeviceNotes
from leasing.devices.views.picked import FactsPage, MessagePage

urlpatterns = [
    path("udstyr/", DeviceList.as_view(), name="device-list"),
    path("udstyr/etiketter/", labels, name="labels"),
    path("udstyr/ret/", FactsPage.as_view(), name="device-facts"),
    path("udstyr/besked/", MessagePage.as_view(), name="device-message"),
    path("udstyr/<int:pk>/", device_detail, name="device-detail"),
    path("udstyr/<int:pk>/noter/", DeviceNotes.as_view(), name="device-notes"),
    path(
        "udstyr/<int:pk>/noter/<int:note>/",
        DeviceNoteFile.as_view(),
        name="device-note-file",
    ),
]
