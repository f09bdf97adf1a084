from django.urls import path

from leasing.charges.views import ChargeList, charge, charge_delete, charge_new, device_settle

urlpatterns = [
    path("udstyr/<int:pk>/indfri/", device_settle, name="device-settle"),
    path("engangsbeloeb/", ChargeList.as_view(), name="charge-list"),
    path("engangsbeloeb/nyt/", charge_new, name="charge-new"),
    path("engangsbeloeb/<int:pk>/", charge, name="charge"),
    path("engangsbeloeb/<int:pk>/slet/", charge_delete, name="charge-delete"),
]
