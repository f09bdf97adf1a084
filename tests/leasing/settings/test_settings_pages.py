"""Settings stand by task, each with what it does now, and a change of them is told."""

import pytest

from leasing.models import FrameworkAgreement, Settings
from leasing.settings.presenters import TASKS, settings_shown
from tests import builders as make
from tests.leasing.closed import close

pytestmark = pytest.mark.django_db
# What is set by the code itself, or is not a setting.
BESIDE = {"id"}


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.administrator)


def typed(client, key, **changes):
    """Return what the form of a task holds, with some of it changed."""
    context = client.get(f"/indstillinger/{key}/").context
    forms = [one for one in (context["form"], context["agreement"]) if one]
    form = {field.html_name: field.value() for one in forms for field in one}
    seen = {field.html_initial_name: field.value() for one in forms for field in one}
    return {
        name: value
        for name, value in {**seen, **form, **changes}.items()
        if value not in (None, False)
    }


def save(client, key, **changes):
    return client.post(f"/indstillinger/{key}/", typed(client, key, **changes))


def test_every_setting_stands_in_one_task():
    names = [name for task in TASKS for name in task.fields]

    assert sorted(names) == sorted({f.name for f in Settings._meta.concrete_fields} - BESIDE)


def test_every_setting_says_what_it_does_on_and_off_empty_and_filled(db):
    settings = Settings.objects.get()
    before = {one.name: one.effect for task in TASKS for one in settings_shown(task, settings)}
    for field in Settings._meta.concrete_fields:
        value = getattr(settings, field.name)
        if isinstance(value, bool):
            setattr(settings, field.name, not value)
        elif isinstance(value, int):
            setattr(settings, field.name, value + 7)
        elif value == "":
            setattr(settings, field.name, "1234")
    settings.booking, settings.end_notice_days = "sale", "90, 30"
    settings.posting_text, settings.site_address = "Pc", "https://pc.example.dk"
    settings.billing_starts_on = settings.billing_starts_on.replace(month=4)
    after = {one.name: one.effect for task in TASKS for one in settings_shown(task, settings)}

    assert {name for name in before if before[name] == after[name]} == set()
    assert all(sentence.endswith(".") for sentence in after.values())


def test_a_change_is_saved_with_who_made_it_and_shown_as_it_works_now(client):
    response = save(client, "udloeb", return_days="21", heads_decide_ends="on")

    assert response.url == "/indstillinger/"
    page = client.get("/indstillinger/").content.decode()
    assert "tages ind 21 dage før udløb" in page
    assert "Ledernes valg gælder" in page
    history = page[page.index("Historik") :]
    assert "Asta" in history
    assert "14 → 21" in history


def test_what_is_wrong_is_said_and_nothing_is_saved(client):
    before = Settings.objects.values().get()
    for key, changes, said in (
        ("udloeb", {"return_days": "ti"}, "helt tal"),
        ("udloeb", {"end_notice_days": "tit"}, "ays"),
        ("aftalen", {"lessor_cvr": "123"}, "8 cifre"),
        ("aftalen", {"billing_starts_on": "2026"}, "dag-måned-år"),
        ("aftalen", {"agreement-name": ""}, "rammeaftalens navn"),
        ("mail", {"helpdesk_mail": "helpdesk"}, ""),
        ("bogfoering", {"sale_account": "12"}, "8 cifre"),
    ):
        response = save(client, key, **changes)
        assert response.status_code == 422, (key, changes)
        assert "error-summary" in response.content.decode()
        if said != "ays":
            assert said in response.content.decode()
    assert Settings.objects.values().get() == before
    assert client.get("/indstillinger/findes-ikke/").status_code == 404


def test_the_billing_start_lies_fast_when_a_quarter_is_closed(client):
    make.cost_holder()
    make.lease("PF000001", unit=make.unit())
    close()

    refused = save(client, "aftalen", billing_starts_on="01-04-2026", own_cvr="66137112")

    assert refused.status_code == 422
    assert "ligger fast" in refused.content.decode()
    assert Settings.objects.get().own_cvr == ""


def test_no_lease_begins_before_the_agreement(client):
    make.lease("PF000001", unit=make.unit())

    refused = save(
        client, "aftalen", **{"agreement-starts_on": "01-06-2027", "own_cvr": "66137112"}
    )

    assert "begynder før 01-06-2027" in refused.content.decode()
    assert Settings.objects.get().own_cvr == ""
    changed = {"agreement-name": "ATEA 2026", "agreement-starts_on": "01-12-2025"}
    assert save(client, "aftalen", **changed).url
    assert FrameworkAgreement.objects.get().name == "ATEA 2026"


def test_from_the_first_day_one_comes_back_to_it(client):
    form = typed(client, "mail", helpdesk_mail="h@example.dk")

    assert client.post("/indstillinger/mail/?retur=/kom-i-gang/", form).url == "/kom-i-gang/"


def test_what_another_changed_meanwhile_stays_and_the_rest_is_saved(client):
    form = typed(client, "bestilling", heads_mail_reminder_days="9")
    Settings.objects.update(overlap_days=99)

    assert client.post("/indstillinger/bestilling/", form).status_code == 302

    stands = Settings.objects.get()
    assert (stands.overlap_days, stands.heads_mail_reminder_days) == (99, 9)


def test_the_same_setting_changed_by_two_is_refused_to_the_second(client):
    form = typed(client, "bestilling", overlap_days="21")
    agreement = typed(client, "aftalen", **{"agreement-name": "Min", "own_cvr": "66137112"})
    Settings.objects.update(overlap_days=99)
    FrameworkAgreement.objects.update(name="En andens")

    refused = client.post("/indstillinger/bestilling/", form)
    assert refused.status_code == 422
    assert "en anden har imens rettet det" in refused.content.decode()
    # Saved again as it came back, it is still only what the first page showed.
    assert client.post("/indstillinger/bestilling/", form).status_code == 422
    assert client.post("/indstillinger/aftalen/", agreement).status_code == 422

    stands = Settings.objects.get()
    assert (stands.overlap_days, stands.own_cvr) == (99, "")
    assert FrameworkAgreement.objects.get().name == "En andens"
