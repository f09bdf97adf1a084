"""Form fields: amounts and dates as people write them, and messages that say what to do."""

from datetime import date

import pytest
from django import forms
from django.template.loader import render_to_string

from albertslund_it.web.forms.fields import (
    DateField,
    KronerField,
    PlainForm,
    PlainSelect,
    grouped_choices,
)
from tests.web.markup import parse, select


class Form(PlainForm, forms.Form):
    amount = KronerField(label="Beløb", help_text="Ekskl. moms.")
    day = DateField(label="Dato")
    unit = forms.ChoiceField(label="Enhed", choices=[("", "Vælg"), ("1", "Skolen")])
    note = forms.CharField(label="Note", required=False)


GOOD = {"amount": "5.590,66", "day": "17-11-2025", "unit": "1"}


@pytest.mark.parametrize(
    ("typed", "ore"), [("5.590,66", 559066), ("−5,5", -550), ("750 kr.", 75000), ("0", 0)]
)
def test_an_amount_becomes_whole_ore(typed, ore):
    form = Form({**GOOD, "amount": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == ore


def test_an_amount_that_could_mean_two_things_is_refused_and_kept():
    form = Form({**GOOD, "amount": "5590.66"})

    assert form.errors == {"amount": ["Skriv beløbet i kroner med komma før ørerne, fx 5.590,66."]}
    assert 'value="5590.66"' in str(form["amount"])


def test_a_stored_amount_is_shown_in_kroner_and_is_no_change():
    form = Form({**GOOD}, initial={"amount": 559066})

    assert 'value="5590,66"' in str(Form(initial={"amount": 559066})["amount"])
    assert "amount" not in form.changed_data


@pytest.mark.parametrize("typed", ["17-11-2025", "17.11.2025", "17/11/2025", "2025-11-17"])
def test_dates_are_read_as_danes_write_them(typed):
    form = Form({**GOOD, "day": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == date(2025, 11, 17)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1/12", date(2026, 12, 1)),
        ("1.12.26", date(2026, 12, 1)),
        (" 1. 12. 2026 ", date(2026, 12, 1)),
        ("011226", date(2026, 12, 1)),
        ("01122026", date(2026, 12, 1)),
        ("1. december", date(2026, 12, 1)),
        ("1 DEC 27", date(2027, 12, 1)),
        ("28/2", date(2027, 2, 28)),  # the nearest one
        ("1/10", date(2026, 10, 1)),
        ("i dag", date(2026, 11, 30)),
        ("I  morgen", date(2026, 12, 1)),
        ("i går", date(2026, 11, 29)),
        ("på mandag", date(2026, 12, 7)),  # it is Monday
        ("fredag", date(2026, 12, 4)),
        ("om 14 dage", date(2026, 12, 14)),
        ("om en uge", date(2026, 12, 7)),
        ("d. 1/12", date(2026, 12, 1)),
        ("den 1. december", date(2026, 12, 1)),
        ("1 / 12", date(2026, 12, 1)),
        ("1,12", date(2026, 12, 1)),
        ("om 3 måneder", date(2027, 2, 28)),
    ],
)
def test_a_day_is_read_as_it_is_typed_in_a_hurry(settings, typed, day):
    settings.TODAY = date(2026, 11, 30)
    form = Form({**GOOD, "day": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == day


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("31-11-2026", "findes ikke i kalenderen"),
        ("29/2", "findes ikke i kalenderen"),  # none is near
        ("30/2", "findes ikke i kalenderen"),
        ("991326", "findes ikke i kalenderen"),
        ("0/0", "findes ikke i kalenderen"),
        ("1/12/0", "Skriv datoen"),
        ("1-2-3-4", "Skriv datoen"),
        ("١/١٢", "Skriv datoen"),
        ("om 999 år", "Året 3025"),
        ("1" * 5000, "Skriv datoen"),
        ("mandag den 1.", "Skriv datoen"),
    ],
)
def test_what_is_no_day_is_refused_and_kept(settings, typed, said):
    settings.TODAY = date(2026, 11, 30)
    form = Form({**GOOD, "day": typed})

    assert said in form.errors["day"][0]
    assert f'value="{typed}"' in str(form["day"])


def test_every_error_says_what_to_do():
    form = Form({"day": "en dag", "unit": "7"})

    assert form.errors == {
        "amount": ["Udfyld beløb."],
        "day": ["Skriv datoen som dag-måned-år, fx 17-11-2025."],
        "unit": ["Vælg enhed fra listen."],
    }


def test_errors_are_listed_with_links_and_stand_at_their_fields():
    form = Form({**GOOD, "amount": "x"})
    summary = parse(render_to_string("web/error_summary.html", {"form": form}))
    field = parse(render_to_string("web/field.html", {"field": form["amount"]}))
    entry = field.get_element_by_id("id_amount")

    assert select(summary, "a")[0].get("href") == "#id_amount"
    assert entry.get("aria-invalid") == "true"
    for ident in entry.get("aria-describedby").split():
        assert field.get_element_by_id(ident).text_content().strip()
    assert "(frivilligt)" in render_to_string("web/field.html", {"field": form["note"]})
    assert "(frivilligt)" not in render_to_string("web/field.html", {"field": form["day"]})


def test_the_plain_select_is_the_same_as_djangos_but_quick():
    choices = [
        ("", "Alle"),
        *grouped_choices([("Børn & Familie", 1, 'Team "A"'), ("Børn & Familie", 2, "<B>")]),
    ]
    ours = parse(PlainSelect(choices=choices).render("unit", "2", {"id": "x"}))
    theirs = parse(forms.Select(choices=choices).render("unit", "2", {"id": "x"}))

    def shape(select):
        return [
            (e.tag, dict(e.attrib) | {"selected": "selected" in e.attrib}) for e in select.iter()
        ]

    assert shape(ours) == shape(theirs)
    assert [e.text for e in ours.iter("option")] == [e.text for e in theirs.iter("option")]


def test_what_is_too_long_is_refused_whole_and_not_cut_by_the_browser():
    class Short(PlainForm, forms.Form):
        name = forms.CharField(label="Fakturanr.", max_length=5)
        note = forms.CharField(label="Note", max_length=5, required=False)

    form = Short({"name": "123456", "note": "1234567"})
    assert form.errors == {
        "name": ["Fakturanr.: højst 5 tegn, her er 6. Skriv det kortere."],
        "note": ["Note: højst 5 tegn, her er 7. Skriv det kortere."],
    }
    assert "maxlength" not in str(form)
    assert 'value="123456"' in str(form["name"])
    assert Short({"name": ""}).errors["name"] == ["Udfyld fakturanr."]


@pytest.mark.parametrize("sign", "\x07\x1b\x9c\u200b\u200e\u202e\u2066\ufeff")
def test_signs_that_nobody_sees_are_left_out_of_what_is_typed(sign):
    class Typed(PlainForm, forms.Form):
        name = forms.CharField(max_length=4)
        text = forms.CharField(widget=forms.Textarea)
        password = forms.CharField(widget=forms.PasswordInput)

    sent = {
        "name": f"A{sign}nna",
        "text": f"{sign}Én\n\tto 👩\u200d💻{sign}",
        "password": "p\u202ew",
    }
    form = Typed(sent)

    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "name": "Anna",
        "text": "Én\n\tto 👩\u200d💻",
        "password": "p\u202ew",
    }
    for wrong in (sign, f"{sign}En\0"):
        assert not Typed(sent | {"text": wrong}).is_valid()
