from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin
from leasing.models import Order, OrderedDevice, OrderLine


@admin.register(Order)
class OrderAdmin(ClosedAdmin):
    list_display = ["number", "requester_name", "created_at", "created_by"]
    list_select_related = ["created_by"]
    search_fields = ["requester_name", "reference"]


@admin.register(OrderLine)
class OrderLineAdmin(ClosedAdmin):
    list_display = ["__str__", "model", "quantity", "unit", "employee", "status"]
    list_filter = ["status"]
    list_select_related = ["model", "unit", "employee"]
    search_fields = ["supplier_order_number", "employee__initials", "unit__name"]


@admin.register(OrderedDevice)
class OrderedDeviceAdmin(ClosedAdmin):
    list_display = ["line", "device", "is_from_stock", "delivered_on", "handed_out_on"]
    list_select_related = ["line", "device"]
    search_fields = ["device__serial_number"]
