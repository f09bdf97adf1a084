"""Who may do what: one table, written to Django's groups after every migration.

`app.*` stands for Django's own four permissions on every model of an app (the admin's).
"""

ALL = "inventory.view_all_departments"
# Who holds a device, and when it was last seen: finance and auditors do without.
PEOPLE = "inventory.view_employee"
LAST_SEEN = "inventory.see_last_seen"

# Who may do this closes quarters and takes the money's files: only a superuser hands it on.
RESERVED = ("leasing.close_quarter", "leasing.export_rebilling")

HELPDESK = "It-helpdesk"
HEAD = "Leder"
UNIT_LEADER = "Enhedsleder"
FINANCE = "Økonomi"
AUDITOR = "Ledelse og revision"
ADMINISTRATOR = "Administrator"

ROLES: dict[str, tuple[str, ...]] = {
    HELPDESK: (
        ALL,
        "inventory.view_device",
        PEOPLE,
        LAST_SEEN,
        "inventory.import_inventory",
        "inventory.view_roll",
        "inventory.manage_rollout",
        "leasing.register_deliveries",
        "leasing.view_order",
        "leasing.handle_orders",
        "leasing.settle_objection",
        "leasing.add_scenario",
    ),
    HEAD: (
        "inventory.view_device",
        PEOPLE,
        "inventory.view_roll",
        "leasing.view_order",
        "leasing.decide_approval",
        "leasing.object_to_device",
        "leasing.wish_for_end",
        "leasing.add_scenario",
    ),
    UNIT_LEADER: (
        "inventory.view_device",
        PEOPLE,
        "leasing.view_order",
        "leasing.object_to_device",
        "leasing.wish_for_end",
        "leasing.add_scenario",
    ),
    FINANCE: (
        ALL,
        "inventory.view_device",
        "inventory.import_inventory",
        "leasing.register_deliveries",
        "leasing.manage_amounts",
        "leasing.add_scenario",
        "leasing.view_order",
        "leasing.reconcile",
        "leasing.view_supplierinvoice",
        "leasing.view_billingrun",
        "leasing.close_quarter",
        "leasing.export_rebilling",
    ),
    AUDITOR: (
        ALL,
        "inventory.view_device",
        "inventory.view_roll",
        "leasing.view_order",
        "leasing.view_supplierinvoice",
        "leasing.view_billingrun",
    ),
    ADMINISTRATOR: (
        ALL,
        # Not auth.*: what a group may is written here, and what a user may comes from groups.
        "auth.add_user",
        "auth.change_user",
        "auth.delete_user",
        "auth.view_user",
        "auth.view_group",
        "axes.*",
        "inventory.*",
        "leasing.*",
    ),
}


def write_roles(**kwargs):
    """Make the groups of the table, with exactly its permissions."""
    from django.contrib.auth.models import Group, Permission

    for name, codes in ROLES.items():
        wanted: list[Permission] = []
        for code in codes:
            app, codename = code.split(".")
            found = Permission.objects.filter(content_type__app_label=app)
            if codename == "*":
                found = found.filter(codename__regex=r"^(add|change|delete|view)_").exclude(
                    codename=ALL.split(".")[1]
                )
            else:
                found = found.filter(codename=codename)
            wanted += found
        Group.objects.get_or_create(name=name)[0].permissions.set(wanted)
