from django.contrib import admin
from django.contrib.auth.models import User

from albertslund_it.web.admin import OurAdmin, may_set_rights_of, may_take_over
from inventory.models import Access, Account, Department, Unit


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
        if db_field.name == "user" and not request.user.is_superuser:
            others = User.objects.filter(is_superuser=False).exclude(pk=request.user.pk)
            kwargs["queryset"] = others.order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


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
