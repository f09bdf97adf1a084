"""Who may do what: one table, written to Django's groups after every migration.

`app.*` stands for Django's own four permissions on every model of an app (the admin's).
"""

from albertslund_it.common.permissions import (
    ADD_SCENARIO,
    CLOSE_QUARTER,
    DECIDE_APPROVAL,
    DECIDE_LEASE_END,
    EXPORT_REBILLING,
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    MANAGE_ROLLOUT,
    OBJECT_TO_DEVICE,
    RECONCILE,
    REGISTER_DELIVERIES,
    SEE_LAST_SEEN,
    SETTLE_OBJECTION,
    VIEW_ALL_DEPARTMENTS,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
    VIEW_ORDER,
    VIEW_ROLL,
    VIEW_SUPPLIERINVOICE,
    WISH_FOR_END,
)

# Who holds a device, and when it was last seen: finance and auditors do without.

# Who may do this closes quarters and takes the money's files: only a superuser hands it on.
RESERVED = (CLOSE_QUARTER, EXPORT_REBILLING)

HELPDESK = "It-helpdesk"
HEAD = "Leder"
UNIT_LEADER = "Enhedsleder"
FINANCE = "Økonomi"
AUDITOR = "Ledelse og revision"
ADMINISTRATOR = "Administrator"

ROLES: dict[str, tuple[str, ...]] = {
    HELPDESK: (
        VIEW_ALL_DEPARTMENTS,
        VIEW_DEVICE,
        VIEW_EMPLOYEE,
        SEE_LAST_SEEN,
        IMPORT_INVENTORY,
        VIEW_ROLL,
        MANAGE_ROLLOUT,
        REGISTER_DELIVERIES,
        VIEW_ORDER,
        HANDLE_ORDERS,
        SETTLE_OBJECTION,
        DECIDE_LEASE_END,
        ADD_SCENARIO,
    ),
    HEAD: (
        VIEW_DEVICE,
        VIEW_EMPLOYEE,
        VIEW_ROLL,
        VIEW_ORDER,
        DECIDE_APPROVAL,
        OBJECT_TO_DEVICE,
        WISH_FOR_END,
        ADD_SCENARIO,
    ),
    UNIT_LEADER: (
        VIEW_DEVICE,
        VIEW_EMPLOYEE,
        VIEW_ORDER,
        OBJECT_TO_DEVICE,
        WISH_FOR_END,
        ADD_SCENARIO,
    ),
    FINANCE: (
        VIEW_ALL_DEPARTMENTS,
        VIEW_DEVICE,
        IMPORT_INVENTORY,
        REGISTER_DELIVERIES,
        MANAGE_AMOUNTS,
        ADD_SCENARIO,
        VIEW_ORDER,
        RECONCILE,
        VIEW_SUPPLIERINVOICE,
        VIEW_BILLINGRUN,
        CLOSE_QUARTER,
        EXPORT_REBILLING,
    ),
    AUDITOR: (
        VIEW_ALL_DEPARTMENTS,
        VIEW_DEVICE,
        VIEW_ROLL,
        VIEW_ORDER,
        VIEW_SUPPLIERINVOICE,
        VIEW_BILLINGRUN,
    ),
    ADMINISTRATOR: (
        VIEW_ALL_DEPARTMENTS,
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
                    codename=VIEW_ALL_DEPARTMENTS.split(".")[1]
                )
            else:
                found = found.filter(codename=codename)
            wanted += found
        Group.objects.get_or_create(name=name)[0].permissions.set(wanted)
