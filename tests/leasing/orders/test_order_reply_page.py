"""The mail beside the order: what is marked in it, what it costs, and how it is answered."""

import html

import pytest
from django.urls import reverse

from inventory.models import Category, DeviceModel
from leasing.models import Approval, Mail, Order, Status
from leasing.orders.presenters.reply import mark_of
from tests import builders as make
from tests.leasing.orders.test_order_form_page import (
    NEW,
    TODAY,
    anna,
    asked,
    helpdesk,
    picked,
    sent,
    t14,
)
from tests.web.markup import parse, select, text

__all__ = ["anna", "helpdesk"]
pytestmark = pytest.mark.django_db
MAIL = (
    "Fra: Lone Holm <lone@example.dk>\n\nHej\n\nAnna Østergård (anbe) skal have en ny pc. Den gamle "
    "PF000001 er gået i stykker.\nHun skal bruge en T14 den 14. december. Vi sidder i PF2XX9.\n"
)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def pc(anna):
    t14()
    return make.lease("PF000001", unit=anna.unit, employee=anna).device


def reply_on(page):
    return html.unescape(select(parse(page), "textarea[name=reply]")[0].text_content()).strip()


def kept(page, **changes):
    """Return the fields of a page as a browser sends them."""
    tree, data = parse(page), {}
    for field in select(tree, "form[id=bestilling] input[name]"):
        kind = field.get("type")
        if kind in ("radio", "checkbox") and field.get("checked") is None:
            continue
        data.setdefault(field.get("name"), field.get("value", "on" if kind == "checkbox" else ""))
    for area in select(tree, "textarea[name]"):
        data[area.get("name")] = area.text_content().removeprefix("\n").replace("\n", "\r\n")
    for chooser in select(tree, "select[name]"):
        chosen = select(chooser, "option[selected]")
        data[chooser.get("name")] = chosen[0].get("value") if chosen else ""
    return data | changes


@pytest.fixture
def read(helpdesk, pc):
    """Return the page once the mail is read."""
    return helpdesk.post(NEW, sent({}, handling="laes", mail=MAIL, sends_reply="on"))


def test_the_marks_of_the_mail_have_the_numbers_of_the_fields_they_filled(read):
    page = parse(read)
    marks = {text(mark) for mark in select(page, ".mail-known")}
    numbers = {
        name: text(select(page, f"span[id={name}-nr] span")[0]).split()[-1]
        for name in (
            "linje-0-who",
            "linje-0-model",
            "linje-0-replaces",
            "wanted_on",
            "requester_mail",
        )
    }
    assert len(set(numbers.values())) == 5
    for name, word in (
        ("linje-0-who", "Anna Østergård"),
        ("linje-0-model", "T14"),
        ("linje-0-replaces", "PF000001"),
        ("requester_mail", "lone@example.dk"),
    ):
        assert any(said.startswith(f"{word}{numbers[name]}") for said in marks), name
    assert text(select(page, ".mail-unknown")[-1]).startswith("PF2XX9")
    assert picked(read.content.decode()) == ["PF000001"]


def test_a_field_that_says_something_else_than_the_mail_has_no_number(helpdesk, read):
    t16 = make.priced("T16").pk
    page = helpdesk.post(NEW, kept(read, **{"linje-0-model": t16, "handling": "vis"}))
    assert not select(parse(page), "span[id=linje-0-model-nr] span")
    assert select(parse(page), "span[id=linje-0-who-nr] span")


def test_nothing_is_told_to_be_ordered_while_the_shelf_is_open(helpdesk, pc):
    make.lease("PF000009", model=make.model("T15"))
    read = helpdesk.post(NEW, sent({}, handling="laes", mail=MAIL))
    said = reply_on(read)
    assert "Vi finder på lageret eller bestiller:\n- T14 til Anna Østergård (anbe)." in said
    assert "Vi bestiller" not in said
    assert "pr. kvartal" not in said
    asked = helpdesk.post(NEW, kept(read, handling="gem"))
    assert "eller skriv, hvorfor den ikke kan bruges" in text(parse(asked))
    new = helpdesk.post(NEW, kept(read, **{"linje-0-stock": "ny", "handling": "vis"}))
    assert "Vi bestiller:\n- T14 til Anna Østergård (anbe)." in reply_on(new)


def test_what_is_not_recognised_is_asked_about_until_it_is_waved_off(helpdesk, read):
    assert "Hvad menes der med »PF2XX9«?" in reply_on(read)
    page = helpdesk.post(NEW, kept(read, handling="bort:PF2XX9"))
    assert "PF2XX9" not in reply_on(page)
    assert all("PF2XX9" not in text(mark) for mark in select(parse(page), ".mail-unknown"))
    again = helpdesk.post(NEW, kept(page, handling="vis"))
    assert "PF2XX9" not in reply_on(again)
    helpdesk.post(NEW, kept(again, handling="gem"))
    assert "PF2XX9" not in Order.objects.get().reply


def test_the_reply_is_made_anew_of_what_was_saved(helpdesk, read, anna):
    assert "T14 til Anna Østergård (anbe). Enhed 1001 betaler 349,41" in reply_on(read)
    until = {"linje-0-exception_reason": "To steder", "linje-0-exception_until": "30-06-2027"}
    data = kept(read, handling="gem", **until)
    helpdesk.post(NEW, data | {"linje-0-replaces": "-"})
    order = Order.objects.get()
    assert order.lines.get().status == Status.AWAITING
    assert f"Tak for mailen (bestilling {order.number}). Vi bestiller:" in order.reply
    assert "Lederen skal først sige ja til en pc mere." in order.reply
    assert "afleverer" not in order.reply
    told = Mail.objects.get(order=order)
    assert (told.recipients, order.reply in told.text.replace("\r\n", "\n")) == (
        "lone@example.dk",
        True,
    )
    assert Approval.objects.count() == 1
    assert order.reply in html.unescape(
        helpdesk.get(reverse("order-detail", args=[order.pk])).content.decode()
    )


def test_what_a_person_wrote_in_the_reply_is_never_lost(helpdesk, read):
    mine = "Hej Lone\r\n\r\nDet er klaret."
    page = helpdesk.post(NEW, kept(read, reply=mine, handling="tilfoej"))
    assert "Det er klaret." in reply_on(page)
    page = helpdesk.post(NEW, kept(page, handling="gem", requester_mail="ikke en mail"))
    assert page.status_code == 422
    assert "Det er klaret." in reply_on(page)
    page = helpdesk.post(NEW, kept(page, handling="kladde", requester_mail=""))
    page = helpdesk.get(f"{page.url}ret/")
    assert "Det er klaret." in reply_on(page)
    helpdesk.post(page.request["PATH_INFO"], kept(page, handling="gem"))
    assert Order.objects.get().reply.splitlines() == ["Hej Lone", "", "Det er klaret."]


def test_a_reply_that_is_not_to_be_sent_is_kept_and_the_status_told_instead(helpdesk, read):
    data = kept(read, handling="gem")
    del data["sends_reply"]
    helpdesk.post(NEW, data)
    order = Order.objects.get()
    assert order.reply
    assert "Sådan står bestilling" in Mail.objects.get(order=order).text


def test_a_reply_without_an_address_says_that_nobody_got_it(helpdesk, read):
    page = helpdesk.post(NEW, kept(read, handling="gem", requester_mail=""), follow=True)
    assert "Svaret er ikke sendt" in page.content.decode()
    assert not Mail.objects.exists()


def test_without_an_address_the_way_to_it_stands_where_sending_is_offered(read):
    page = parse(read)
    assert [a.get("href") for a in select(page, ".order-sends-not a")] == ["#id_requester_mail"]
    # The style sheet hides the one or the other by this.
    assert select(page, "input[id=id_requester_mail]")[0].get("placeholder")


def test_the_reply_says_that_what_is_on_the_shelf_is_set_aside_not_ordered(helpdesk, anna):
    t14()
    make.lease("PF000009")
    mail = "Anna Østergård (anbe) skal bruge en T14."
    reply = reply_on(helpdesk.post(NEW, sent({}, handling="laes", mail=mail)))
    assert "Vi har på lageret og sætter til side:\n- T14 (PF000009) til Anna" in reply
    assert "Vi bestiller" not in reply


@pytest.mark.parametrize(
    "wish", ["en mus", "et nyt tastatur og et headset", "Kan vi få en mus til Anna Østergård?"]
)
def test_a_mouse_a_keyboard_or_a_headset_is_answered_with_the_cash_agreement(helpdesk, anna, wish):
    anna.unit.ean = "5798000000017"
    anna.unit.save()
    mail = f"Hej\n\nJeg mangler {wish}.\n\nVenlig hilsen\nAnna Østergård"
    page = helpdesk.post(NEW, sent({}, handling="laes", mail=mail))
    reply = reply_on(page)
    assert "men som hidtil på kommunens kontantaftale" in reply
    assert f"Regningen går til EAN-nummeret for {anna.unit.name}: {anna.unit.ean}." in reply
    assert "Vi bestiller" not in reply
    assert (
        "kontantaftale og faktureres til enhedens EAN-nummer" in helpdesk.get(NEW).content.decode()
    )


def test_somebody_who_is_to_begin_is_made_from_the_words_of_the_mail(helpdesk, anna):
    mail = f"Mette Holm (meho) starter 4. januar i {anna.unit.name} og skal bruge en mus."
    page = helpdesk.post(NEW, sent({}, handling="laes", mail=mail))
    [link] = [a for a in select(parse(page), ".order-read a") if "Opret Mette Holm" in text(a)]
    form = parse(helpdesk.get(link.get("href")))
    shown = {one.get("name"): one.get("value") for one in select(form, "input[name]")}
    assert (shown["name"], shown["starts_on"]) == ("Mette Holm", "04-01-2027")
    assert select(form, "select[name=unit] option[selected]")[0].get("value") == str(anna.unit_id)


def test_who_pays_for_a_mouse_is_asked_where_the_mail_names_a_stranger(helpdesk, anna):
    t14()
    mail = "T14 til Anna Østergård. Mette Holm skal have en mus."
    reply = reply_on(helpdesk.post(NEW, sent({}, handling="laes", mail=mail)))
    assert "- Hvilken enhed skal have regningen for mus?" in reply
    assert "Regningen går til enhedens EAN-nummer." in reply


def test_the_price_is_of_all_lines_and_says_what_is_left_when_the_old_is_back(helpdesk, pc, anna):
    t16 = make.model("T16").pk
    make.price(make.model("T16"), price_ore=700000)
    line = {"who": "anbe", "model": t16}
    one = asked(helpdesk, line)
    unit = {"model": t14(), "unit": anna.unit.pk, "quantity": 3}
    both = asked(helpdesk, line, unit)
    shown = [text(select(parse(page), "p[id=pris-nu]")[0]) for page in (one, both)]
    assert shown[0].startswith("+437,50 kr. pr. kvartal")
    assert "+88,09 kr., når PF000001 er afleveret." in shown[0]
    assert shown[1].startswith("+1.485,73 kr. pr. kvartal")
    assert "+1.136,32 kr., når PF000001 er afleveret." in shown[1]


def test_the_shelf_is_one_line_with_both_prices(helpdesk, anna):
    t14()
    make.lease("PF000009")
    shelf = select(parse(asked(helpdesk, {"who": "anbe", "model": t14()})), "details.order-shelf")[
        0
    ]
    assert text(select(shelf, "summary")[0]).startswith("Fra lageret: T14 PF000009, 349,41 kr.")
    assert len(select(shelf, "label span.num")) == 2


def test_a_second_click_after_the_first_was_answered_is_the_same_order(helpdesk, read):
    data = kept(read, handling="gem")
    first, second = helpdesk.post(NEW, data), helpdesk.post(NEW, data)
    assert first.url == second.url
    assert Order.objects.count() == 1


def test_the_mark_of_a_reply_minds_no_line_ends():
    assert mark_of("Hej\n\nLone ") == mark_of("Hej\r\n\r\nLone")
    assert mark_of("Hej") != mark_of("Hej Lone")


def test_new_colleagues_are_proposed_counted_and_asked_about(helpdesk, cast):
    make.priced("T16")
    price_screen()
    mail = (
        "vi får 3 nye kolleger pr. 1. januar: Peter Madsen, Ida Juul og Bo Lund på "
        f"{cast.unit.name}. De skal have hver en bærbar T16 + skærm"
    )
    page = helpdesk.post(NEW, sent({}, handling="laes", mail=mail))
    data = kept(page)
    assert [data[f"linje-{number}-quantity"] for number in (0, 1)] == ["3", "3"]
    assert "Antallet er gættet: 3 nye kolleger skal have hver sin." in text(parse(page))
    reply = reply_on(page)
    assert "- 3 stk. T16 til" in reply
    assert "- 3 stk. Skærm 27 til" in reply
    assert (
        "- Hvilke initialer har Peter Madsen, Ida Juul og Bo Lund? Vi kan ikke finde dem blandt "
        "medarbejderne." in reply
    )
    assert "Hvad menes der med" not in reply


@pytest.mark.parametrize(
    ("mail", "question"),
    [
        ("En T14 til min nye kollega", "Hvad hedder den nye kollega, og hvilke initialer er det?"),
        ("To nye lærere skal have en T14", "I skriver om 2 nye kolleger. Hvor mange skal I bruge?"),
        ("T14 til Karen Blixen", "Hvilke initialer har Karen Blixen? Vi kan ikke finde navnet"),
        ("xyzw skal have en T14", "Hvem er xyzw? Vi kan ikke finde initialerne."),
        ("anbe skal have en T14 på mandag", "Hvilken dato er det: »på mandag«?"),
        ("anbe skal have en T14 den 31-02-2026", "Hvilken dato er det: »31-02-2026«?"),
        ("Et par T14 til anbe", "Hvor mange er »et par«?"),
        ("anbe mangler en skærm", "Hvilken skærm skal det være: Skærm 24 eller Skærm 27?"),
        ("Vi skal bruge en bærbar pc", "Hvilken model skal det være: »bærbar pc«?"),
    ],
)
def test_what_is_open_is_asked_about_as_a_colleague_would(helpdesk, anna, mail, question):
    t14()
    price_screen("Skærm 24")
    price_screen()
    page = helpdesk.post(NEW, sent({}, handling="laes", mail=mail))
    assert f"- {question}" in reply_on(page)


def test_an_empty_mail_is_said_to_be_empty_beside_its_field(helpdesk):
    page = helpdesk.post(NEW, sent({}, handling="laes", mail="  \n "))
    assert text(select(parse(page), "div[id=id_mail_error]")[0]) == (
        "Fejl: Der er ingen mail at læse. Kopiér mailens tekst, og sæt den ind her."
    )
    [field] = select(parse(page), "textarea[name=mail]")
    assert "id_mail_error" in field.get("aria-describedby")


def price_screen(name="Skærm 27"):
    kind = Category.objects.get_or_create(name="skærm", defaults={"has_serial_numbers": False})[0]
    make.price(DeviceModel.objects.create(name=name, category=kind), price_ore=160000)
