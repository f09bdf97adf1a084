"""When a device was last seen reveals absence: no page and no file shows it but the helpdesk's."""

import io
import zipfile
from datetime import date

import pytest
from django.utils import timezone

from albertslund_it import roles
from inventory.models import Device, SeenDevice, Snapshot
from tests.web.test_every_url import OURS, TABLE, address, town  # noqa: F401

# What a page shows of a row is the same on both; test_who_sees_what.py opens all of them on both.
pytestmark = pytest.mark.once

DAY = date(1987, 6, 5)
WRITTEN = ("05-06-1987", "1987-06-05", "5. juni 1987", "5/6/1987", ">31933<")


@pytest.fixture
def seen(town):  # noqa: F811
    of_snapshot = {
        "taken_on": date(2026, 4, 30),
        "made_at": timezone.now(),
        "kept": 1,
        "left_out": 0,
    }
    snapshot, _ = Snapshot.objects.get_or_create(
        source="intune", is_latest=True, defaults=of_snapshot
    )
    for device in Device.objects.all():
        SeenDevice.objects.update_or_create(
            snapshot=snapshot, device=device, defaults={"last_seen": DAY}
        )
    Device.objects.update(last_seen=DAY)
    return town


def everything_in(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] != b"PK":
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return " ".join(book.read(name).decode(errors="replace") for name in book.namelist())


def shown(client, town):  # noqa: F811
    """Return the addresses whose answer has the day, as a page or as a file."""
    found = set()
    for route in OURS:
        url = address(route, town)
        if TABLE[route].get("method") == "post":
            continue
        for asked in ("", "?hent=xlsx"):
            text = everything_in(client.get(url + asked))
            if any(day in text for day in WRITTEN):
                found.add(route + asked)
    if "medarbejdere/<int:pk>/persondata/" in OURS:
        response = client.post(address("medarbejdere/<int:pk>/persondata/", town))
        if any(day in everything_in(response) for day in WRITTEN):
            found.add("persondata")
    return found


@pytest.mark.parametrize("role", [roles.FINANCE, roles.HEAD, roles.ADMINISTRATOR])
def test_nobody_else_sees_it(seen, cast, client_of, role):
    assert shown(client_of(cast.by_role()[role]), seen) == set()


def test_the_helpdesk_does_so_that_the_others_could_have(seen, cast, client_of):
    found = shown(client_of(cast.helpdesk), seen)
    assert {"udstyr/<int:pk>/", "udstyr/?hent=xlsx"} <= found
