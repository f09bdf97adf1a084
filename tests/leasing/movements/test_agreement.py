"""Whoever saves has seen what it does: every form that shows a consequence, one table.

Each is looked at; then something underneath changes, and the save is refused: nothing is written,
what was typed is there, and what it would do now is shown, to be agreed to.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.core.signing import dumps
from lxml import html

from inventory.models import Placement
from leasing.models import Charge, Lease, LeaseTerm
from tests import builders as make
from tests.leasing.agreeing import agreed_in, look, save
from tests.leasing.pages import text_of
from tests.leasing.town import close

TODAY = date(2026, 11, 23)


class World:
    """A school and a library, a pc at the school and one in stock; nothing is closed."""

    def __init__(self, cast):
        self.cast = cast
        self.holder = make.cost_holder()
        self.birke = make.unit("1001", "Birkeskolen")
        self.library = make.unit("1002", "Biblioteket")
        self.anna = make.employee("anbe", "Anna Berg", unit=self.birke)
        self.used = make.lease("PF000001", unit=self.birke).device
        self.stock = make.lease("PF000002").device

    def move(self, device=None, day=date(2026, 2, 1)):
        """Let somebody else move a pc meanwhile."""
        make.placement(device or self.used, day, self.library)

    def reprice(self):
        """Let somebody else correct a price meanwhile."""
        for term in Lease.objects.get(device=self.used).terms.all():
            term.price_ore = 600_000
            term.save()

    def close(self):
        """Let finance close a quarter meanwhile."""
        close("2026Q1")


@dataclass
class Case:
    """A form: its address, what is typed, what changes meanwhile, and a count of what it writes."""

    name: str
    url: Callable[[World], str]
    typed: Callable[[World], dict]
    meanwhile: Callable[[World], None]
    written: Callable[[], object]
    kept: dict = field(default_factory=dict)
    says: str = "siden du så den"
    user: str = "helpdesk"

    def __str__(self):
        return self.name


def html_of(text):
    return html.fromstring(text)


def places() -> list:
    return list(Placement.objects.order_by("pk").values_list("device", "starts_on", "unit"))


def terms() -> list:
    return list(LeaseTerm.objects.values_list("lease__starts_on", "price_ore"))


def charges() -> list:
    return [
        list(Charge.objects.order_by("pk").values_list("unit", "charged_on", "amount_ore", "text")),
        list(Lease.objects.order_by("pk").values_list("stops_on")),
    ]


def charge(world) -> dict:
    return {
        "charged_on": "10-02-2026",
        "unit": world.birke.pk,
        "amount_ore": "1.500,00",
        "text": "Skærmskade",
    }


def settlement(world) -> dict:
    return {
        "stops_on": "01-03-2026",
        "unit": world.birke.pk,
        "amount_ore": "900,00",
        "text": "Indfriet",
    }


def handing(name, url, typed, meanwhile, **more):
    return Case(
        name,
        lambda world: url,
        lambda world: {"starts_on": "01-03-2026", **typed(world)},
        meanwhile,
        places,
        kept={"starts_on": "01-03-2026"},
        **more,
    )


CASES = [
    handing(
        "hand out, moved",
        "/udstyr/udlever/",
        lambda world: {"serial_numbers": "PF000002", "unit": world.birke.pk, "used_for": "Vogn"},
        lambda world: make.placement(world.stock, date(2026, 2, 1), None),
    ),
    handing(
        "hand out, closed",
        "/udstyr/udlever/",
        lambda world: {"serial_numbers": "PF000002", "unit": world.birke.pk, "used_for": "Vogn"},
        World.close,
        says="1. kvartal 2026",
    ),
    handing(
        "move, moved",
        "/udstyr/flyt/",
        lambda world: {"serial_numbers": "PF000001", "unit": world.library.pk},
        lambda world: make.placement(world.used, date(2026, 2, 1), world.birke, world.anna),
    ),
    handing(
        "move, repriced",
        "/udstyr/flyt/",
        lambda world: {"serial_numbers": "PF000001", "unit": world.library.pk},
        World.reprice,
        says="Udgiften for Birkeskolen",
    ),
    handing(
        "take back, closed",
        "/udstyr/tag-tilbage/",
        lambda world: {"serial_numbers": "PF000001"},
        World.close,
        says="Udgiften for Birkeskolen i 1. kvartal 2026",
    ),
    handing(
        "lend, moved",
        "/udstyr/udlaan/",
        lambda world: {"serial_numbers": "PF000002", "employee": "anbe", "due_on": "01-12-2026"},
        lambda world: make.placement(world.stock, date(2026, 2, 1), None),
    ),
    Case(
        "correct a lease, repriced",
        lambda world: f"/udstyr/{world.used.pk}/leasing/",
        lambda world: {"starts_on": "01-01-2026", "price_ore": "5.000,00"},
        World.reprice,
        terms,
        kept={"price_ore": "5.000,00"},
        says="Udgiften for Birkeskolen er ændret fra",
    ),
    Case(
        "correct a lease, closed",
        lambda world: f"/udstyr/{world.used.pk}/leasing/",
        lambda world: {"starts_on": "01-02-2026", "price_ore": "5.590,66"},
        World.close,
        terms,
        kept={"starts_on": "01-02-2026"},
        says="låst), siden du så den",
    ),
    Case(
        "enter a charge, closed",
        lambda world: "/engangsbeloeb/nyt/",
        charge,
        World.close,
        charges,
        kept={"text": "Skærmskade"},
        says="er ændret fra kørslen for 1. kvartal 2026 til kørslen for 2. kvartal 2026",
        user="finance",
    ),
    Case(
        "enter a charge, another one entered",
        lambda world: "/engangsbeloeb/nyt/",
        charge,
        lambda world: make.charge(world.birke, 5_000, text="Fragt"),
        charges,
        kept={"text": "Skærmskade"},
        says="Andre engangsbeløb, der venter for Birkeskolen er ændret fra 0",
        user="finance",
    ),
    Case(
        "settle, moved",
        lambda world: f"/udstyr/{world.used.pk}/indfri/",
        settlement,
        World.move,
        charges,
        kept={"text": "Indfriet"},
        says="Udgiften for Biblioteket",
        user="finance",
    ),
    Case(
        "settle, closed",
        lambda world: f"/udstyr/{world.used.pk}/indfri/",
        settlement,
        World.close,
        charges,
        kept={"text": "Indfriet"},
        says="låst), siden du så den",
        user="finance",
    ),
]


@pytest.fixture
def world(db, settings, cast):
    settings.TODAY = TODAY
    return World(cast)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_has_changed_since_it_was_seen_is_shown_again(world, client_of, case):
    client = client_of(getattr(world.cast, case.user))
    url, typed = case.url(world), case.typed(world)
    before = case.written()
    shown = look(client, url, typed)
    assert case.written() == before, "the first post only shows"
    first = agreed_in(shown)
    assert first
    case.meanwhile(world)
    between = case.written()
    refused = client.post(url, {**typed, "agreed": first})

    assert refused.status_code == 422
    assert case.written() == between
    page = refused.content.decode()
    assert case.says in text_of(html_of(page))
    for value in case.kept.values():
        assert value in page
    second = agreed_in(refused)
    assert second not in ("", first)
    done = client.post(url, {**typed, "agreed": second})
    assert done.status_code == 302, text_of(html_of(done.content.decode()))
    assert case.written() != between
    # The same click again finds it done: nobody is told off, nothing is written twice.
    after = case.written()
    client.post(url, {**typed, "agreed": second})
    assert case.written() == after


# A forged agreement is no signature of ours: that is read before a database is asked.
@pytest.mark.once
@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize(
    "forged",
    ["x", "\x00", "a:b:c", dumps("noget"), dumps([1, 2])],
    # A signature holds the time: the workers would not agree on the tests' names.
    ids=["a letter", "nothing readable", "no signature", "signed text", "signed numbers"],
)
def test_what_nobody_saw_is_shown_first(world, client_of, case, forged):
    client = client_of(getattr(world.cast, case.user))
    before = case.written()
    response = client.post(case.url(world), {**case.typed(world), "agreed": forged})

    assert response.status_code == 200
    assert "Der er ikke gemt noget endnu" in text_of(html_of(response.content.decode()))
    assert case.written() == before


def test_one_look_is_enough_when_nothing_changes(world, client_of):
    for case in CASES[:1]:
        assert save(client_of(world.cast.helpdesk), case.url(world), case.typed(world))


# --- without scripts, the first page is sent as it came


@pytest.mark.parametrize("asked", [{}, {"serienumre": ""}], ids=["with the number", "empty"])
@pytest.mark.parametrize("page", ["/udstyr/flyt/", "/udstyr/udlever/"])
def test_a_form_filled_in_without_a_preview_is_shown_before_it_is_refused(
    world, client_of, page, asked
):
    """Nothing has changed since: that it has not been shown what it does is no fault."""
    client = client_of(world.cast.helpdesk)
    device = world.stock if "udlever" in page else world.used
    first = client.get(page, {"serienumre": str(device), **asked})
    before = places()
    typed = {
        "serial_numbers": str(device),
        "unit": world.library.pk,
        "used_for": "Skranke",
        "starts_on": "23-11-2026",
        "agreed": agreed_in(first),
    }

    shown = client.post(page, typed)

    assert places() == before
    assert shown.status_code == 200
    text = text_of(html_of(shown.content.decode()))
    assert "Der er ikke gemt noget endnu" in text
    assert "siden du så" not in text
    assert client.post(page, {**typed, "agreed": agreed_in(shown)}).status_code == 302


def test_who_moved_it_meanwhile_stands_first(world, client_of, cast):
    client = client_of(cast.helpdesk)
    url = "/udstyr/flyt/"
    typed = {
        "serial_numbers": "PF000001",
        "unit": world.birke.pk,
        "used_for": "Klassesæt",
        "starts_on": "23-11-2026",
    }
    seen_by_me = agreed_in(look(client, url, typed))
    other = client_of(cast.helpdesk)
    moved = {**typed, "unit": world.library.pk, "used_for": "Skranke"}
    assert save(other, url, moved).status_code == 302

    refused = client.post(url, {**typed, "agreed": seen_by_me})

    assert refused.status_code == 422
    reasons = html_of(refused.content.decode()).xpath("//*[@role='alert']//li")
    texts = [" ".join(one.text_content().split()) for one in reasons]
    assert texts[0].startswith("PF000001 er sidst flyttet af "), texts
    assert len(texts) <= 5, texts
