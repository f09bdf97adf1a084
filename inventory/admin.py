from django.contrib import admin

from albertslund_it.web.admin import ClosedAdmin, OurAdmin, may_set_rights_of, may_take_over
from inventory.models import (
    Access,
    Account,
    Category,
    Department,
    Device,
    DeviceModel,
    Employee,
    ExpectedReturn,
    FormerSerialNumber,
    Placement,
    Unit,
)


@admin.register(Department)
class DepartmentAdmin(OurAdmin):
    list_display = ["name", "head_name", "head_mail"]
    search_fields = ["name", "also_known_as", "head_name"]


@admin.register(Unit)
class UnitAdmin(OurAdmin):
    list_display = ["number", "name", "department", "leader_name", "account", "cost_object"]
    list_filter = ["department", "is_cost_holder"]
    list_select_related = ["department"]
    search_fields = ["number", "name", "leader_name", "ean"]
    fieldsets = [
        (None, {"fields": ["number", "name", "department", "is_cost_holder"]}),
        ("Enhedsleder", {"fields": ["leader_name", "leader_mail"]}),
        ("Kontering", {"fields": ["ean", "account", "cost_centre", "psp_element"]}),
    ]

    @admin.display(description="kostbærer")
    def cost_object(self, unit):
        return unit.cost_centre or unit.psp_element


@admin.register(Employee)
class EmployeeAdmin(OurAdmin):
    list_display = ["initials", "name", "unit", "left_on"]
    list_filter = ["unit__department"]
    list_select_related = ["unit"]
    search_fields = ["initials", "name"]


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


@admin.register(Access)
class AccessAdmin(OurAdmin):
    list_display = ["user", "department", "unit", "starts_on", "ends_before"]
    list_filter = ["department"]
    list_select_related = ["user", "department", "unit"]
    search_fields = ["user__username", "user__last_name"]

    def has_change_permission(self, request, obj=None):
        may = obj is None or may_set_rights_of(request.user, obj.user)
        return may and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        may = obj is None or may_set_rights_of(request.user, obj.user)
        return may and super().has_delete_permission(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "user" and not request.user.is_superuser:
            field.queryset = field.queryset.filter(is_superuser=False).exclude(pk=request.user.pk)
        return field


@admin.register(Account)
class AccountAdmin(OurAdmin):
    """Who signs on with which account: to be read, and released when somebody gets a new one."""

    list_display = ["user", "subject", "issuer", "bound_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email", "user__last_name", "subject"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        may = obj is None or may_take_over(request.user, obj.user)
        return may and super().has_delete_permission(request, obj)


@admin.register(ExpectedReturn)
class ExpectedReturnAdmin(ClosedAdmin):
    list_display = ["device", "employee", "unit", "why", "due_on"]
    list_filter = ["why"]
    list_select_related = ["device", "employee", "unit"]
    search_fields = ["device__serial_number", "employee__initials"]
