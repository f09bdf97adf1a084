from django.urls import path

from leasing.orders.views.notes import OrderNoteFile, OrderNotes
from leasing.orders.views.order_detail import order_cancel, order_detail
from leasing.orders.views.order_form import (
    order_edit,
    order_new,
)
from leasing.orders.views.order_list import OrderList
from leasing.orders.views.purchases import purchase, purchase_detail
from leasing.orders.views.reception import delivery, delivery_undo

urlpatterns = [
    path("bestillinger/", OrderList.as_view(), name="order-list"),
    path("bestillinger/ny/", order_new, name="order-new"),
    path("bestillinger/linje/<int:pk>/annuller/", order_cancel, name="order-cancel"),
    path("bestillinger/<int:pk>/", order_detail, name="order-detail"),
    path("bestillinger/<int:pk>/ret/", order_edit, name="order-edit"),
    path("bestillinger/indkoeb/", purchase, name="purchase"),
    path("bestillinger/indkoeb/nummer/", purchase_detail, name="purchase-detail"),
    path("bestillinger/levering/", delivery, name="delivery"),
    path("bestillinger/levering/<int:pk>/fortryd/", delivery_undo, name="delivery-undo"),
    path("bestillinger/<int:pk>/noter/", OrderNotes.as_view(), name="order-notes"),
    path(
        "bestillinger/<int:pk>/noter/<int:note>/",
        OrderNoteFile.as_view(),
        name="order-note-file",
    ),
]
