from django.urls import path

from leasing.supplier.views.files import (
    supplier_invoice_attach,
    supplier_invoice_file,
    supplier_invoice_remove_file,
)
from leasing.supplier.views.invoices import (
    ClaimList,
    SupplierInvoiceDetail,
    SupplierInvoiceList,
    supplier_invoice_new,
    supplier_invoice_voucher,
    supplier_invoice_withdraw,
)
from leasing.supplier.views.notes import InvoiceNotes
from leasing.supplier.views.reconciliation import (
    AcrossList,
    CountedLineList,
    DifferenceList,
    orphan_take_back,
    reconciliation,
    reconciliation_decide,
)

urlpatterns = [
    path("leverandoerfakturaer/", SupplierInvoiceList.as_view(), name="supplier-invoice-list"),
    path("leverandoerfakturaer/ny/", supplier_invoice_new, name="supplier-invoice-new"),
    path("leverandoerfakturaer/krav/", ClaimList.as_view(), name="claims"),
    path(
        "leverandoerfakturaer/<int:pk>/",
        SupplierInvoiceDetail.as_view(),
        name="supplier-invoice-detail",
    ),
    path(
        "leverandoerfakturaer/<int:pk>/bilag/",
        supplier_invoice_voucher,
        name="supplier-invoice-voucher",
    ),
    path(
        "leverandoerfakturaer/<int:pk>/filer/",
        supplier_invoice_attach,
        name="supplier-invoice-attach",
    ),
    path(
        "leverandoerfakturaer/<int:pk>/filer/<int:file>/",
        supplier_invoice_file,
        name="supplier-invoice-file",
    ),
    path(
        "leverandoerfakturaer/<int:pk>/filer/<int:file>/fjern/",
        supplier_invoice_remove_file,
        name="supplier-invoice-remove-file",
    ),
    path(
        "leverandoerfakturaer/<int:pk>/tilbage/",
        supplier_invoice_withdraw,
        name="supplier-invoice-withdraw",
    ),
    path("kvartaler/<slug:code>/afstemning/", reconciliation, name="reconciliation"),
    path(
        "kvartaler/<slug:code>/afstemning/linjer/",
        DifferenceList.as_view(),
        name="reconciliation-lines",
    ),
    path(
        "kvartaler/<slug:code>/afstemning/fakturalinjer/",
        CountedLineList.as_view(),
        name="reconciliation-invoiced",
    ),
    path(
        "kvartaler/<slug:code>/afstemning/andre-kvartaler/",
        AcrossList.as_view(),
        name="reconciliation-across",
    ),
    path(
        "kvartaler/<slug:code>/afstemning/afgoer/",
        reconciliation_decide,
        name="reconciliation-decide",
    ),
    path(
        "kvartaler/<slug:code>/afstemning/bortfaldet/<int:pk>/",
        orphan_take_back,
        name="stray-take-back",
    ),
    path(
        "leverandoerfakturaer/<int:pk>/noter/",
        InvoiceNotes.as_view(),
        name="supplier-invoice-notes",
    ),
]
