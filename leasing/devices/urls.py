from django.urls import path

from leasing.devices.views.devices import DeviceList, device_detail
from leasing.devices.views.labels import labels

urlpatterns = [
    path("udstyr/", DeviceList.as_view(), name="device-list"),
    path("udstyr/etiketter/", labels, name="labels"),
    path("udstyr/<int:pk>/", device_detail, name="device-detail"),
]
