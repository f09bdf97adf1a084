from django.urls import path

from leasing.share_urls import urlpatterns as share_urls
from leasing.views.closing.charges import (
    ChargeList,
    charge,
    charge_delete,
    charge_new,
    device_settle,
)
from leasing.views.closing.corrections import corrections_page
from leasing.views.closing.voucher import quarter_voucher, voucher_correct
from leasing.views.closing.year_end import year_end_page
from leasing.views.confirmation.finance import department_answers, first_page
from leasing.views.confirmation.leader import confirmation, objection_new
from leasing.views.confirmation.objections import ObjectionList, objection
from leasing.views.devices import DeviceList, device_detail
from leasing.views.finding.labels import labels
from leasing.views.finding.search import search_page
from leasing.views.front import front
from leasing.views.handling.actions import HandOut, Lend, TakeBack, Transfer
from leasing.views.handling.single import device_found, device_loss, device_swap
from leasing.views.imports import import_example, import_kind, import_list
from leasing.views.invoice import invoice, quarter_archive, quarter_file
from leasing.views.ordering.approvals import ApprovalList, approval_detail, approval_new
from leasing.views.ordering.lease_correct import lease_correct
from leasing.views.ordering.mails import MailList, mail_detail, mail_retry
from leasing.views.ordering.order_detail import order_cancel, order_detail
from leasing.views.ordering.order_form import (
    order_edit,
    order_line_facts,
    order_line_new,
    order_new,
    order_people,
)
from leasing.views.ordering.order_list import OrderList
from leasing.views.ordering.purchases import purchase, purchase_detail
from leasing.views.ordering.reception import delivery, delivery_undo
from leasing.views.people.detail import (
    coming_new,
    employee_ask_back,
    employee_detail,
    employee_edit,
    employee_join,
)
from leasing.views.people.list import EmployeeList
from leasing.views.quality.faults import data_quality
from leasing.views.quarter import (
    quarter_close,
    quarter_detail,
    quarter_list,
    quarter_prepare,
)
from leasing.views.share.lines import LineList
from leasing.views.share.share import share
from leasing.views.supplier.files import (
    supplier_invoice_attach,
    supplier_invoice_file,
    supplier_invoice_remove_file,
)
from leasing.views.supplier.invoices import (
    ClaimList,
    SupplierInvoiceDetail,
    SupplierInvoiceList,
    supplier_invoice_new,
    supplier_invoice_voucher,
    supplier_invoice_withdraw,
)
from leasing.views.supplier.reconciliation import (
    DifferenceList,
    reconciliation,
    reconciliation_decide,
    stray_take_back,
)
from leasing.views.trail.trail import trail, trail_search
from leasing.views.trail.why import line_why
from leasing.views.year.obligation import ObligationList
from leasing.views.year.pivot import year_page

urlpatterns = [
    # The front page, the search and the standing faults.
    path("", front, name="front"),
    path("soeg/", search_page, name="search"),
    path("datakvalitet/", data_quality, name="data-quality"),
    # Devices, and what happens to them.
    path("udstyr/", DeviceList.as_view(), name="device-list"),
    path("udstyr/etiketter/", labels, name="labels"),
    path("udstyr/udlever/", HandOut.as_view(), name="hand-out"),
    path("udstyr/flyt/", Transfer.as_view(), name="transfer"),
    path("udstyr/tag-tilbage/", TakeBack.as_view(), name="take-back"),
    path("udstyr/udlaan/", Lend.as_view(), name="lend"),
    path("udstyr/<int:pk>/", device_detail, name="device-detail"),
    path("udstyr/<int:pk>/ombyt/", device_swap, name="swap"),
    path("udstyr/<int:pk>/tab/", device_loss, name="loss"),
    path("udstyr/<int:pk>/fundet/", device_found, name="found-again"),
    path("udstyr/<int:pk>/leasing/", lease_correct, name="lease-correct"),
    path("udstyr/<int:pk>/indfri/", device_settle, name="device-settle"),
    # People.
    path("medarbejdere/", EmployeeList.as_view(), name="employee-list"),
    path("medarbejdere/kommende/", coming_new, name="coming-new"),
    path("medarbejdere/<int:pk>/", employee_detail, name="employee-detail"),
    path("medarbejdere/<int:pk>/ret/", employee_edit, name="employee-edit"),
    path("medarbejdere/<int:pk>/saml/", employee_join, name="employee-join"),
    path(
        "medarbejdere/<int:pk>/bed-tilbage/<int:device_pk>/",
        employee_ask_back,
        name="employee-ask-back",
    ),
    # Orders, from the mail to the delivery.
    path("bestillinger/", OrderList.as_view(), name="order-list"),
    path("bestillinger/ny/", order_new, name="order-new"),
    path("bestillinger/medarbejdere/", order_people, name="order-people"),
    path("bestillinger/linje/", order_line_facts, name="order-line-facts"),
    path("bestillinger/linje/ny/", order_line_new, name="order-line-new"),
    path("bestillinger/linje/<int:pk>/annuller/", order_cancel, name="order-cancel"),
    path("bestillinger/<int:pk>/", order_detail, name="order-detail"),
    path("bestillinger/<int:pk>/ret/", order_edit, name="order-edit"),
    path("bestillinger/indkoeb/", purchase, name="purchase"),
    path("bestillinger/indkoeb/nummer/", purchase_detail, name="purchase-detail"),
    path("bestillinger/levering/", delivery, name="delivery"),
    path("bestillinger/levering/<int:pk>/fortryd/", delivery_undo, name="delivery-undo"),
    path("dispensationer/", ApprovalList.as_view(), name="approval-list"),
    path("dispensationer/ny/", approval_new, name="approval-new"),
    path("dispensationer/<int:pk>/", approval_detail, name="approval-detail"),
    path("mails/", MailList.as_view(), name="mail-list"),
    path("mails/<int:pk>/", mail_detail, name="mail-detail"),
    path("mails/send/", mail_retry, name="mail-retry"),
    # A department's share, and what it says of it.
    path("egenbetaling/", share, name="share"),
    path("egenbetaling/linjer/", LineList.as_view(), name="lines"),
    *share_urls,
    path("linjer/beregning/<int:lease>/<int:unit>/<str:period>/", line_why, name="line-why"),
    path("bekraeft/", confirmation, name="confirm"),
    path("bekraeft/<int:pk>/ikke-vores/", objection_new, name="objection-new"),
    path("indsigelser/", ObjectionList.as_view(), name="objection-list"),
    path("indsigelser/<int:pk>/", objection, name="objection"),
    # Files.
    path("indlaes/", import_list, name="import"),
    path("indlaes/<str:kind>/", import_kind, name="import-kind"),
    path("indlaes/<str:kind>/eksempel/", import_example, name="import-example"),
    # The lessor's invoices, and the way from a posting to them.
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
    path("bilagsspor/", trail_search, name="trail-search"),
    path("bilagsspor/<slug:number>/", trail, name="trail"),
    # One-off amounts.
    path("engangsbeloeb/", ChargeList.as_view(), name="charge-list"),
    path("engangsbeloeb/nyt/", charge_new, name="charge-new"),
    path("engangsbeloeb/<int:pk>/", charge, name="charge"),
    path("engangsbeloeb/<int:pk>/slet/", charge_delete, name="charge-delete"),
    # Quarters; the year's pages come before the codes, which take any word.
    path("kvartaler/", quarter_list, name="quarter-list"),
    path("kvartaler/aar/<int:year>/", year_end_page, name="year-end"),
    path("kvartaler/udgift/", year_page, name="year"),
    path("kvartaler/udgift/restforpligtelse/", ObligationList.as_view(), name="obligation"),
    path("kvartaler/foerste/", first_page, name="first-rebilling"),
    path("kvartaler/foerste/<int:pk>/", department_answers, name="round-department"),
    path("kvartaler/rettelser/", corrections_page, name="corrections"),
    path("kvartaler/<str:code>/", quarter_detail, name="quarter-detail"),
    path("kvartaler/<str:code>/laas/", quarter_close, name="quarter-close"),
    path("kvartaler/<slug:code>/forberedt/", quarter_prepare, name="quarter-prepare"),
    path("kvartaler/<slug:code>/bilag/", quarter_voucher, name="quarter-voucher"),
    path("kvartaler/<slug:code>/bilag/ret/", voucher_correct, name="voucher-correct"),
    path("kvartaler/<slug:code>/fil/<slug:file_kind>/", quarter_file, name="quarter-file"),
    path("kvartaler/<slug:code>/arkiv/", quarter_archive, name="quarter-archive"),
    path("kvartaler/<slug:code>/afstemning/", reconciliation, name="reconciliation"),
    path(
        "kvartaler/<slug:code>/afstemning/linjer/",
        DifferenceList.as_view(),
        name="reconciliation-lines",
    ),
    path(
        "kvartaler/<slug:code>/afstemning/afgoer/",
        reconciliation_decide,
        name="reconciliation-decide",
    ),
    path(
        "kvartaler/<slug:code>/afstemning/bortfaldet/<int:pk>/",
        stray_take_back,
        name="stray-take-back",
    ),
    path("kvartaler/<slug:code>/<slug:number>/", invoice, name="invoice"),
]
