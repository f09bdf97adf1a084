from django.urls import path

from leasing.views.devices import DeviceList, device_detail

urlpatterns = [
    path("udstyr/", DeviceList.as_view(), name="device-list"),
    path("udstyr/<int:pk>/", device_detail, name="device-detail"),
]
