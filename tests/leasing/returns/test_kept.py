"""A cage takes nothing away that is no longer to be returned, nor what is lost or bought."""

from datetime import UTC, datetime

import pytest

from albertslund_it.common.errors import Refused
from leasing.data_quality.selectors.sets import unreturned
from leasing.lease_end.services.decisions import decide_lease
from leasing.lease_end.services.departures import leave_register
from leasing.models import LossReport, PackedDevice, Settings
from leasing.returns.selectors.cages import cage_page
from leasing.returns.selectors.proposed import proposed
from leasing.returns.services.cages import not_collected
from tests import builders as make
from tests.leasing.pages import read, text_of
from tests.leasing.returns.world import (
    NOW,
    TODAY,
    cage,
    collect,
    has_left,
    pack,
    plan,
    returning,
    row_of,
    states,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    Settings.objects.update(allows_buyout=True)
    return make.unit()


def decide(device, choice):
    """Decide otherwise, as somebody does later."""
    values = {}
    if choice == "extension":
        day = device.lease.starts_on.replace(year=2030)
        values = {"starts_on": day, "quarters": 4, "price_ore": 100000}
    decide_lease(
        serial_number=str(device), choice=choice, actor=None, today=TODAY, now=NOW, **values
    )


def lose(device):
    moment = datetime(2026, 5, 20, 8, tzinfo=UTC)
    LossReport.objects.create(device=device, kind="lost", discovered_at=moment, reported_at=moment)


def reason(scanned):
    [(_, told)] = scanned.refused
    return told


@pytest.mark.parametrize("choice", ["extension", "buyout", "undecided"])
class TestDecidedOtherwise:
    def test_what_is_packed_is_not_taken_away(self, unit, choice):
        one, two = returning(2, unit=unit)
        bur = cage()
        pack(bur, one, two)
        decide(one, choice)
        with pytest.raises(Refused) as told:
            collect(bur)
        [words] = told.value.reasons
        assert "PF000001 er ikke besluttet returneret mere" in words
        assert "Tag det af pakkelisten, eller vælg returnering igen" in words
        assert not has_left(one)
        assert not has_left(two)
        one.lease.refresh_from_db()
        assert one.lease.stops_on is None
        assert states(bur) == {"PF000001": "kept", "PF000002": "packed"}
        decide(one, "return")
        assert collect(bur) == 2

    def test_what_is_planned_falls_off_and_is_no_fault(self, unit, choice):
        one, two, three = returning(3, unit=unit)
        bur = cage()
        plan(bur, one, two, three)
        pack(bur, one)
        decide(two, choice)
        assert states(bur)["PF000002"] == "kept"
        assert collect(bur) == 1
        assert states(bur) == {"PF000001": "gone", "PF000003": "missing"}
        assert list(unreturned(TODAY)) == [three]
        not_collected(cage_id=bur.pk, actor=None)
        decide(two, "return")
        assert list(proposed()) == [two]

    def test_what_a_cage_went_without_is_no_fault_once_it_is_kept(self, unit, choice):
        one, two = returning(2, unit=unit)
        bur = cage()
        plan(bur, one, two)
        pack(bur, one)
        collect(bur)
        assert list(unreturned(TODAY)) == [two]
        decide(two, choice)
        assert not unreturned(TODAY).exists()
        assert states(bur)["PF000002"] == "kept"
        assert not cage_page(bur, TODAY).faults
        assert "er ikke besluttet returneret" in reason(pack(cage("Biblioteket"), two))

    @pytest.mark.parametrize("put_on", [plan, pack])
    def test_a_scan_says_so(self, unit, choice, put_on):
        [one] = returning(1)
        bur = cage()
        put_on(bur, one)
        before = row_of(one).packed_at
        decide(one, choice)
        assert "er ikke besluttet returneret mere" in reason(pack(bur, one, wiped="no"))
        assert row_of(one).packed_at == before


def test_what_is_lost_is_not_scanned_though_it_is_planned(unit):
    one, two = returning(2)
    bur = cage()
    plan(bur, one, two)
    lose(one)
    assert "er meldt bortkommet" in reason(pack(bur, one))
    pack(bur, two)
    assert states(bur) == {"PF000001": "lost", "PF000002": "packed"}
    assert collect(bur) == 1
    assert states(bur) == {"PF000001": "lost", "PF000002": "gone"}


def test_what_is_lost_once_it_is_packed_is_named_with_what_to_do(unit):
    one, two = returning(2)
    bur = cage()
    pack(bur, one, two)
    lose(one)
    with pytest.raises(Refused) as told:
        collect(bur)
    assert [*told.value.reasons] == [
        "PF000001 er meldt bortkommet eller stjålet. Meld det fundet på dets egen side, eller tag "
        "det af pakkelisten."
    ]


class TestRoom:
    def test_what_is_bought_meanwhile_takes_no_place(self, unit):
        one, two, three = returning(3)
        bur = cage(room_for=1)
        plan(bur, one)
        assert "plads" in reason(pack(bur, two))
        decide(one, "buyout")
        assert cage_page(bur, TODAY).room_left == 1
        assert pack(bur, two).packed == (two,)
        leave_register(devices=[one], left_on=TODAY, how="bought", actor=None, today=TODAY)
        assert cage_page(bur, TODAY).room_left == 0
        assert "plads" in reason(pack(bur, three))
        assert cage(cage_id=bur.pk, room_for=1).room_for == 1

    def test_nor_when_others_are_planned(self, unit):
        one, two, three = returning(3)
        bur = cage(room_for=2)
        plan(bur, one, two)
        decide(one, "buyout")
        leave_register(devices=[one], left_on=TODAY, how="bought", actor=None, today=TODAY)
        assert plan(bur, three) == (1, 0)

    def test_what_is_in_the_cage_takes_one_until_it_is_taken_out(self, unit):
        one, two = returning(2)
        bur = cage(room_for=1)
        pack(bur, one)
        decide(one, "extension")
        assert "plads" in reason(pack(bur, two))


def test_decided_again_it_takes_its_place_again_where_there_is_room(unit):
    one, two = returning(2)
    bur = cage(room_for=1)
    plan(bur, one)
    decide(one, "extension")
    pack(bur, two)
    decide(one, "return")
    assert "plads" in reason(pack(bur, one))


def test_the_page_of_the_collection_says_it_before(unit, cast, client_of):
    one, two, three = returning(3)
    bur = cage()
    plan(bur, one, two, three)
    pack(bur, one, two)
    decide(two, "extension")
    decide(three, "buyout")
    client, url = client_of(cast.helpdesk), f"/it-bure/{bur.pk}/hentet/"
    page = read(client, url)
    shown = text_of(page.xpath("//main")[0])
    assert "1 stk. kan ikke sendes af sted" in shown
    assert "Skal ikke returneres mere, og tages af listen: PF000003" in shown
    assert "Ikke pakket 0 stk." in shown
    assert "Skal ikke returneres" in text_of(read(client, f"/it-bure/{bur.pk}/").xpath("//main")[0])
    [agreed] = page.xpath("//input[@name='agreed']/@value")
    response = client.post(url, {"gone_on": "20-05-2026", "agreed": agreed})
    assert response.status_code == 422
    assert "PF000002 er ikke besluttet returneret mere" in response.content.decode()
    assert PackedDevice.objects.count() == 3
