"""Deciding in bulk on pages: seen first, then saved; refused in words with nothing lost."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from inventory.models import Departure
from leasing.models import EndDecision, EndWish, LeaseTerm, Settings
from tests import builders as make
from tests.leasing.agreeing import AGREED, agreed_in
from tests.leasing.lease_end.deciding import decision_of

pytestmark = pytest.mark.django_db
TODAY = date(2029, 10, 15)
DECIDE, WISH = "/udloeb/beslut/", "/udloeb/oensk/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def leases(cast):
    make.cost_holder()
    return [make.lease(f"PF00000{number}", unit=cast.unit) for number in (1, 2, 3)]


@pytest.fixture
def foreign(db):
    other = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    return make.lease("PF000009", unit=other)


def of(*leases):
    return ",".join(str(lease.terms.order_by("position").last().pk) for lease in leases)


def words(response):
    return " ".join(html.fromstring(response.content.decode()).text_content().split())


def agreed(shown):
    return {AGREED: agreed_in(shown)}


def save(client, data):
    """Look first, when nothing may be written, then save what was shown; return that answer."""
    before = list(EndDecision.objects.values())
    shown = client.post(DECIDE, data)
    assert list(EndDecision.objects.values()) == before
    return client.post(DECIDE, data | agreed(shown))


def extension(*leases, **changed):
    model = leases[0].device.model_id
    return {
        "slut": of(*leases),
        "choice": "extension",
        "quarters": "2",
        f"price_{model}": "600,00",
        "reason": "Venter på nye",
        **changed,
    }


def untouched():
    assert not EndDecision.objects.exists()
    assert not LeaseTerm.objects.filter(position__gt=1).exists()


def test_many_are_extended_after_what_it_does_was_seen(leases, cast, client_of):
    client = client_of(cast.helpdesk)
    shown = words(client.post(DECIDE, extension(*leases)))
    assert "Forlængelserne koster 1.800,00 kr. i alt." in shown
    assert "Udløber 31-12-2029, intet besluttet" in shown
    assert "Forlænges til 30-06-2030" in shown
    response = save(client, extension(*leases, retur="/udloeb/?kvartal=2029Q4"))
    assert response.url == "/udloeb/?kvartal=2029Q4"
    assert [decision_of(lease) for lease in leases] == ["extension"] * 3
    decision = EndDecision.objects.first()
    assert (decision.decided_by, decision.reason) == (cast.helpdesk, "Venter på nye")


def test_a_single_device_is_decided_from_its_own_page(leases, cast, client_of):
    client, [lease, *_] = client_of(cast.helpdesk), leases
    page = client.get(f"/udstyr/{lease.device_id}/").content.decode()
    assert f"{DECIDE}?slut={of(lease)}" in page
    assert "PF000001" in words(client.get(f"{DECIDE}?slut={of(lease)}"))
    response = save(client, {"slut": of(lease), "choice": "return"})
    assert response.url == f"/udstyr/{lease.device_id}/"
    history = words(client.get(response.url))
    assert "Leveres tilbage ved udløb 31-12-2029" in history


def test_all_that_the_filters_leave_are_chosen(leases, cast, client_of):
    client = client_of(cast.helpdesk)
    make.lease("PF000010", starts_on=date(2028, 1, 1), unit=cast.unit)
    page = words(client.get(f"{DECIDE}?alle=1&kvartal=2029Q4"))
    assert "3 stk. er valgt" in page
    assert "PF000010" not in page
    assert client.get(f"{DECIDE}?alle=1&kvartal=2055Q4").status_code == 302


def test_a_decision_is_changed_and_taken_back(leases, cast, client_of):
    client, [lease, *_] = client_of(cast.helpdesk), leases
    save(client, extension(lease))
    first = LeaseTerm.objects.get(lease=lease, position=1).pk
    data = {"slut": str(first), "choice": "none", "reason": "Fortrudt"}
    assert "Forlængelser til 600,00 kr. udgår" in words(client.post(DECIDE, data))
    save(client, data)
    assert (decision_of(lease), lease.terms.count()) == ("", 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"choice": ""}, "Vælg frikøb, forlængelse eller returnering."),
        ({"choice": "sell"}, "Vælg valg fra listen."),
        ({"quarters": "5"}, "En forlængelse er på 1–4 kvartaler."),
        ({"quarters": ""}, "Vælg, om den forlænges i"),
        ({"reason": "x" * 301}, "højst 300 tegn"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(leases, cast, client_of, changed, said):
    response = client_of(cast.helpdesk).post(DECIDE, extension(*leases, **changed))
    assert response.status_code == 422
    assert said in words(response)
    assert 'value="600,00"' in response.content.decode()
    untouched()


@pytest.mark.parametrize("price", ["0", "-5", "", "9" * 25, "tolv"])
def test_a_price_is_above_zero_and_no_slip(leases, cast, client_of, price):
    data = extension(*leases, **{f"price_{leases[0].device.model_id}": price})
    response = client_of(cast.helpdesk).post(DECIDE, data)
    assert response.status_code == 422
    untouched()


def test_a_price_out_of_scale_is_asked_about_once_more(leases, cast, client_of):
    client = client_of(cast.helpdesk)
    data = extension(*leases, **{f"price_{leases[0].device.model_id}": "90.000,00"})
    response = save(client, data)
    assert response.status_code == 422
    assert "Prisen" in words(response)
    untouched()
    save(client, data | {"is_sure": "on"})
    assert decision_of(leases[0]) == "extension"


@pytest.mark.parametrize("ids", ["", "x", "999999999", "9" * 18, "9" * 40, "-1"])
def test_nothing_and_nonsense_chosen_are_said(leases, cast, client_of, ids):
    client = client_of(cast.helpdesk)
    assert client.get(f"{DECIDE}?slut={ids}").status_code == 302
    response = client.post(DECIDE, {"slut": ids, "choice": "return"})
    assert response.status_code == 422
    assert "Intet er gemt" in words(response)
    untouched()


def test_who_cannot_be_is_named_and_the_others_can_be_saved(leases, cast, client_of):
    client, [gone, *_] = client_of(cast.helpdesk), leases
    Departure.objects.create(device=gone.device, left_on=TODAY, how="returned")
    data = {"slut": of(*leases), "choice": "return"}
    response = save(client, data)
    assert response.status_code == 422
    assert "PF000001 er ude af registeret" in words(response)
    untouched()
    save(client, data | {"skips": "on"})
    assert [decision_of(lease) for lease in leases] == ["", "return", "return"]


def test_a_buyout_too_late_and_a_choice_in_force_are_refused(leases, cast, client_of, settings):
    client, [lease, *_] = client_of(cast.helpdesk), leases
    settings.TODAY = date(2029, 12, 2)
    assert "senest den 01-12-2029" in words(
        client.post(DECIDE, {"slut": of(lease), "choice": "buyout"})
    )
    first = of(lease)
    make.decided(lease, "extension")
    settings.TODAY = date(2030, 1, 1)
    said = words(client.post(DECIDE, {"slut": first, "choice": "return"}))
    assert "valget har virket" in said.replace("så valget", "valget")
    assert decision_of(lease) == "extension"


def test_two_ends_of_one_lease_are_not_decided_at_once(leases, cast, client_of):
    [lease, *_] = leases
    make.decided(lease, "extension")
    both = ",".join(str(pk) for pk in lease.terms.values_list("pk", flat=True))
    response = save(client_of(cast.helpdesk), {"slut": both, "choice": "return"})
    assert response.status_code == 422
    assert "flere udløb på én gang" in words(response)


def test_of_two_who_decide_the_same_one_wins_and_the_other_is_told(leases, cast, client_of):
    one, other = client_of(cast.helpdesk), client_of(cast.user("hanne", "It-helpdesk"))
    mine = {"slut": of(*leases), "choice": "return"}
    seen_by_other = other.post(DECIDE, extension(*leases))
    save(one, mine)
    response = other.post(DECIDE, extension(*leases) | agreed(seen_by_other))
    assert response.status_code == 422
    assert "siden du så den" in words(response)
    assert {decision_of(lease) for lease in leases} == {"return"}


def test_leaders_decide_only_where_the_municipality_lets_them(leases, foreign, cast, client_of):
    client, data = client_of(cast.head), {"slut": of(*leases), "choice": "return"}
    assert client.post(DECIDE, data).status_code == 403
    assert "Beslut om alle" not in client.get("/udloeb/").content.decode()
    Settings.objects.update(heads_decide_ends=True)
    assert "Beslut om alle" in client.get("/udloeb/").content.decode()
    save(client, data)
    assert {decision_of(lease) for lease in leases} == {"return"}
    theirs = client.post(DECIDE, {"slut": of(foreign), "choice": "return"})
    assert theirs.status_code == 422
    assert "PF000009" not in words(theirs)
    assert decision_of(foreign) == ""
    assert client_of(cast.finance).post(DECIDE, data).status_code == 403


def test_leaders_wish_from_the_board(leases, foreign, cast, client_of):
    client = client_of(cast.head)
    data = {"slut": of(*leases), "wish": "buyout", "note": "Anna vil købe"}
    assert client.post(WISH, data | {"wish": ""}).status_code == 422
    assert client.post(WISH, data | {"slut": of(foreign)}).status_code == 422
    assert not EndWish.objects.exists()
    assert client.post(WISH, data).url == "/udloeb/"
    assert EndWish.objects.filter(wish="buyout").count() == 3
    assert client_of(cast.helpdesk).post(WISH, data).status_code == 403


def test_as_many_queries_for_many_as_for_one(leases, cast, client_of):
    client = client_of(cast.helpdesk)
    counts = []
    for chosen in (leases[:1], leases[1:]):
        with CaptureQueriesContext(connection) as queries:
            save(client, extension(*chosen))
        counts.append(len(queries))
    assert counts[1] <= counts[0]
