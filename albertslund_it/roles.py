"""Who may do what: one table, written to Django's groups after every migration.

`app.*` stands for Django's own four permissions on every model of an app (the admin's).
"""

from albertslund_it.common.permissions import (
    ACCEPT_FINDINGS,
    ADD_SCENARIO,
    CLOSE_QUARTER,
    COUNT_DEVICES,
    DECIDE_APPROVAL,
    DECIDE_LEASE_END,
    EXPORT_REBILLING,
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    MANAGE_ORGANISATION,
    MANAGE_ROLLOUT,
    MANAGE_USERS,
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
    VIEW_SETTINGS,
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

# What is said of each role to who gives it.
NOTES = {
    HELPDESK: "Bestiller, udleverer og tager tilbage. Ser alle afdelinger og medarbejdere.",
    HEAD: "Ser sin afdelings regning, siger ja eller nej til dispensationer, og ønsker ved udløb.",
    UNIT_LEADER: "Ser sin enheds regning og udstyr, og ønsker ved udløb. Ingen dispensationer.",
    FINANCE: "Afstemmer, låser kvartaler og henter filer til Opus. Ser beløb, ikke medarbejdere.",
    AUDITOR: "Læser alt om beløb og udstyr. Ændrer intet.",
    ADMINISTRATOR: "Brugere, adgange, indstillinger og stamdata. Låser ingen kvartaler.",
}
# Which role goes with the post of a department and of a unit.
POSTS = {"department": HEAD, "unit": UNIT_LEADER}

ROLES: dict[str, tuple[str, ...]] = {
    HELPDESK: (
        VIEW_ALL_DEPARTMENTS,
        VIEW_DEVICE,
        VIEW_EMPLOYEE,
        SEE_LAST_SEEN,
        IMPORT_INVENTORY,
        MANAGE_ORGANISATION,
        VIEW_ROLL,
        MANAGE_ROLLOUT,
        REGISTER_DELIVERIES,
        VIEW_ORDER,
        HANDLE_ORDERS,
        SETTLE_OBJECTION,
        COUNT_DEVICES,
        DECIDE_LEASE_END,
        ACCEPT_FINDINGS,
        ADD_SCENARIO,
    ),
    HEAD: (
        VIEW_DEVICE,
        VIEW_EMPLOYEE,
        VIEW_ROLL,
        VIEW_ORDER,
        DECIDE_APPROVAL,
        OBJECT_TO_DEVICE,
        COUNT_DEVICES,
        WISH_FOR_END,
        ADD_SCENARIO,
    ),
    UNIT_LEADER: (
        VIEW_DEVICE,
        VIEW_EMPLOYEE,
        VIEW_ORDER,
        OBJECT_TO_DEVICE,
        COUNT_DEVICES,
        WISH_FOR_END,
        ADD_SCENARIO,
    ),
    FINANCE: (
        VIEW_ALL_DEPARTMENTS,
        VIEW_DEVICE,
        IMPORT_INVENTORY,
        MANAGE_ORGANISATION,
        REGISTER_DELIVERIES,
        MANAGE_AMOUNTS,
        ACCEPT_FINDINGS,
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
        VIEW_SETTINGS,
    ),
    ADMINISTRATOR: (
        VIEW_ALL_DEPARTMENTS,
        MANAGE_ORGANISATION,
        # Not auth.*: what a group may is written here, and what a user may comes from groups.
        "auth.add_user",
        MANAGE_USERS,
        "auth.delete_user",
        "auth.view_user",
        "auth.view_group",
        "axes.*",
        "inventory.*",
        "leasing.*",
    ),
}


def claimed(text: str) -> dict[str, str]:
    """Read which value of a claim gives which role: `value=role`, with semicolons between.

    Without any, each role is given by its own name, but for those that close quarters: who hands
    them on to the provider says so.

    Raises:
        ValueError: when a part names no role.
    """
    by_name = {name.casefold(): name for name in ROLES}
    if not text.strip():
        return {value: name for value, name in by_name.items() if not {*RESERVED} & {*ROLES[name]}}
    found = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        value, _, name = (one.strip() for one in part.rpartition("="))
        if not value or name.casefold() not in by_name:
            raise ValueError(f"»{part}« er ikke værdi=rolle. Rollerne er {', '.join(ROLES)}.")
        found[value.casefold()] = by_name[name.casefold()]
    return found


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
