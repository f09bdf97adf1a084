"""What a list shows, kept under a name: by whom, for whom, and within what each may see."""

import pytest
from django.contrib.auth.models import Group, User
from django.http import QueryDict
from django.urls import get_resolver, reverse

from albertslund_it.common.errors import Refused
from albertslund_it.roles import FINANCE, HELPDESK
from inventory.models import ListPreset
from inventory.presets.selectors import kept_of, list_called, menu_presets
from inventory.presets.services import MOST, save_preset
from tests import builders as make
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
NEW = "/visninger/ny/?liste=device-list&state=uden-leasing"


def preset(owner, name="Gamle", query="state=uden-leasing", role=None, **values):
    return save_preset(
        owner=owner,
        name=name,
        query=query,
        role=role and Group.objects.get(name=role),
        **{"list_name": "device-list", "in_menu": False, **values},
    )


def names(page):
    return [text(link) for link in select(parse(page), "ul.views a")]


def test_what_a_list_shows_is_saved_under_a_name_and_stands_above_it(cast, client_of):
    client = client_of(cast.helpdesk)
    page = parse(client.get("/udstyr/?state=uden-leasing&kolonne=model"))
    links = select(page, ".list-head a")
    [offered] = [link for link in links if text(link) == "Gem denne"]
    answer = client.post(offered.get("href"), {"name": " Gamle  pc'er ", "in_menu": "on"})

    assert answer["Location"] == "/udstyr/?state=uden-leasing&kolonne=model"
    assert "Gamle pc'er 0" in names(client.get(answer["Location"]))
    menu = select(parse(client.get("/persondata/")), "nav.site-nav a")
    assert answer["Location"] in [link.get("href") for link in menu]


def test_one_of_the_same_name_is_replaced_and_it_is_deleted_by_its_owner_alone(cast, client_of):
    kept = preset(cast.helpdesk)
    again = preset(cast.helpdesk, query="state=lager")

    assert (kept.pk, ListPreset.objects.get().query) == (again.pk, "state=lager")
    assert client_of(cast.finance).post(f"/visninger/{kept.pk}/slet/").status_code == 404
    assert client_of(cast.helpdesk).post(f"/visninger/{kept.pk}/slet/").status_code == 302
    assert not ListPreset.objects.exists()


def test_it_is_shared_with_a_role_and_shows_each_what_each_may_see(cast, client_of):
    make.device("PF000001")
    shared = preset(cast.helpdesk, "Fælles", "visning=alt&kolonne=person", role=HELPDESK)
    finance = client_of(cast.finance)

    assert "Fælles" not in names(finance.get("/udstyr/"))
    ListPreset.objects.filter(pk=shared.pk).update(role=Group.objects.get(name=FINANCE))
    assert "Fælles" in names(finance.get("/udstyr/"))
    headings = select(parse(finance.get(f"/udstyr/?{shared.query}")), "table.data thead th")
    assert [text(one).split(",")[0] for one in headings] == ["Serienr."]  # no names for finance


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"query": ""}, "ingen filtre"),
        ({"query": "state=" + "x" * 500}, "for meget"),
        ({"role": FINANCE}, "en rolle, du selv har"),
    ],
)
def test_what_cannot_be_saved_is_refused(cast, values, reason):
    with pytest.raises(Refused, match=reason):
        preset(cast.helpdesk, **values)
    assert not ListPreset.objects.exists()


def test_nobody_keeps_more_than_so_many(cast):
    for number in range(MOST):
        preset(cast.helpdesk, f"Nr. {number}")
    preset(cast.helpdesk, "Nr. 0")
    with pytest.raises(Refused, match="Slet en"):
        preset(cast.helpdesk, "En til")


def test_only_what_the_list_knows_is_kept_and_never_what_was_searched_for():
    asked = QueryDict("q=Anna&state=lager&sorter=-since&side=3&kolonne=model&kolonne=unit&x=1")
    page = list_called("device-list")

    assert kept_of(asked, page) == "state=lager&sorter=-since&kolonne=model&kolonne=unit"
    assert kept_of(QueryDict("kolonne=sludder&sorter=sludder"), page) == ""


def test_each_list_has_a_name_and_keeps_whose_amounts_it_shows(cast, client_of):
    for name, page in lists().items():
        assert page.title, name
    client, opened = client_of(cast.auditor), f"afdeling={cast.department.pk}&slags=planned"
    page = parse(client.get(f"/egenbetaling/prognose/kommende/?{opened}&kvartal=2026Q1"))
    [offered] = [link for link in select(page, ".list-head a") if text(link) == "Gem denne"]
    answer = client.post(offered.get("href"), {"name": "Planlagt"})

    assert answer["Location"] == f"/egenbetaling/prognose/kommende/?{opened}"


@pytest.mark.parametrize("name", ["", "findes-ikke", "front", "unit-detail", "device-detail"])
def test_no_page_is_saved_that_is_no_list(cast, client_of, name):
    assert list_called(name) is None
    assert client_of(cast.helpdesk).get("/visninger/ny/", {"liste": name}).status_code == 404


def test_a_list_that_one_may_not_open_is_not_saved(cast, client_of):
    assert client_of(cast.unit_leader).get("/visninger/ny/?liste=charge-list").status_code == 403


def lists():
    """Return the lists that are opened without an argument, by their names."""
    names = [key for key in get_resolver().reverse_dict if isinstance(key, str)]
    return {name: page for name in names if (page := list_called(name))}


def test_every_list_is_open_to_whom_its_page_opens_for(cast, client_of):
    client, found = client_of(cast.finance), lists()

    assert {"import-batches", "act-list", "mail-list", "device-list"} <= found.keys()
    opens = {name: client.get(reverse(name)).status_code != 403 for name in found}
    assert {name: page.is_open_to(cast.finance) for name, page in found.items()} == opens
    assert False in opens.values()


def test_a_list_with_a_rule_of_its_own_stands_in_the_menu_of_those_it_opens_for(cast):
    names = ["act-list", "import-batches", "mail-list"]
    for user in (cast.auditor, cast.helpdesk):
        for name in [*names, "source-difference"]:
            ListPreset.objects.create(
                owner=user, list_name=name, name=name, query="sorter=-id", in_menu=True
            )

    assert [one.name for one, _ in menu_presets(cast.helpdesk)] == names
    assert "import-batches" not in [one.name for one, _ in menu_presets(cast.auditor)]


def test_its_owner_alone_gives_it_another_name_and_lets_it_show_something_else(cast, client_of):
    kept = preset(cast.helpdesk, "Gamle", role=HELPDESK, in_menu=True)
    preset(cast.helpdesk, "Lager", query="state=lager")
    client, role = client_of(cast.helpdesk), Group.objects.get(name=HELPDESK)
    change, again = f"/visninger/{kept.pk}/ret/", f"/visninger/{kept.pk}/igen/"

    assert change in client.get("/visninger/").content.decode()
    taken = client.post(change, {"name": " Lager ", "role": role.pk})
    assert (taken.status_code, "Vælg et andet" in taken.content.decode()) == (422, True)
    cast.helpdesk.groups.clear()  # what one has shared stays so when one's own role is another's
    assert client.post(change, {"name": "Til salg", "role": role.pk}).status_code == 302
    cast.helpdesk.groups.add(role)
    page = parse(client.get(f"{NEW}&kolonne=model"))
    [offered] = [one for one in select(page, "form") if again in (one.get("action") or "")]
    shown = "state=uden-leasing&kolonne=model"
    assert client.post(offered.get("action"))["Location"] == f"/udstyr/?{shown}"
    kept.refresh_from_db()
    assert (kept.name, kept.query, kept.role) == ("Til salg", shown, role)
    assert client.post(f"{again}?liste=device-list")["Location"] == f"/udstyr/?{kept.query}"
    colleague = client_of(cast.user("kollega", HELPDESK))
    for address in (change, f"{again}?liste=device-list&state=lager"):
        assert colleague.post(address).status_code == 404


def test_what_cannot_be_shown_is_not_offered_to_be_kept(cast, client_of):
    page = parse(client_of(cast.helpdesk).get("/udstyr/?unit=999999"))

    assert not [one for one in select(page, ".list-head a") if text(one) == "Gem denne"]


def test_what_is_kept_of_a_list_that_is_no_place_in_the_menu_stands_there_all_the_same(
    cast, client_of
):
    preset(cast.head, "Afsluttede", "status=lukket", list_name="order-list", in_menu=True)
    preset(cast.head, "Gamle", in_menu=True)
    client = client_of(cast.head)

    for address, name in [
        ("/bestillinger/?status=lukket", "Afsluttede"),
        ("/udstyr/?state=uden-leasing", "Gamle"),
    ]:
        links = select(parse(client.get(address)), "nav.site-nav a")
        assert address in [link.get("href") for link in links], name
        assert [text(one) for one in links if one.get("aria-current") == "page"] == [name]
    narrowed = select(
        parse(client.get("/udstyr/?state=uden-leasing&sorter=model")), "nav.site-nav a"
    )
    assert [text(one) for one in narrowed if one.get("aria-current")] == ["Udstyr"]


def test_what_those_shared_who_have_left_may_be_deleted_by_those_who_see_it(cast, client_of):
    shared = preset(cast.helpdesk, "Fælles", role=HELPDESK)
    colleague, other = client_of(cast.user("kollega", HELPDESK)), client_of(cast.finance)

    assert colleague.post(f"/visninger/{shared.pk}/slet/").status_code == 404
    User.objects.filter(pk=cast.helpdesk.pk).update(is_active=False)
    assert "Fælles" in colleague.get("/visninger/").content.decode()
    assert other.post(f"/visninger/{shared.pk}/slet/").status_code == 404
    User.objects.filter(pk=cast.helpdesk.pk).update(is_active=True)
    cast.helpdesk.groups.clear()
    assert "ikke længere har rollen" in text(parse(colleague.get("/visninger/")))
    assert colleague.post(f"/visninger/{shared.pk}/slet/").status_code == 302
    assert not ListPreset.objects.exists()
