"""Finance mends a unit's account on a form."""

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from inventory.models import Unit
from tests import builders as make

pytestmark = pytest.mark.django_db

WHOLE = {"account": "49100010", "cost_centre": "3100008005", "psp_element": "", "ean": ""}


@pytest.fixture
def unit():
    return make.unit("8005", account="", cost_centre="")


def post(client, unit, **values):
    return client.post(reverse("unit-coding", args=[unit.pk]), WHOLE | values)


def test_saved_with_history(cast, client_of, unit):
    response = post(client_of(cast.finance), unit)
    assert response.url == reverse("unit-detail", args=[unit.pk])
    unit.refresh_from_db()
    assert (unit.account, unit.cost_centre) == ("49100010", "3100008005")
    entry = LogEntry.objects.filter(object_pk=str(unit.pk)).latest("id")
    assert entry.actor == cast.finance
    assert entry.changes_dict["account"] == ["", "49100010"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"account": "4910"}, "Artskonto skal være 8 cifre"),
        ({"psp_element": "XG-0000000204-00001"}, "enten omkostningssted eller PSP-element"),
        ({"psp_element": "204", "cost_centre": ""}, "PSP-element skal skrives som"),
        ({"ean": "5798009811579"}, "kontrolcifferet passer ikke"),
    ],
)
def test_wrong_input_is_told_and_kept(cast, client_of, unit, values, told):
    response = post(client_of(cast.finance), unit, **values)
    page = response.content.decode()
    assert response.status_code == 422
    assert told in page
    assert all(f'value="{value}"' in page for value in values.values() if value)
    assert Unit.objects.get(pk=unit.pk).account == ""


def test_a_leader_may_not(cast, client_of):
    response = post(client_of(cast.head), cast.unit)
    assert response.status_code in {403, 404}
