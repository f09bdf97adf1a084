"""The order form: what is typed becomes an order, and nothing typed is lost when it does not."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.urls import reverse

from leasing.models import Approval, LossReport, Order, OrderLine
from tests import builders as make
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NEW = "/bestillinger/ny/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def anna(cast):
    return make.employee("anbe", "Anna Østergård", unit=cast.unit)


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


def sent(*lines, handling="gem", **facts):
    """Return what the form sends: each line a dict of its fields."""
    data = {"token": str(uuid4()), "handling": handling, **facts}
    for number, line in enumerate(lines):
        for name, value in {"quantity": "1", **line}.items():
            data[f"linje-{number}-{name}"] = str(value)
    return data


def asked(client, *lines, **facts):
    """Return what the form is answered with while it is filled in."""
    data = sent(*lines, handling="vis", **facts)
    return client.post(NEW, data, headers={"HX-Request": "true"}).content.decode()


def picked(page):
    """Return which ways out of the rule are chosen on a page."""
    cards = select(parse(page), ".order-way-out input[type=radio][checked]")
    return [card.get("value") for card in cards]


def t14():
    return make.priced().pk


def test_initials_and_a_model_are_enough(helpdesk, anna):
    make.price()
    assert helpdesk.get(NEW).status_code == 200

    response = helpdesk.post(NEW, sent({"who": "ANBE", "model": t14()}))

    line = OrderLine.objects.get()
    assert response.url == reverse("order-detail", args=[line.order_id])
    assert (line.employee, line.unit, line.reason) == (anna, anna.unit, "first")
    assert "Anna Østergård" in helpdesk.get(response.url).content.decode()


def test_the_same_form_sent_twice_is_one_order(helpdesk, anna):
    data = sent({"who": "anbe", "model": t14()})
    first, again = helpdesk.post(NEW, data), helpdesk.post(NEW, data)
    assert first.url == again.url
    assert Order.objects.count() == 1


def test_nothing_typed_is_lost_when_something_is_wrong(helpdesk, anna):
    bo = make.employee("bolu", "Bo Lund", unit=anna.unit)
    response = helpdesk.post(
        NEW,
        sent(
            {"who": "findes ikke", "model": t14(), "used_for": "Reception"},
            {"who": str(bo), "employee": bo.pk, "model": "", "past_stock_because": "x"},
            mail="Hej, vi mangler to pc'er",
            requester_mail="ikke en mail",
            note="Haster lidt",
        ),
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert not Order.objects.exists()
    for kept in ("findes ikke", "Reception", "Bo Lund (bolu)", "vi mangler to", "Haster lidt"):
        assert kept in page
    assert "Linje 1: Ingen medarbejder passer til »findes ikke«" in page
    assert "Linje 2: Vælg en model." in page
    assert "Skriv en mailadresse" in page


def test_a_name_that_fits_several_asks_for_initials(helpdesk, anna):
    make.employee("anos", "Anna Østermark", unit=anna.unit)
    response = helpdesk.post(NEW, sent({"who": "anna øst", "model": t14()}))
    page = response.content.decode()
    assert "Flere passer" in page
    assert "(anbe)" in page
    assert "(anos)" in page


def test_who_has_a_pc_is_shown_the_two_ways_out(helpdesk, anna):
    make.lease("PF000001", unit=anna.unit, employee=anna)
    response = helpdesk.post(NEW, sent({"who": "anbe", "model": t14()}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "har allerede en pc. Hvad skal der ske?" in page
    assert "Anna Østergård (anbe) har allerede en pc. Vælg, hvad der skal ske" in page

    assert helpdesk.post(NEW, sent({"who": "anbe", "model": t14(), "replaces": "PF000001"})).url
    assert OrderLine.objects.get().reason == "replacement"


def test_a_pc_that_an_open_order_replaces_is_not_offered_again(helpdesk, anna):
    make.price()
    held = make.lease("PF000001", unit=anna.unit, employee=anna).device
    other = make.order_line(employee=anna, replaces=held, status="approved").order

    page = asked(helpdesk, {"who": "anbe", "model": t14()})
    assert picked(page) == ["-"]
    facts = text(parse(page).xpath("//*[@id='linje-0-kendt']")[0])
    assert f"PF000001 siden 01-01-2026, erstattes på {other.number}, leaset til" in facts
    assert "Erstatter PF000001" not in facts
    OrderLine.objects.update(status="cancelled")
    assert picked(asked(helpdesk, {"who": "anbe", "model": t14()})) == ["PF000001"]


def test_what_is_stolen_is_not_to_be_handed_in(helpdesk, anna):
    make.price()
    stolen = make.lease("PF000001", unit=anna.unit, employee=anna).device
    LossReport.objects.create(
        device=stolen, kind="stolen", discovered_at=NOW, encrypted="yes", reported_at=NOW
    )
    make.order_line(employee=anna)  # the one that replaces it

    page = asked(helpdesk, {"who": "anbe", "model": t14()})
    facts = text(parse(page).xpath("//*[@id='linje-0-kendt']")[0])
    assert "Meldt stjålet 22-11-2026" in facts
    assert "Skal ikke afleveres" in facts
    assert "siden" not in facts.split("Meldt")[0]
    assert "dage efter" not in facts


def test_an_exception_is_asked_for_until_and_with_its_last_day(helpdesk, anna):
    make.lease("PF000001", unit=anna.unit, employee=anna)
    line = {
        "who": "anbe",
        "model": t14(),
        "replaces": "-",
        "exception_reason": "To steder",
        "exception_until": "30-06-2027",
    }
    helpdesk.post(NEW, sent(line))
    assert OrderLine.objects.get().status == "awaiting"
    assert Approval.objects.get().ends_before == date(2027, 7, 1)


def with_pc(anna, **fields):
    """Return what the form sends for who has a pc: the page has chosen it to be replaced."""
    make.lease("PF000001", unit=anna.unit, employee=anna)
    chosen = {"replaces": "PF000001", "suggested": "PF000001"}
    return {"who": "anbe", "model": t14(), **chosen, **fields}


def test_a_reason_that_is_typed_wins_over_what_the_page_chose(helpdesk, anna):
    line = with_pc(anna, exception_reason="To steder", exception_until="30-06-2027")
    helpdesk.post(NEW, sent(line))
    placed = OrderLine.objects.get()
    assert (placed.status, placed.reason, placed.replaces) == ("awaiting", "exception", None)
    assert Approval.objects.get().reason == "To steder"


def test_a_replacement_and_an_exception_both_chosen_are_asked_about(helpdesk, anna):
    line = with_pc(anna, suggested="", exception_reason="To steder", exception_until="30-06-2027")
    response = helpdesk.post(NEW, sent(line))
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_linje-0-exception_reason_error"' in page
    assert "både erstatter PF000001 og beder om dispensation" in page
    assert 'value="To steder"' in page
    assert picked(page) == ["PF000001"]
    assert not Order.objects.exists()


def test_a_draft_keeps_the_reason_typed_for_an_exception(helpdesk, anna):
    line = with_pc(anna, exception_reason="To steder", exception_until="30-06-2027")
    placed = helpdesk.post(NEW, sent(line, handling="kladde"))
    page = helpdesk.get(f"{placed.url}ret/").content.decode()
    assert 'value="To steder"' in page
    assert 'value="30-06-2027"' in page
    assert OrderLine.objects.get().replaces is None
    assert picked(page) == ["-"]


def test_a_chosen_reason_wins_over_what_the_page_chose(helpdesk, anna):
    response = helpdesk.post(NEW, sent(with_pc(anna, reason="extra")))
    assert "Vælg, hvad der skal ske med den." in response.content.decode()
    assert not Order.objects.exists()
    chosen = helpdesk.post(NEW, sent(with_pc_again(reason="extra", suggested="")))
    assert "Årsagen er »Ekstra«, men linjen erstatter PF000001" in chosen.content.decode()


def with_pc_again(**fields):
    return {"who": "anbe", "model": t14(), "replaces": "PF000001", **fields}


def test_a_screen_is_never_offered_a_pc_to_replace(helpdesk, anna):
    screen = make.priced("Skærm 27", "skærm", is_pc=False)
    make.lease("SK000001", unit=anna.unit, employee=anna, model=screen)
    helpdesk.post(NEW, sent(with_pc(anna, model=screen.pk)))
    assert OrderLine.objects.get().replaces is None
    OrderLine.objects.all().delete()

    page = asked(helpdesk, {"who": "anbe", "model": screen.pk})
    assert '<option value="SK000001">' in page
    assert '<option value="PF000001"' not in page

    page = helpdesk.post(NEW, sent(with_pc_again(model=screen.pk, suggested=""))).content.decode()
    assert 'id="id_linje-0-replaces_error"' in page
    assert "kan ikke erstattes af Skærm 27" in page


def test_a_model_without_a_price_is_refused_at_the_field(helpdesk, anna):
    later = make.model("T16")
    make.price(later, starts_on=date(2027, 1, 1))
    response = helpdesk.post(NEW, sent({"who": "anbe", "model": later.pk}))
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_linje-0-model_error"' in page
    assert "T16 har først en pris fra 01-01-2027" in page
    assert "Vælg en model for at se prisen" not in page, "one is chosen, if a wrong one"
    helpdesk.post(NEW, sent({"who": "anbe", "model": later.pk}, handling="kladde"))
    assert OrderLine.objects.get().status == "draft"


def test_only_models_that_can_be_leased_are_offered_beside_the_one_that_is_asked_for(helpdesk):
    t14()
    make.model("OptiPlex 3020")
    old = make.model("OptiPlex 3040")
    make.lease("PF000009", model=old)

    def offered(page):
        return [text(one) for one in select(parse(page), "select[name=linje-0-model] option")]

    assert offered(helpdesk.get(NEW)) == ["Vælg model", "T14"]
    page = asked(helpdesk, {"model": old.pk})
    assert offered(page) == ["Vælg model", "T14", "OptiPlex 3040 (ingen pris)"]
    assert "Ny OptiPlex 3040 fra ATEA" not in page


def test_the_mail_stays_with_the_order(helpdesk, anna):
    placed = helpdesk.post(NEW, sent({"who": "anbe", "model": t14()}, mail="Hej, anbe: T14"))
    assert Order.objects.get().mail_text == "Hej, anbe: T14"
    assert "Hej, anbe: T14" in helpdesk.get(placed.url).content.decode()
    long = helpdesk.post(NEW, sent({"who": "anbe", "model": t14()}, mail="x" * 20_001))
    assert "højst være 20.000 tegn" in long.content.decode()


def test_a_class_set_for_a_unit(helpdesk, cast):
    line = {"model": t14(), "unit": cast.unit.pk, "quantity": 28, "used_for": "Klassesæt 7.B"}
    helpdesk.post(NEW, sent(line))
    line = OrderLine.objects.get()
    assert (line.employee, line.quantity, line.reason) == (None, 28, "shared")


def test_a_line_without_person_or_unit_says_what_to_do(helpdesk):
    response = helpdesk.post(NEW, sent({"model": t14()}))
    assert "Skriv initialer eller navn, eller vælg en enhed" in response.content.decode()


def test_the_shelf_is_offered_and_passed_by_with_a_reason(helpdesk, anna):
    shelved = make.lease("PF000009").device
    response = helpdesk.post(NEW, sent({"who": "anbe", "model": t14()}))
    assert "Hvilken skal det være?" in response.content.decode()
    line = {"who": "anbe", "model": t14(), "stock": "ny", "past_stock_because": "Skal bruge 5G"}
    helpdesk.post(NEW, sent(line))
    assert OrderLine.objects.get().past_stock_because == "Skal bruge 5G"
    bo = make.employee("bolu", "Bo Lund", unit=anna.unit)
    helpdesk.post(NEW, sent({"who": "bolu", "model": t14(), "stock": shelved.pk}))
    assert bo.order_lines.get().status == "delivered"


def test_why_the_shelf_cannot_be_used_wins_over_what_the_page_chose_of_it(helpdesk, anna):
    shelved = make.lease("PF000009").device
    line = {"who": "anbe", "model": t14(), "stock": shelved.pk, "past_stock_because": "Er ridset"}
    both = helpdesk.post(NEW, sent(line)).content.decode()
    assert "Du har både valgt noget fra lageret og skrevet, hvorfor" in both
    assert 'value="Er ridset"' in both
    helpdesk.post(NEW, sent({**line, "suggested_stock": shelved.pk}))
    placed = OrderLine.objects.get()
    assert (placed.past_stock_because, placed.devices.count()) == ("Er ridset", 0)


def test_lines_are_added_and_removed_without_javascript(helpdesk, anna):
    data = sent({"who": "anbe", "model": t14()}, handling="tilfoej")
    page = helpdesk.post(NEW, data).content.decode()
    assert 'name="linje-1-who"' in page
    assert "Linje 2" in page

    two = sent({"who": "anbe", "model": t14()}, {"who": "bolu", "model": t14()}, handling="fjern-0")
    page = helpdesk.post(NEW, two).content.decode()
    assert 'value="bolu"' in page
    assert 'value="anbe"' not in page


def test_the_facts_of_a_line(helpdesk, anna):
    make.price()
    make.lease("PF000001", unit=anna.unit, employee=anna)
    page = asked(helpdesk, {"who": "anbe", "model": t14()})
    # 5.590,66 over 16 quarters: F is cut off, a quarter 349,41 and four of them 1.397,66
    assert "349,41" in page
    assert "1.397,66" in page
    assert "leaset til 31-12-2029" in page
    assert picked(page) == ["PF000001"], "the only pc is the one to replace"
    # The price: a new one, and the same without the old one once that is back.
    assert "+349,41" in page
    assert "0,00\xa0kr., når PF000001 er afleveret." in page


def test_the_facts_take_any_nonsense(helpdesk):
    for line in ({}, {"model": "x"}, {"employee": "9" * 20, "who": "a"}, {"quantity": "²"}):
        assert asked(helpdesk, line)
    for handling in ("fjern-7", "fjern-x", "bort:", "laes", "hvad"):
        assert helpdesk.post(NEW, sent({"who": "a"}, handling=handling)).status_code == 200


@pytest.mark.parametrize("typed", ["ANBE", "anb", "øster", "ØSTERG", "anna ø", "gård"])
def test_people_are_found_blind_to_case(helpdesk, anna, typed):
    page = helpdesk.get("/soeg/medarbejdere/", {"q": typed}).content.decode()
    assert ("Anna Østergård (anbe)" in page) == (typed != "gård")


def test_who_has_left_is_not_found(helpdesk, cast):
    make.employee("gone", "Gorm Væk", unit=cast.unit, left_on=TODAY)
    page = helpdesk.get("/soeg/medarbejdere/", {"q": "gone"}).content.decode()
    assert "Gorm" not in page


def test_a_draft_is_kept_taken_up_and_placed(helpdesk, anna):
    data = sent({"who": "anbe", "model": t14()}, handling="kladde", note="Afventer startdato")
    placed = helpdesk.post(NEW, data)
    order = Order.objects.get()
    assert order.lines.get().status == "draft"
    assert "Gør kladden færdig" in helpdesk.get(placed.url).content.decode()

    edit = reverse("order-edit", args=[order.pk])
    page = helpdesk.get(edit).content.decode()
    assert "Anna Østergård (anbe)" in page
    assert "Afventer startdato" in page
    helpdesk.post(edit, sent({"who": "anbe", "model": t14()}))
    assert Order.objects.count() == 1
    assert order.lines.get().status == "approved"
    assert helpdesk.get(edit).url == reverse("order-detail", args=[order.pk])


def test_a_mail_fills_the_lines_and_keeps_what_is_typed(helpdesk, anna):
    make.employee("bolu", "Bo Lund", unit=anna.unit)
    make.model("T16")
    mail = "Fra: Lone Holm <lone@example.dk>\n\nHej, anbe skal have en T16, og Bo Lund en T14.\n"
    mail += "Den gamle hedder XZ99Q8.\nHilsen Lone"
    data = sent({"who": "", "model": ""}, handling="laes", mail=mail, note="Husk dockingstation")
    page = helpdesk.post(NEW, data).content.decode()

    assert "Anna Østergård (anbe)" in page
    assert "Bo Lund (bolu)" in page
    assert "Linje 2" in page
    assert "lone@example.dk" in page
    assert "Husk dockingstation" in page
    assert any("XZ99Q8" in text(one) for one in select(parse(page), ".mail-unknown"))
    assert "- T16 til Anna Østergård (anbe)." in page
    assert not Order.objects.exists()


def test_a_mail_from_nobody_known_is_marked_before_it_is_answered(helpdesk, anna):
    def read(sender):
        mail = f"Fra: {sender}\n\nHej, anbe skal have en T14.\n"
        data = sent({"who": "", "model": ""}, handling="laes", mail=mail)
        return helpdesk.post(NEW, data).content.decode()

    warning = "er ikke en medarbejder, vi kender"
    assert f"anna@albertslund.example.com {warning}" in read("Anna <anna@albertslund.example.com>")
    anna.mail = "anna@albertslund.example.com"
    anna.save()
    assert warning not in read("Anna <anna@albertslund.example.com>")


@pytest.mark.parametrize("role", ["head", "finance", "auditor"])
def test_others_do_not_order(client_of, cast, role):
    client = client_of(getattr(cast, role))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, sent({"who": "anbe"})).status_code == 403
