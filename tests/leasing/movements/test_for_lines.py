"""What is ready of many orders is handed out together, each to whom its line is for."""

import pytest
from django.urls import reverse

from inventory.models import Act, Placement
from leasing.models import OrderedDevice, OrderLine
from leasing.models.order import Status
from leasing.movements.services import for_lines
from tests import builders as make
from tests.browser import choose, count_clicks, log_in
from tests.leasing.agreeing import agreed_in, look, save
from tests.leasing.movements.town import TODAY, School
from tests.leasing.pages import read, text_of

OUT = "/udstyr/udlever/"
READY = "/bestillinger/?status=Klar"


def ready(school, count):
    """Make orders of new people whose pc has come; return the serial numbers."""
    numbers = []
    for n in range(count):
        person = make.employee(f"k{n:03}", f"Klar {n:02}", unit=school.birke)
        line = make.order_line(employee=person, status=Status.DELIVERED)
        device = make.lease(f"PK{n:06}").device
        OrderedDevice.objects.create(
            line=line, device=device, is_from_stock=False, delivered_on=TODAY
        )
        numbers.append(str(device))
    return numbers


def typed(numbers, **more):
    return {"serial_numbers": "\n".join(numbers), "starts_on": "23-11-2026", **more}


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    return School()


@pytest.fixture
def client(client_of, cast):
    return client_of(cast.helpdesk)


def test_handing_some_out_leads_to_those_that_are_left(school, client):
    some = ready(school, 3)[:2]
    assert save(client, OUT, typed(some))["Location"] == READY


def test_each_goes_to_whom_it_was_ordered_for_as_one_act(school, client):
    numbers = ready(school, 3)
    make.order_line(unit=school.birke, status=Status.ORDERED, supplier_order_number="4711")
    answer = save(client, OUT, typed(numbers))

    assert answer["Location"] == "/", "nothing is left that is ready: the board says what is next"
    board = client.get(answer["Location"]).content.decode()
    assert "3 stk. er udleveret" in board
    assert "/fortryd/" in board
    placed = Placement.objects.filter(device__serial_number__in=numbers, unit=school.birke)
    assert sorted(placed.values_list("employee__initials", flat=True)) == ["k000", "k001", "k002"]
    assert OrderedDevice.objects.filter(handed_out_on=TODAY).count() == 3
    assert Act.objects.get().title.startswith("Udlevering af PK000000, PK000001, PK000002")
    client.post(reverse("act-undo", args=[Act.objects.get().pk]))
    assert not placed.exists()


def test_saving_again_changes_nothing(school, client):
    numbers = ready(school, 2)
    save(client, OUT, typed(numbers))
    before = list(Placement.objects.values_list("pk", "starts_on"))
    save(client, OUT, typed(numbers))

    assert list(Placement.objects.values_list("pk", "starts_on")) == before


def test_one_that_nobody_ordered_stops_them_all(school, client):
    numbers = [*ready(school, 1), "PF000001"]
    answer = client.post(OUT, typed(numbers))

    assert answer.status_code == 422
    assert not Placement.objects.filter(device__serial_number__in=numbers).exists()


def test_one_that_cannot_be_handed_out_stops_them_all(school, client):
    numbers = ready(school, 2)
    waiting = OrderedDevice.objects.first().line
    waiting.status = Status.AWAITING
    waiting.save()
    answer = save(client, OUT, typed(numbers))

    assert "afventer lederens godkendelse" in answer.content.decode()
    assert not Placement.objects.filter(device__serial_number__in=numbers).exists()


def test_what_is_ready_can_be_ticked_and_nothing_else(school, client):
    numbers = ready(school, 2)
    make.order_line(unit=school.birke, status=Status.APPROVED)
    tree = read(client, "/bestillinger/")

    assert sorted(box.get("value") for box in tree.xpath("//input[@name='serienumre']")) == numbers
    told = text_of(read(client, f"{OUT}?serienumre={','.join(numbers)}"))
    assert "Birkeskolen (Klar 00)" in told
    assert "Birkeskolen (Klar 01)" in told


def replacing(school):
    """Make the order of a person who has a pc already; return the person, the old and the new."""
    [number] = ready(school, 1)
    ordered = OrderedDevice.objects.get(device__serial_number=number)
    person = ordered.line.employee
    old = make.lease("OLD00001", unit=school.birke, employee=person).device
    ordered.line.replaces = old
    ordered.line.save()
    return person, old, ordered.device


@pytest.mark.parametrize("names_person", [False, True])
def test_what_is_taken_back_is_shown_before_it_is_saved(school, client, names_person):
    person, old, new = replacing(school)
    asked = typed([str(new)], **({"employee": person.initials} if names_person else {}))
    agreed = agreed_in(look(client, OUT, asked))
    ticked = {**asked, "takes_old_back": "on"}
    unseen = client.post(OUT, {**ticked, "agreed": agreed})

    assert unseen.status_code == 422
    assert "OLD00001" in unseen.content.decode()
    assert not Placement.objects.filter(device=old, unit=None).exists()
    assert save(client, OUT, ticked).status_code == 302
    assert Placement.objects.filter(device=old, unit=None, starts_on=TODAY).exists()


@pytest.mark.parametrize("name", ["used_for", "replaces"])
def test_what_is_typed_of_all_but_says_nothing_of_the_orders_is_refused(school, client, name):
    _, old, new = replacing(school)
    answer = save(client, OUT, typed([str(new)], **{name: str(old)}))

    assert answer.status_code == 422
    assert "Bestillingen siger" in answer.content.decode()
    assert not Placement.objects.filter(device=new).exists()


def test_an_order_that_is_for_another_by_now_is_shown_anew(school, client, monkeypatch):
    [number] = ready(school, 1)
    agreed = agreed_in(look(client, OUT, typed([number])))
    locked = for_lines.locked_states

    def changed_meanwhile(ids, people):
        line = OrderLine.objects.get(devices__device__in=ids)
        line.employee = school.bo
        line.save()
        return locked(ids, people)

    monkeypatch.setattr(for_lines, "locked_states", changed_meanwhile)
    answer = client.post(OUT, typed([number], agreed=agreed))

    assert answer.status_code == 422
    assert "Bo Lange" in answer.content.decode()
    assert not Placement.objects.filter(device__serial_number=number).exists()


def test_twelve_ready_orders_are_handed_out_with_six_clicks_at_most(
    page, live_server, settings, cast
):
    settings.TODAY = TODAY
    ready(School(), 12)
    log_in(page, live_server, cast.helpdesk)
    clicks = count_clicks(page)
    page.goto(live_server.url)
    page.locator("#koe-klar").get_by_role("link").click()
    page.get_by_label("Vælg alle på siden").check()
    bar = page.get_by_role("form", name="Med de valgte")
    bar.get_by_text("12 valgt").wait_for()
    bar.get_by_role("button", name="Udlever").click()
    page.get_by_role("main").get_by_role("button", name="Udlever", exact=True).click()
    page.get_by_text("12 stk. er udleveret").wait_for()

    assert Placement.objects.filter(starts_on=TODAY).count() == 12
    assert 0 < len(clicks) <= 6


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_thirty_devices_are_moved_with_six_clicks_at_most_or_none(
    page, live_server, settings, cast, by
):
    settings.TODAY = TODAY
    school = School()
    for n in range(30):
        make.placement(
            make.lease(f"PM{n:06}").device, make.FIRST_DAY, school.birke, used_for="Vogn"
        )
    log_in(page, live_server, cast.helpdesk)
    clicks = count_clicks(page)
    page.goto(live_server.url)

    def press(what, key="Enter"):
        if by == "mouse":
            what.click()
        else:
            what.focus()
            what.press(key)

    press(page.get_by_role("navigation").get_by_role("link", name="Udstyr", exact=True).first)
    search = page.get_by_label("Søg", exact=True)
    press(search, "End")
    page.keyboard.type("Birke")
    page.locator("[data-announce]", has_text="Viser alle 30").wait_for()
    press(page.get_by_label("Vælg alle på siden"), "Space")
    bar = page.get_by_role("form", name="Med de valgte")
    bar.get_by_text("30 valgt").wait_for()
    press(bar.get_by_role("button", name="Flyt"))
    choose(page, "Enhed, der betaler", "Biblio")
    page.locator("#virkning .consequence").get_by_text("Biblioteket").first.wait_for()
    press(page.get_by_role("main").get_by_role("button", name="Flyt", exact=True))
    page.get_by_text("30 stk. er flyttet").wait_for()

    assert Placement.objects.filter(starts_on=TODAY, unit=school.library).count() == 30
    # By mouse one more, as the field of the unit is filled in without being pressed here.
    assert len(clicks) + 1 <= 6 if by == "mouse" else not clicks
    assert bool(clicks) == (by == "mouse")
