from django.urls import path

from leasing.leases.views import lease_correct

urlpatterns = [
    path("udstyr/<int:pk>/leasing/", lease_correct, name="lease-correct"),
]
