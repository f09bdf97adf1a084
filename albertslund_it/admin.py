from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.forms import ModelMultipleChoiceField
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from albertslund_it.web.rights import may_set_rights_of, may_take_over, reserved
from inventory.models import Access
from leasing.users.selectors.users import is_last_administrator

admin.site.site_header = "Pc-leasing – administration"
admin.site.site_title = "Pc-leasing"
admin.site.index_title = "Stamdata, brugere og indstillinger"
admin.site.empty_value_display = "–"

# What a role may do is written in albertslund_it/roles.py, and written back after every update.
admin.site.unregister(Group)
admin.site.unregister(User)
# The keys of phones are shown once, to whose they are; `break_glass` makes new ones.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


ABOVE = (
    "Personen kan låse kvartaler eller er superbruger. Brugernavn, adgangskode, mail og roller "
    "ændrer kun en superbruger."
)


TURNED_OFF = (
    "Slået fra kan personen ikke logge ind med en adgangskode, kun med kommunens konto. "
    "Den adgangskode, der er, går tabt."
)


class PasswordForm(AdminPasswordChangeForm):
    """Django's own, with what it says in English in Danish."""

    usable_password_help_text = TURNED_OFF


class AccessInline(admin.StackedInline):
    model = Access
    extra = 0
    verbose_name_plural = "adgang til afdelinger og enheder"

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and _may_set(request, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _may_set(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _may_set(request, obj)


def _may_set(request, user) -> bool:
    return user is None or may_set_rights_of(request.user, user)


@admin.register(User)
class OurUserAdmin(UserAdmin):
    """Users: their roles, and which departments and units they see from when.

    Nobody but a superuser changes a superuser, gives a role that closes quarters, takes over the
    user of somebody who has it, or sets their own rights.
    """

    list_display = ["username", "first_name", "last_name", "email", "roles", "is_active"]
    list_filter = ["groups", "is_active"]
    filter_horizontal = ()
    change_password_form = PasswordForm
    inlines = [AccessInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Roller", {"fields": ["groups", "is_active", "is_staff"]}),
        ("Senest", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_fieldsets(self, request, obj=None):
        """Leave out the password of who is above, even to be read, and say why."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or may_take_over(request.user, obj):
            return fieldsets
        (_, first), *others = fieldsets
        return [(None, {**first, "fields": ["username"], "description": ABOVE}), *others]

    def get_readonly_fields(self, request, obj=None):
        fields = list(super().get_readonly_fields(request, obj))
        if obj is None:
            return fields
        if not may_take_over(request.user, obj):
            fields += ["username", "email", "groups", "is_staff"]
        elif not _may_set(request, obj):
            fields += ["groups", "is_staff", "is_active"]
        if is_last_administrator(obj):
            fields += [one for one in ("groups", "is_staff", "is_active") if one not in fields]
        return fields

    def has_change_permission(self, request, obj=None):
        is_below = obj is None or request.user.is_superuser or not obj.is_superuser
        return is_below and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        may = obj is None or (_may_set(request, obj) and may_take_over(request.user, obj))
        return (
            may and not is_last_administrator(obj) and super().has_delete_permission(request, obj)
        )

    def user_change_password(self, request, id, form_url=""):
        user = self.get_object(request, id)
        if user and not may_take_over(request.user, user):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roller")
    def roles(self, user):
        return ", ".join(group.name for group in user.groups.all())

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "groups" and isinstance(field, ModelMultipleChoiceField):
            field.label = "Roller"
            field.help_text = "Hvad personen må. En person kan have flere roller."
            if not request.user.is_superuser:
                above = Permission.objects.filter(reserved())
                field.queryset = Group.objects.exclude(permissions__in=above)
                field.help_text += " Roller, der kan låse kvartaler, giver kun en superbruger."
        if db_field.name == "is_staff" and field:
            field.help_text = "Skal være slået til for administratorer, og kun for dem."
        return field
