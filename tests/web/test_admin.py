"""The admin: kroner in its forms, what is closed only to be read, and no stack trace for a rule."""

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from inventory.models import Access, Unit
from leasing.models import (
    BillingRun,
    Charge,
    FrameworkAgreement,
    Lease,
    LeasePrice,
    Settings,
    SubAgreement,
)
from tests import builders as make
from tests.leasing.closed import close, town
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast, client_of):
    return client_of(cast.administrator)


def url(row_or_model, page="change"):
    opts = row_or_model._meta
    args = [row_or_model.pk] if page in {"change", "delete"} else []
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def filled_in(client, address, **changes):
    """Return what the form at an address would send, with some of it changed."""
    form = select(parse(client.get(address)), "form[id]")[-1]
    return {**dict(form.form_values()), **changes}


def errors(response):
    return [text(item) for item in select(parse(response), "ul.errorlist li")]


def test_amounts_are_typed_in_kroner_and_kept_in_ore(client):
    price = make.price()
    address = url(price)
    form = filled_in(client, address)
    assert form["price_ore"] == "5590,66"

    assert client.post(address, {**form, "price_ore": "6.000,50"}).status_code == 302
    price.refresh_from_db()
    assert price.price_ore == 600050
    refused = client.post(address, {**form, "price_ore": "6000.50"})
    assert "med komma før ørerne" in errors(refused)[0]
    refused = client.post(address, {**form, "price_ore": "0"})
    assert "Prisen skal være over nul." in errors(refused)
    assert "6.000,50" in client.get(url(LeasePrice, "changelist")).content.decode()


def test_the_cost_holder_cannot_change_once_a_quarter_is_closed(client):
    units = town()
    close()
    address = url(units.holder)
    form = filled_in(client, address, department=str(units.school.department_id))
    form.pop("is_cost_holder")
    refused = client.post(address, {**form, "name": "Et nyt navn"})

    assert refused.status_code == 200
    assert "ligger fast, når et kvartal er låst" in errors(refused)[0]
    assert 'value="Et nyt navn"' in refused.content.decode(), "what was typed is lost"
    assert Unit.objects.get(is_cost_holder=True).name == "Fælles IT (it-lager)"


def test_the_first_billed_day_cannot_change_once_a_quarter_is_closed(client):
    town()
    close()
    address = url(Settings.objects.get())
    refused = client.post(address, filled_in(client, address, billing_starts_on="01-02-2026"))

    assert "ligger fast, når et kvartal er låst" in errors(refused)[0]
    assert Settings.objects.get().billing_starts_on == date(2026, 1, 1)


def test_a_charge_is_read_here_and_entered_on_its_own_pages(client):
    """They refuse what would never be billed, and ask about what is out of scale."""
    charge = make.charge(make.unit("1001"))
    values = {"charged_on": "31-12-2025", "unit": charge.unit_id, "amount_ore": "1,00", "text": "x"}

    assert client.post(url(Charge, "add"), values).status_code == 403
    assert client.post(url(charge), values).status_code == 403
    assert client.post(url(charge, "delete"), {"post": "yes"}).status_code == 403
    assert Charge.objects.get() == charge
    assert Charge.objects.get().charged_on == charge.charged_on
    links_to(client, charge, reverse("charge", args=[charge.pk]))


def links_to(client, row, address):
    """Check that a row's page leads to the one where it is corrected."""
    [link] = select(parse(client.get(url(row))), ".description a")
    assert link.get("href") == address
    assert client.get(address).status_code == 200


def test_what_a_lease_costs_is_read_here_once_it_is_there(client):
    """The pages show what a correction does before it is saved, and hold it to the rules."""
    lease = make.lease()
    term = lease.terms.get()
    address = url(lease)
    form = filled_in(client, address, order_number="45001", starts_on="01-03-2026")
    form |= {
        "stops_on": "01-06-2026",
        "terms-TOTAL_FORMS": "2",
        "terms-INITIAL_FORMS": "1",
        "terms-MIN_NUM_FORMS": "0",
        "terms-MAX_NUM_FORMS": "1000",
        "terms-0-id": str(term.pk),
        "terms-0-lease": str(lease.pk),
        "terms-0-position": "1",
        "terms-0-price_ore": "1,00",
        "terms-0-quarters": "4",
        "terms-1-lease": str(lease.pk),
        "terms-1-position": "2",
        "terms-1-price_ore": "1,00",
        "terms-1-quarters": "4",
    }

    assert client.post(address, form).status_code == 302
    kept = Lease.objects.get()
    assert kept.order_number == "45001"
    assert (kept.starts_on, kept.stops_on) == (lease.starts_on, None)
    assert [(t.price_ore, t.quarters) for t in kept.terms.all()] == [
        (term.price_ore, term.quarters)
    ]
    links_to(client, lease, reverse("device-detail", args=[lease.device_id]))


def new_lease(client, **changes):
    """Return what the form of a new lease would send."""
    known = make.lease("PF000009")
    form = filled_in(client, url(Lease, "add"))
    return form | {
        "device": str(make.device("PF000001").pk),
        "sub_agreement": str(known.sub_agreement_id),
        "starts_on": "01-02-2026",
        "terms-0-position": "1",
        "terms-0-price_ore": "5.000,00",
        "terms-0-quarters": "16",
        **changes,
    }


def test_a_lease_is_made_with_its_first_day_and_terms(client):
    assert client.post(url(Lease, "add"), new_lease(client)).status_code == 302
    lease = Lease.objects.get(device__serial_number="PF000001")
    assert (lease.starts_on, lease.terms.get().price_ore) == (date(2026, 2, 1), 500_000)


def test_a_billed_lease_cannot_be_deleted(client):
    town()
    close()
    lease = Lease.objects.order_by("id").first()
    page = client.post(url(lease, "delete"), {"post": "yes"}, follow=True)

    assert page.status_code in {200, 403}
    assert Lease.objects.filter(pk=lease.pk).exists()
    several = {"action": "delete_selected", "_selected_action": [lease.pk], "post": "yes"}
    assert client.post(url(Lease, "changelist"), several, follow=True).status_code in {200, 403}
    assert Lease.objects.filter(pk=lease.pk).exists()


def test_a_lease_before_the_framework_agreement_is_refused_in_words(client):
    sent = new_lease(client, starts_on="31-12-2025")
    assert "tidligst begynde den 01-01-2026" in errors(client.post(url(Lease, "add"), sent))[0]

    lease = make.lease("PF000002")
    later = SubAgreement.objects.create(
        number="UA-9",
        framework=FrameworkAgreement.objects.create(name="Den næste", starts_on=date(2027, 1, 1)),
    )
    address = url(lease)
    refused = client.post(address, filled_in(client, address, sub_agreement=str(later.pk)))
    assert "tidligst begynde den 01-01-2027" in errors(refused)[0]


def test_what_is_closed_is_only_to_be_read(client):
    town()
    run = close()
    invoice = run.invoices.first()
    closed = [run, invoice, invoice.lines.first(), invoice.summaries.first()]
    closed.append(Lease.objects.order_by("id").first().billed_facts)

    for row in closed:
        name = row._meta.model_name
        assert client.get(url(type(row), "changelist")).status_code == 200, name
        assert client.get(url(row)).status_code == 200, name
        assert client.get(url(type(row), "add")).status_code == 403, name
        assert client.post(url(row), {}).status_code == 403, name
        assert client.post(url(row, "delete"), {"post": "yes"}).status_code == 403, name
    assert BillingRun.objects.get() == run


def test_a_user_gets_roles_and_dated_access_on_one_page(client, cast):
    address = url(cast.nobody)
    form = filled_in(client, address)
    assert "is_superuser" not in form
    role = cast.head.groups.get()
    inline = {
        "groups": [str(role.pk)],
        "accesses-TOTAL_FORMS": "1",
        "accesses-0-department": str(cast.department.pk),
        "accesses-0-starts_on": "01-09-2026",
    }

    assert client.post(address, {**form, **inline}).status_code == 302
    access = Access.objects.get(user=cast.nobody)
    assert (access.department, access.starts_on) == (cast.department, date(2026, 9, 1))
    assert list(cast.nobody.groups.all()) == [role]
    both = {**inline, "accesses-0-unit": str(cast.unit.pk)}
    other = url(cast.finance)
    refused = client.post(other, {**filled_in(client, other), **both})
    assert "Vælg enten en afdeling eller en enhed." in errors(refused)


def test_when_a_device_was_last_seen_is_not_the_administrators_business(client):
    device = make.device(last_seen=date(2026, 9, 1))

    assert "01-09-2026" not in client.get(url(device)).content.decode()


def test_there_is_one_row_of_settings(client):
    assert client.get(url(Settings, "add")).status_code == 403
    assert client.post(url(Settings.objects.get(), "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("day", ["31-12-9999", "01-01-0206"])
def test_a_slip_of_the_keyboard_in_a_year_is_refused(client, day):
    """A price or lease from the year 9999 would keep every page with an amount from being worked out."""
    for row, field in ((make.price(), "starts_on"), (Settings.objects.get(), "billing_starts_on")):
        refused = client.post(url(row), filled_in(client, url(row), **{field: day}))
        year = int(day[-4:])
        assert errors(refused) == [f"Året {year} er forkert. Skriv datoen som 17-11-2025."]


def test_every_setting_can_be_changed():
    offered = {
        name for _, group in admin.site._registry[Settings].fieldsets for name in group["fields"]
    }
    assert offered == {field.name for field in Settings._meta.fields} - {"id"}


def test_the_limits_that_are_asked_about_are_changed_here(client):
    address = url(Settings.objects.get())
    sent = filled_in(client, address, charge_limit_kr="30000", budget_limit_kr="2000000")

    assert client.post(address, sent).status_code == 302
    kept = Settings.objects.get()
    assert (kept.charge_limit_kr, kept.price_limit_kr, kept.budget_limit_kr) == (
        30_000,
        50_000,
        2_000_000,
    )


def test_an_empty_field_says_what_to_do_everywhere(client):
    from django import forms
    from django.contrib.auth.forms import AdminUserCreationForm

    said = errors(client.post(url(Unit, "add"), {}))
    assert {"Udfyld enhedsnr.", "Udfyld enhed."} <= set(said)
    assert not any("påkrævet" in one for one in said)

    class Any(forms.Form):
        field = forms.CharField()

    assert Any({}).errors == {"field": ["Udfyld feltet."]}
    new = AdminUserCreationForm({})
    assert "Dette felt er påkrævet." not in str(new.errors)
