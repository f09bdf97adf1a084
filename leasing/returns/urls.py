from django.urls import path

from leasing.returns.views.departure import device_departure

urlpatterns = [
    path("udstyr/<int:pk>/afgang/", device_departure, name="departure"),
]
