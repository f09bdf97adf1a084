"""Whatever is done with a thing is at most two steps from the search: the thing, and what is done."""

import re

import pytest
from django.urls import Resolver404, resolve, reverse

from leasing.models import Settings
from leasing.search.presenters.hits import device_groups, person_groups
from tests import builders as make
from tests.web.test_every_url import TABLE

pytestmark = pytest.mark.django_db
KINDS = ("udstyr", "medarbejdere", "bestillinger", "afdelinger", "afdelinger/enheder")
# What one thing has to be or have before there is such a page, or what a page of it leads on to.
LATER = {
    "employee-merge",  # of two that were chosen
    "employee-ask-back",  # from the row of what somebody has, once they are to hand it in
    *("device-notes", "employee-notes", "order-notes"),  # which stand on the thing's own page
    *("device-note-file", "employee-note-file", "order-note-file"),
    "order-edit",  # a draft
    "held-person",
    "breach",  # of what is reported stolen, from its page
}


def name_at(address):
    try:
        return resolve(address.partition("?")[0].partition("#")[0]).url_name
    except Resolver404:
        return ""


def pages_of(role):
    """Return the names of the pages of one thing that a role may open."""
    found = set()
    for route, row in TABLE.items():
        kind, _, rest = route.partition("/<int:pk>/")
        is_page = row.get("method", "get") == "get" and role in row["open"]
        if rest is not None and kind in KINDS and "<" in route and is_page:
            found.add(resolve("/" + re.sub(r"<\w+:\w+>", "1", route)).url_name)
    return found


@pytest.mark.parametrize("role", ["helpdesk", "finance", "head"])
def test_what_is_done_with_a_thing_stands_on_its_page(cast, client_of, role):
    user = getattr(cast, role)
    Settings.objects.update(uses_labels=True)
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    device = make.lease("PF000001", unit=cast.unit, employee=anna).device
    line = make.order_line(employee=anna)
    things = {
        "device-detail": device.pk,
        "unit-detail": cast.unit.pk,
        "department-detail": cast.unit.department_id,
        "order-detail": line.order_id,
    }
    if user.has_perm("inventory.view_employee"):
        things["employee-detail"] = anna.pk
    client, reached = client_of(user), set(things)
    for name, pk in things.items():
        page = client.get(reverse(name, args=[pk]))
        assert page.status_code == 200, name
        reached |= set(map(name_at, re.findall(r'href="(/[^"]+)"', page.content.decode())))
    groups = [
        *device_groups(user.has_perm, device, is_in_use=True),
        *person_groups(user.has_perm, anna, [device]),
    ]
    reached |= {name_at(hit.url) for group in groups for hit in group.hits}

    [name] = [name for name, one in cast.by_role().items() if one == user]
    assert sorted(pages_of(name) - reached - LATER) == []
