"""The lists of departments and units: what they count opens what it counts."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from albertslund_it import roles
from tests import builders as make
from tests.cast import PASSWORD
from tests.leasing.pages import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(cast, settings):
    """Place two pcs and a screen at the cast's unit, a pc at a foreign one and one at Fælles IT."""
    settings.TODAY = date(2026, 9, 14)
    foreign = make.unit("2001", "Fremmed", department=make.department("Miljø & Teknik"))
    screen = make.model("Skærm", category="Skærm", is_pc=False)
    for serial, unit, model in (
        ("PF000001", cast.unit, None),
        ("PF000002", cast.unit, None),
        ("SK000001", cast.unit, screen),
        ("PF000003", foreign, None),
        ("PF000004", make.cost_holder(), None),
    ):
        device = make.device(serial, model=model)
        make.placement(device, date(2026, 1, 1), unit)


def counts(client, url):
    """Return the counts that open a list, and how long each of those is."""
    links = read(client, url).xpath("//tbody//td/a[starts-with(@href, '/udstyr/?')]")
    said = [int(link.text_content()) for link in links]
    shown = [read(client, link.get("href")).xpath("//table/tbody/tr") for link in links]
    return said, [len(rows) for rows in shown]


def test_every_count_of_devices_opens_them(places, cast, client_of):
    for user, expected in ((cast.finance, [2, 3, 1, 1, 1, 1]), (cast.head, [2, 3])):
        client = client_of(user)
        assert counts(client, "/afdelinger/") == (expected, expected), user
    page = f"/afdelinger/{cast.department.pk}/"
    for user in (cast.finance, cast.head, cast.unit_leader):
        assert counts(client_of(user), page) == ([2, 3], [2, 3]), user


def test_without_departments_it_is_said_whether_they_or_the_access_are_missing(client_of):
    root = User.objects.create_superuser("root", "root@example.dk", PASSWORD)
    told = client_of(root).get(reverse("department-list")).content.decode()
    assert "Der er ingen afdelinger endnu" in told
    assert "Du har ikke adgang" not in told

    head = User.objects.create_user("ny", "ny@example.dk", PASSWORD)
    head.groups.add(Group.objects.get(name=roles.HEAD))
    told = client_of(head).get(reverse("department-list")).content.decode()
    assert "Du har ikke adgang til nogen afdeling" in told
