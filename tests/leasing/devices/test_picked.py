"""What is done with several devices at once: their facts, and a mail to who uses them."""

import re

import pytest
from auditlog.models import LogEntry

from inventory.models import Act, Device
from leasing.models import Mail
from tests import builders as make
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
FACTS, MESSAGE = "/udstyr/ret/", "/udstyr/besked/"


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.helpdesk)


@pytest.fixture
def pcs(cast):
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    anna.mail = "anbe@example.dk"
    anna.save()
    bo = make.employee("bodu", "Bo Due", unit=cast.unit)
    bo.mail = ""
    bo.save()
    found = [make.device(f"PF00000{n}") for n in range(1, 5)]
    for device, employee in zip(found, (anna, anna, bo), strict=False):
        make.placement(device, make.FIRST_DAY, cast.unit, employee)
    return found


def agreed(response):
    (found,) = re.findall(r'name="agreed" value="([^"]+)"', response.content.decode())
    return found


def test_facts_are_shown_before_they_are_saved_and_what_is_empty_stays(client, pcs):
    Device.objects.filter(pk=pcs[0].pk).update(ram_gb=8, windows_11=False)
    given = {"serienumre": "PF000001 PF000002", "ram_gb": "16", "windows_11": "ja"}
    first = client.post(FACTS, given)

    assert Device.objects.get(pk=pcs[0].pk).ram_gb == 8, "only shown so far"
    told = [text(one) for one in select(parse(first), "section li")]
    assert "PF000001 RAM (GB): 8 → 16" in told
    done = client.post(FACTS, given | {"agreed": agreed(first)}, follow=True)
    assert "2 stk. udstyr er rettet" in done.content.decode()
    one, other, *rest = Device.objects.order_by("serial_number")
    assert (one.ram_gb, one.windows_11) == (16, True)
    assert (other.ram_gb, other.model_id) == (16, pcs[1].model_id)
    assert rest[0].ram_gb is None
    assert LogEntry.objects.get_for_object(one).filter(changes__has_key="ram_gb").exists()


def test_facts_are_undone_in_one_by_who_corrected_them(client, cast, client_of, pcs):
    Device.objects.filter(pk=pcs[0].pk).update(ram_gb=8)
    given = {"serienumre": "PF000001 PF000002 PF000003", "ram_gb": "8"}
    seen = agreed(client.post(FACTS, given))
    page = parse(client.post(FACTS, given | {"agreed": seen}, follow=True))
    [form] = [one for one in select(page, "form") if "/fortryd/" in one.get("action", "")]
    assert client_of(cast.finance).post(form.get("action")).status_code in (403, 404)

    told = client.post(form.get("action"), follow=True).content.decode()

    assert "Rettelse af oplysninger for 2 stk. udstyr er fortrudt" in told
    ram = Device.objects.order_by("serial_number").values_list("ram_gb", flat=True)
    assert list(ram) == [8, None, None, None]


def test_facts_that_another_has_corrected_since_stay(client, pcs):
    given = {"serienumre": "PF000001", "ram_gb": "8"}
    client.post(FACTS, given | {"agreed": agreed(client.post(FACTS, given))})
    after = given | {"ram_gb": "16"}
    client.post(FACTS, after | {"agreed": agreed(client.post(FACTS, after))})
    first = Act.objects.order_by("pk").first()

    assert client.post(f"/fortryd/{first.pk}/nu/").status_code == 422
    assert Device.objects.get(pk=pcs[0].pk).ram_gb == 16


def test_what_was_changed_meanwhile_is_shown_again(client, pcs):
    given = {"serienumre": "PF000001", "ram_gb": "16"}
    seen = agreed(client.post(FACTS, given))
    Device.objects.filter(pk=pcs[0].pk).update(ram_gb=32)
    again = client.post(FACTS, given | {"agreed": seen})

    assert again.status_code == 422
    assert Device.objects.get(pk=pcs[0].pk).ram_gb == 32


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"serienumre": "PF000001"}, "mindst ét felt"),
        ({"serienumre": "PF-FINDES-IKKE", "ram_gb": "8"}, "Kendes ikke"),
        ({"serienumre": "", "ram_gb": "8"}, "mindst ét serienummer"),
        ({"serienumre": "PF000001", "ram_gb": "-3"}, "mellem 1 og 1024"),
    ],
)
def test_what_cannot_be_saved_says_why(client, pcs, given, why):
    response = client.post(FACTS, given)

    assert response.status_code == 422
    assert why in response.content.decode()


def test_each_user_is_written_to_once_about_their_own(client, pcs):
    opened = client.get(MESSAGE, {"serienumre": [str(one) for one in pcs]})
    (receipt,) = re.findall(r'name="kvittering" value="([^"]+)"', opened.content.decode())
    given = {
        "serienumre": "\n".join(map(str, pcs)),
        "emne": "Ny opdatering",
        "tekst": "Luk den <b>ned</b> i aften.",
        "kvittering": receipt,
    }
    first = client.post(MESSAGE, given)
    told = " ".join(text(one) for one in select(parse(first), "section li"))

    assert not Mail.objects.exists()
    assert "får en mail om PF000001, PF000002" in told
    assert "har ingen mailadresse her (PF000003)" in told
    assert "Ingen bruger af PF000004" in told
    for _ in range(2):
        client.post(MESSAGE, given | {"agreed": agreed(first)})
    mail = Mail.objects.get()
    assert mail.recipients == "anbe@example.dk"
    assert "Kære Anna Berg" in mail.text
    assert "Luk den <b>ned</b> i aften." in mail.text
    assert "<b>" not in mail.html
    assert "PF000002" in mail.html
    assert "PF000003" not in mail.text


def test_more_than_an_address_holds_is_sent_as_a_form(client, pcs):
    for url in (FACTS, MESSAGE):
        page = parse(client.post(url, {"trin": "valgt", "serienumre": ["PF000001", "PF000002"]}))
        assert select(page, "textarea")[0].text.split() == ["PF000001", "PF000002"]
