from django.urls import path

from leasing.quarters.views.corrections import corrections_page
from leasing.quarters.views.invoice import invoice, quarter_archive, quarter_file
from leasing.quarters.views.quarters import (
    quarter_close,
    quarter_detail,
    quarter_list,
    quarter_prepare,
)
from leasing.quarters.views.voucher import quarter_voucher, voucher_correct
from leasing.quarters.views.year_end import year_end_page

urlpatterns = [
    path("kvartaler/", quarter_list, name="quarter-list"),
    path("kvartaler/aar/<int:year>/", year_end_page, name="year-end"),
    path("kvartaler/rettelser/", corrections_page, name="corrections"),
    path("kvartaler/<str:code>/", quarter_detail, name="quarter-detail"),
    path("kvartaler/<str:code>/laas/", quarter_close, name="quarter-close"),
    path("kvartaler/<slug:code>/forberedt/", quarter_prepare, name="quarter-prepare"),
    path("kvartaler/<slug:code>/bilag/", quarter_voucher, name="quarter-voucher"),
    path("kvartaler/<slug:code>/bilag/ret/", voucher_correct, name="voucher-correct"),
    path("kvartaler/<slug:code>/fil/<slug:file_kind>/", quarter_file, name="quarter-file"),
    path("kvartaler/<slug:code>/arkiv/", quarter_archive, name="quarter-archive"),
    path("kvartaler/<slug:code>/<slug:number>/", invoice, name="invoice"),
]
