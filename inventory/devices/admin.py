from django.contrib import admin

from albertslund_it.web.admin import OurAdmin
from inventory.models import (
    Category,
    Device,
    DeviceModel,
    FormerSerialNumber,
    ModelAlias,
    Placement,
)


@admin.register(Category)
class CategoryAdmin(OurAdmin):
    list_display = ["name", "is_pc"]
    search_fields = ["name"]


@admin.register(DeviceModel)
class DeviceModelAdmin(OurAdmin):
    list_display = ["name", "category", "features"]
    list_filter = ["category"]
    list_select_related = ["category"]
    search_fields = ["name"]


@admin.register(ModelAlias)
class ModelAliasAdmin(OurAdmin):
    list_display = ["name", "model"]
    list_select_related = ["model"]
    search_fields = ["name", "model__name"]


# Stacked, for in a tabular inline Django's fields have no labels that a screen reader finds.
class FormerSerialNumberInline(admin.StackedInline):
    model = FormerSerialNumber
    extra = 0


class PlacementInline(admin.StackedInline):
    model = Placement
    extra = 0
    raw_id_fields = ["employee"]


@admin.register(Device)
class DeviceAdmin(OurAdmin):
    list_display = ["serial_number", "model", "warranty_until"]
    list_filter = ["model"]
    list_select_related = ["model"]
    search_fields = ["serial_number", "former_serial_numbers__serial_number"]
    exclude = ["last_seen"]  # for the helpdesk only, on the device's own page
    inlines = [PlacementInline, FormerSerialNumberInline]
