from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User

from inventory.models import Access

admin.site.site_header = "Pc-leasing – administration"
admin.site.site_title = "Pc-leasing"
admin.site.index_title = "Stamdata, brugere og indstillinger"
admin.site.empty_value_display = "–"

# What a role may do is written in albertslund_it/roles.py, and written back after every update.
admin.site.unregister(Group)
admin.site.unregister(User)


class AccessInline(admin.StackedInline):
    model = Access
    extra = 0
    verbose_name_plural = "adgang til afdelinger og enheder"


@admin.register(User)
class OurUserAdmin(UserAdmin):
    """Users: their roles, and which departments and units they see from when."""

    list_display = ["username", "first_name", "last_name", "email", "roles", "is_active"]
    list_filter = ["groups", "is_active"]
    filter_horizontal: tuple[str, ...] = ()
    inlines = [AccessInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Roller", {"fields": ["groups", "is_active", "is_staff"]}),
        ("Senest", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roller")
    def roles(self, user):
        return ", ".join(group.name for group in user.groups.all())

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.label = "Roller"
            field.help_text = "Hvad personen må. En person kan have flere roller."
        if db_field.name == "is_staff":
            field.help_text = "Skal være slået til for administratorer, og kun for dem."
        return field
