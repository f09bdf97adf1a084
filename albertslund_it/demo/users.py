"""Who can log in to the demo: somebody for each role."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from albertslund_it import roles
from albertslund_it.common.errors import Refused
from albertslund_it.demo import organisation as org
from inventory.models import Access, Department, Unit

PASSWORD = "pc-leasing-demo"  # noqa: S105 - printed for everybody to use
ACCESS_FROM = date(2025, 11, 1)


@dataclass(frozen=True)
class DemoUser:
    """A login; a head is called by the post, for a made-up person has no real one's place."""

    username: str
    name: tuple[str, str]
    role: str
    sees: str
    department: str = ""
    unit: str = ""
    starts_on: date = ACCESS_FROM
    ends_before: date | None = None


def _head(username: str, department: str, title: str = "Leder", **period) -> DemoUser:
    day = period.get("ends_before") or period.get("starts_on")
    until = f" {'til' if 'ends_before' in period else 'fra'} {day:%d-%m-%Y}" if day else ""
    return DemoUser(
        username,
        (f"{title}, {department}", "(demo)"),
        roles.HEAD,
        department + until,
        department=department,
        **period,
    )


USERS = (
    DemoUser("okonomi", ("Inger", "Ravnlund (demo)"), roles.FINANCE, "alle afdelinger"),
    DemoUser("helpdesk", ("Hjalte", "Enghave (demo)"), roles.HELPDESK, "alle afdelinger"),
    _head("leder", "Dagtilbud & Skole"),
    _head("leder2", "Ældre, Sundhed & Social"),
    _head("leder-kkr", org.VACANT_DEPARTMENT, ends_before=org.VACANT_FROM),
    _head(
        "stedfortraeder",
        org.VACANT_DEPARTMENT,
        "Stedfortrædende leder",
        starts_on=org.VACANT_FROM,
    ),
    DemoUser(
        "enhedsleder",
        (f"Enhedsleder, {org.BY_NUMBER[org.SCHOOL_THAT_MOVES].name}", "(demo)"),
        roles.UNIT_LEADER,
        org.BY_NUMBER[org.SCHOOL_THAT_MOVES].name,
        unit=org.SCHOOL_THAT_MOVES,
    ),
    DemoUser("ledelse", ("Rosa", "Birkeskov (demo)"), roles.AUDITOR, "alle afdelinger"),
    DemoUser("admin", ("Arne", "Klintehøj (demo)"), roles.ADMINISTRATOR, "alt, også admin"),
)


def create_users() -> None:
    """Make every login of the demo.

    Raises:
        Refused: when somebody has one of the names already; nothing is written.
    """
    taken = User.objects.filter(username__in=[user.username for user in USERS])
    if taken:
        names = ", ".join(sorted(user.username for user in taken))
        raise Refused(f"Databasen har allerede brugere, der hedder som demoens: {names}.")
    password = make_password(PASSWORD)
    for user in USERS:
        made = User.objects.create(
            username=user.username,
            first_name=user.name[0],
            last_name=user.name[1],
            email=f"{user.username}@example.dk",
            password=password,
            is_staff=user.role == roles.ADMINISTRATOR,
        )
        made.groups.set([Group.objects.get(name=user.role)])
        if user.department or user.unit:
            Access.objects.create(
                user=made,
                department=Department.objects.filter(name=user.department).first(),
                unit=Unit.objects.filter(number=user.unit).first(),
                starts_on=user.starts_on,
                ends_before=user.ends_before,
            )


def table_of_users() -> list[str]:
    """Return the logins as lines of a table."""
    rows = [("Bruger", "Adgangskode", "Rolle", "Ser")]
    rows += [(user.username, PASSWORD, user.role, user.sees) for user in USERS]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
