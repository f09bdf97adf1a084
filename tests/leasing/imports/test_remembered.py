"""What was once said of files: told where it is used, and seen, changed and forgotten."""

import pytest
from django.core.management import call_command

from inventory.models import Device, ModelAlias, UnitAlias
from leasing.models import ColumnMap
from tests import builders
from tests.files import take_file
from tests.leasing.agreeing import agreed_in
from tests.leasing.imports.test_conversation import step
from tests.leasing.imports.test_import_page import upload

PAGE = "/indlaes/husket/"
DEVICES = "Serienummer;Model\nPF0QQ001;21ZZ999\nPF0QQ002;T14\n"


@pytest.fixture
def helpdesk(client_of, cast):
    return client_of(cast.helpdesk)


@pytest.fixture
def wrong(db):
    builders.model("T14")
    return ModelAlias.objects.create(name="21ZZ999", model=builders.model("P16v"))


def test_the_preview_and_the_command_say_which_names_are_read_as_learnt(
    wrong, helpdesk, tmp_path, capsys
):
    UnitAlias.objects.create(name="Birkeskolen", unit=builders.unit("1001", "Birkeskolen"))
    page = upload(helpdesk, DEVICES, "devices")

    assert [one["told"] for one in page.context["report"]["learnt"]] == ["»21ZZ999« læst som P16v"]
    assert f'href="{PAGE}?ret=model-{wrong.pk}"' in page.content.decode()
    path = tmp_path / "fil.csv"
    path.write_text(DEVICES)
    call_command("import_data", "devices", str(path), "--dry-run")
    assert "»21ZZ999« læst som P16v" in capsys.readouterr().out


def test_a_name_changed_after_its_preview_is_shown_anew(wrong, helpdesk):
    page = upload(helpdesk, DEVICES, "devices")
    ModelAlias.objects.update(model=builders.model("X9"))

    helpdesk.post("/indlaes/devices/", step(page, agreed=agreed_in(page)))

    assert not Device.objects.exists()


def test_a_name_is_changed_and_forgotten(wrong, helpdesk):
    assert PAGE in helpdesk.get("/indlaes/").content.decode()
    page = helpdesk.get(PAGE, {"ret": f"model-{wrong.pk}"})
    assert (page.context["changed"].name, page.context["changed"].stands_for) == ("21ZZ999", "P16v")
    sent = {"kind": "model", "pk": wrong.pk}
    right = builders.model("X9")

    page = helpdesk.post(PAGE, {**sent, "answer": "change", "is": right.pk}, follow=True)

    assert "»21ZZ999« læses nu som X9" in page.content.decode()
    assert ModelAlias.objects.get().model == right
    helpdesk.post(PAGE, {**sent, "answer": "change", "is": "999999"})
    assert ModelAlias.objects.get().model == right
    helpdesk.post(PAGE, {**sent, "answer": "forget"})
    assert not ModelAlias.objects.exists()
    page = helpdesk.post(PAGE, {**sent, "answer": "forget"}, follow=True)
    assert "ikke husket længere" in page.content.decode()


def test_columns_are_forgotten_by_those_who_take_in_their_kind(db, helpdesk, client_of, cast):
    builders.unit("1001")
    take_file("employees", "Initialer;Navn;Enhedsnr;Andet\nANBE;Anna;1001;x\n")
    one = ColumnMap.objects.create(
        kind="employees",
        digest="0" * 64,
        headings=["Hvem"],
        mapped={"hvem": "initials"},
        said_at="2026-01-01T12:00Z",
        said_by="hd",
    )
    sent = {"kind": "columns", "pk": one.pk}
    finance = client_of(cast.finance)
    assert "»Hvem«" not in finance.get(PAGE).content.decode()
    finance.post(PAGE, sent)
    assert ColumnMap.objects.filter(pk=one.pk).exists()
    assert "»Hvem« er Initialer" in helpdesk.get(PAGE).content.decode()

    helpdesk.post(PAGE, sent)

    assert not ColumnMap.objects.filter(pk=one.pk).exists()


def test_names_cost_the_same_for_three_and_for_thirty(
    wrong, helpdesk, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(60) as seen:
            helpdesk.get(PAGE)
        return len(seen)

    for n in range(3):
        ModelAlias.objects.create(name=f"21AB{n}", model=wrong.model)
    three = queries()
    for n in range(3, 30):
        ModelAlias.objects.create(name=f"21AB{n}", model=wrong.model)
    assert queries() == three
