from django.contrib import admin
from django.contrib.auth.models import User

from albertslund_it.web.admin import OurAdmin
from albertslund_it.web.clock import today
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.rights import may_set_rights_of, may_take_over
from inventory.models import Access, Account, Department, Unit, UnitAlias, UnitBefore
from inventory.organisation.services import keep_before


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

    def save_model(self, request, obj, form, change):
        if change:
            was, changes = Unit.objects.get(pk=obj.pk), Changes((UnitBefore,))
            if was.department:
                facts = {"department": obj.department, "name": obj.name}
                keep_before(was, today(), changes, **facts)
                changes.save(request.user)
        super().save_model(request, obj, form, change)

    @admin.display(description="kostbærer")
    def cost_object(self, unit):
        return unit.cost_centre or unit.psp_element


@admin.register(UnitAlias)
class UnitAliasAdmin(OurAdmin):
    list_display = ["name", "unit"]
    list_select_related = ["unit"]
    search_fields = ["name", "unit__name", "unit__number"]


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
