from django.urls import path

from leasing.orders.views.order_detail import order_cancel, order_detail
from leasing.orders.views.order_form import (
    order_edit,
    order_line_facts,
    order_line_new,
    order_new,
    order_people,
)
from leasing.orders.views.order_list import OrderList
from leasing.orders.views.purchases import purchase, purchase_detail
from leasing.orders.views.reception import delivery, delivery_undo

urlpatterns = [
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
]
