"""Every page, opened by every role: it opens for who may, and tells nobody what is not theirs.

Names, other departments' data and the day a device was last seen, which reveals absence, are planted
where they are kept, and looked for on every page and in every file.
"""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from albertslund_it import roles
from inventory.models import Device, Employee, SeenDevice, Snapshot, Unit
from leasing.models import Approval, Order
from tests import builders as make
from tests.leasing.cost_share.test_leaks import EXCEL, text_in
from tests.web.test_every_url import OURS, TABLE, address, is_answered, town  # noqa: F401

pytestmark = pytest.mark.django_db

WITH_PEOPLE = {roles.HELPDESK, roles.ADMINISTRATOR}
LEADERS = {roles.HEAD, roles.UNIT_LEADER}
OWN, FOREIGN, BOTH = "egen", "fremmed", "fælles"
LAST_SEEN = date(1987, 6, 5)
# The one that a page writes, and the one in a file, first: whoever may read it must find both.
LAST_SEEN_ON_A_PAGE, LAST_SEEN_IN_A_FILE = "05-06-1987", "1987-06-05 00:00:00"
OTHERWISE_WRITTEN = ("1987-06-05", "5. juni 1987", "5/6/1987")


def ask_for(mark, *lines, requester):
    """Order, with words that are nowhere else, in the name of somebody."""
    order = Order.objects.create(
        requester_name=requester.name,
        requester_mail=requester.mail,
        reference=f"mailtekst-{mark}",
        note=f"bemærkning-{mark}",
        mail_text=f"indsat-{mark}",
        created_at="2026-05-01T08:00:00Z",
    )
    for employee in lines:
        line = make.order_line(employee.unit, employee, order=order, status="awaiting")
        make.approval(employee, line=line)
    Approval.objects.filter(line__order=order).update(reason=f"begrundelse-{mark}")
    return order


def see_devices():
    """Let every device have been seen for the last time on a day that is nowhere else."""
    snapshot, _ = Snapshot.objects.get_or_create(
        source="intune",
        is_latest=True,
        defaults={
            "taken_on": date(2026, 4, 30),
            "made_at": timezone.now(),
            "kept": 1,
            "left_out": 0,
        },
    )
    for device in Device.objects.all():
        SeenDevice.objects.update_or_create(
            snapshot=snapshot, device=device, defaults={"last_seen": LAST_SEEN}
        )
    Device.objects.update(last_seen=LAST_SEEN)


@pytest.fixture
def planted(town, cast):  # noqa: F811
    """Give every kept name and text a word of its own: word → the roles that may read it."""
    own, foreign = town["own"][0], town["foreign"][0]
    third = make.unit("2002", "Fjernskolen", department=foreign.department)
    people = {
        OWN: make.employee("zeom", "Zenobia Ømandsen", unit=own),
        FOREIGN: make.employee("qual", "Quirinus Ålesen", unit=foreign),
    }
    askers = {
        OWN: make.employee("raes", "Ragnhild Æskesen", unit=own),
        FOREIGN: make.employee("udsp", "Ulrik Spørgesen", unit=foreign),
    }
    mover = make.unit("2003", "Flytteskolen", department=foreign.department)
    mover.department = own.department
    mover.save()
    people[OWN].also_employed_at.set([third])
    for number, (whose, person) in enumerate(people.items()):
        make.lease(f"PF00009{number}", unit=person.unit, employee=person)
        ask_for(whose, person, requester=askers[whose])
    both = ask_for(BOTH, people[OWN], people[FOREIGN], requester=askers[FOREIGN])
    town["orders"] = {"both": both}
    seen_by = {}
    for whose, roles_ in ((OWN, WITH_PEOPLE | LEADERS), (FOREIGN, WITH_PEOPLE)):
        for employee in (people[whose], askers[whose]):
            seen_by |= dict.fromkeys((employee.name.split()[1], employee.mail), roles_)
        for word in ("mailtekst", "bemærkning", "begrundelse"):
            seen_by[f"{word}-{whose}"] = roles_
    for word in ("mailtekst", "bemærkning"):
        seen_by[f"{word}-{BOTH}"] = WITH_PEOPLE
    # The whole mail is for who handles orders, and there for a while only.
    for whose in (OWN, FOREIGN, BOTH):
        seen_by[f"indsat-{whose}"] = {roles.HELPDESK}
    see_devices()
    for day in (LAST_SEEN_ON_A_PAGE, LAST_SEEN_IN_A_FILE):
        seen_by[day] = {roles.HELPDESK}
    all_who_see_all = set(TABLE["udstyr/"]["open"]) - LEADERS
    for word in ("Miljø & Teknik", "Åhaven", "Fjernskolen", "PF000091", "PF000002"):
        seen_by[word] = all_who_see_all
    return seen_by


SEARCHES = [
    "/soeg/?q=Zenob",
    "/soeg/?q=Ragn",
    "/soeg/?q=Quir",
    "/soeg/?q=Ulr",
    "/medarbejdere/?q=Quir",
    "/udstyr/?q=Zenob",
    "/udstyr/?q=Quir",
    "/bestillinger/?q=Zenob",
    "/bestillinger/?q=Quir",
    "/dispensationer/?status=afventer",
]


def addresses(town, role):  # noqa: F811
    """Return what a role asks for: every page of its own, of others, and by search."""
    for route in OURS:
        if TABLE[route].get("method") == "post":
            continue
        yield address(route, town)
        if role in LEADERS and "<" in route:
            yield address(route, town, "foreign")
    yield from SEARCHES
    yield reverse("unit-detail", args=[Unit.objects.get(number="2003").pk])
    for order in Order.objects.order_by("pk"):
        yield reverse("order-detail", args=[order.pk])
        yield f"/soeg/?q=B{order.pk}"
        yield f"/bestillinger/?q=B{order.pk}"
    for approval in Approval.objects.order_by("pk"):
        yield reverse("approval-detail", args=[approval.pk])
        yield reverse("employee-detail", args=[approval.employee_id])


# Which rows are whose is decided by the scope functions, tried on both databases; that each page opens
# and shows nothing of others on PostgreSQL too is seen where everything hostile is sent to it.
@pytest.mark.once
@pytest.mark.parametrize("role", sorted({*roles.ROLES, ""}))
def test_each_role_opens_and_reads_what_it_may_and_nothing_more(
    town,  # noqa: F811
    planted,
    cast,
    client_of,
    role,
):
    client = client_of(cast.by_role()[role])
    routes = {address(route, town): route for route in OURS}
    told, leaks, files, wrong = set(), [], [], []

    def read(where):
        response = client.get(where, follow=True)
        status = response.redirect_chain[0][1] if response.redirect_chain else response.status_code
        if where in routes and not is_answered(status, routes[where], role):
            wrong.append((routes[where], status))
        text = text_in(response)
        is_list = "hent=xlsx" in text or 'id="liste"' in text
        if is_list and response["Content-Type"] != EXCEL:
            files.append(where + ("&" if "?" in where else "?") + "hent=xlsx")
        leaks.extend(
            (word, where) for word in OTHERWISE_WRITTEN if not may_see_days and word in text
        )
        for word, may in planted.items():
            if word in text:
                told.add(word)
                if role not in may:
                    leaks.append((word, where))

    may_see_days = role in planted[LAST_SEEN_ON_A_PAGE]
    for where in dict.fromkeys(addresses(town, role)):
        read(where)
    for where in list(files):
        read(where)
    assert not wrong
    assert not leaks, "\n".join(map(str, leaks))
    unread = {word for word, may in planted.items() if role in may} - told
    assert not unread, "planted where nobody finds it"


def test_a_persons_data_as_a_file_is_without_the_day(planted, cast, client_of):
    somebody = Employee.objects.get(initials="zeom")
    where = reverse("employee-personal-data", args=[somebody.pk])
    for user in (cast.helpdesk, cast.by_role()[roles.ADMINISTRATOR]):
        text = text_in(client_of(user).post(where))
        assert "Zenobia" in text
        assert not any(day in text for day in (LAST_SEEN_ON_A_PAGE, *OTHERWISE_WRITTEN))
