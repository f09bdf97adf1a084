from django.urls import path

from leasing.views.closing.charges import (
    ChargeList,
    charge,
    charge_delete,
    charge_new,
    device_settle,
)
from leasing.views.devices import DeviceList, device_detail
from leasing.views.front import front
from leasing.views.imports import import_example, import_kind, import_list
from leasing.views.invoice import invoice, quarter_file
from leasing.views.lines import LineList
from leasing.views.quality.faults import data_quality
from leasing.views.quarter import (
    quarter_close,
    quarter_detail,
    quarter_list,
    quarter_prepare,
    quarter_voucher,
)
from leasing.views.share import share

urlpatterns = [
    path("", front, name="front"),
    path("datakvalitet/", data_quality, name="data-quality"),
    path("egenbetaling/", share, name="share"),
    path("egenbetaling/linjer/", LineList.as_view(), name="lines"),
    path("kvartaler/", quarter_list, name="quarter-list"),
    path("kvartaler/<str:code>/", quarter_detail, name="quarter-detail"),
    path("kvartaler/<str:code>/laas/", quarter_close, name="quarter-close"),
    path("kvartaler/<slug:code>/forberedt/", quarter_prepare, name="quarter-prepare"),
    path("kvartaler/<slug:code>/bilag/", quarter_voucher, name="quarter-voucher"),
    path("kvartaler/<slug:code>/fil/<slug:file_kind>/", quarter_file, name="quarter-file"),
    path("kvartaler/<slug:code>/<slug:number>/", invoice, name="invoice"),
    path("engangsbeloeb/", ChargeList.as_view(), name="charge-list"),
    path("engangsbeloeb/nyt/", charge_new, name="charge-new"),
    path("engangsbeloeb/<int:pk>/", charge, name="charge"),
    path("engangsbeloeb/<int:pk>/slet/", charge_delete, name="charge-delete"),
    path("udstyr/<int:pk>/indfri/", device_settle, name="device-settle"),
    path("indlaes/", import_list, name="import"),
    path("indlaes/<str:kind>/", import_kind, name="import-kind"),
    path("indlaes/<str:kind>/eksempel/", import_example, name="import-example"),
    path("udstyr/", DeviceList.as_view(), name="device-list"),
    path("udstyr/<int:pk>/", device_detail, name="device-detail"),
]
