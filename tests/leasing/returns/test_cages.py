"""A cage from its first line to the lessor's confirmation, and what went wrong on the way."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Departure
from leasing.data_quality.selectors.findings import findings_for
from leasing.data_quality.selectors.sets import unreceived, unreturned
from leasing.lease_end.services.departures import come_back, leave_register
from leasing.models import Cage, LossReport, OrderedDevice, PackedDevice
from leasing.returns.selectors.cages import cage_page
from leasing.returns.selectors.proposed import proposed
from leasing.returns.services.cages import confirm_cage, delete_cage, not_collected, save_cage
from leasing.returns.services.packing import mark_wiped, take_off
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.returns.world import (
    GONE_ON,
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

INSTALMENT = 34941  # 559066/16


@pytest.fixture
def unit(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.unit()


def confirm(where, *devices, confirmed_on=TODAY):
    rows = [row_of(device).pk for device in devices]
    return confirm_cage(
        cage_id=where.pk, confirmed_on=confirmed_on, received=rows, actor=None, today=TODAY
    )


def reason(scanned):
    [(_, told)] = scanned.refused
    return told


def test_from_the_list_to_the_lessor(unit):
    one, two, three = returning(3, unit=unit)
    bur = cage()
    assert plan(bur, one, two, three) == (3, 0)
    assert not proposed().exists()
    assert [str(d) for d in pack(bur, one, two).packed] == ["PF000001", "PF000002"]
    assert states(bur) == {"PF000001": "packed", "PF000002": "packed", "PF000003": "planned"}
    assert collect(bur) == 2
    assert states(bur) == {"PF000001": "gone", "PF000002": "gone", "PF000003": "missing"}
    departure = Departure.objects.get(device=one)
    assert (departure.left_on, departure.how, departure.is_wiped) == (GONE_ON, "returned", True)
    one.lease.refresh_from_db()
    assert one.lease.stops_on == GONE_ON
    assert not has_left(three)
    assert confirm(bur, one) == (1, 1)
    assert states(bur)["PF000001"] == "confirmed"
    assert states(bur)["PF000002"] == "unreceived"
    assert confirm(bur, one, two) == (2, 0)
    assert states(bur)["PF000002"] == "confirmed"


class TestRules:
    def found(self, cast):
        findings = findings_for(cast.helpdesk, TODAY)
        by_key = {one.rule.key: (one.count, one.quarter_ore) for one in findings}
        return by_key["unreturned"], by_key["unreceived"]

    def test_what_is_missing_has_kroner_until_it_is_found(self, unit, cast):
        one, two = returning(2, unit=unit)
        bur = cage()
        plan(bur, one, two)
        pack(bur, one)
        assert self.found(cast) == ((0, 0), (0, 0))
        collect(bur)
        assert self.found(cast) == ((1, INSTALMENT), (0, 0))
        other = cage("Biblioteket")
        assert pack(other, two).packed
        assert self.found(cast) == ((0, 0), (0, 0))
        assert (states(bur), states(other)) == ({"PF000001": "gone"}, {"PF000002": "packed"})

    @pytest.mark.parametrize("way", ["charge", "loss", "discarded"])
    def test_or_settled(self, unit, way):
        one, two = returning(2, unit=unit)
        bur = cage()
        plan(bur, one, two)
        pack(bur, one)
        collect(bur)
        assert list(unreturned(TODAY)) == [two]
        moment = datetime(2026, 5, 20, 8, tzinfo=UTC)
        if way == "charge":
            make.charge(unit, charged_on=date(2026, 5, 18), device=two, text="Før buret")
            assert list(unreturned(TODAY)) == [two]
            make.charge(unit, charged_on=GONE_ON, device=two)
        elif way == "loss":
            LossReport.objects.create(
                device=two, kind="lost", discovered_at=moment, reported_at=moment
            )
        else:
            leave_register(devices=[two], left_on=TODAY, how="discarded", actor=None, today=TODAY)
        assert not unreturned(TODAY).exists()
        expected = {"charge": "charged", "loss": "lost", "discarded": "left"}
        assert states(bur)["PF000002"] == expected[way]

    def test_what_the_lessor_did_not_get_and_was_here_after_all(self, unit, cast):
        one, two = returning(2, unit=unit)
        bur = cage()
        pack(bur, one, two)
        collect(bur)
        confirm(bur, one)
        assert self.found(cast) == ((0, 0), (1, INSTALMENT))
        assert list(unreceived(TODAY)) == [two]
        come_back(device=two, actor=None)
        assert self.found(cast) == ((1, INSTALMENT), (0, 0))
        pack(cage("Biblioteket"), two)
        assert self.found(cast) == ((0, 0), (0, 0))

    def test_a_device_page_lists_them(self, unit, cast, client_of):
        one, two = returning(2, unit=unit)
        bur = cage()
        pack(bur, one, two)
        collect(bur)
        confirm(bur, one)
        client = client_of(cast.helpdesk)
        page = client.get("/udstyr/?waits=unreceived").content.decode()
        assert "PF000002" in page
        assert "PF000001" not in page
        rule = client.get("/datakvalitet/unreceived/").content.decode()
        assert "/udstyr/?waits=unreceived" in rule


class TestScan:
    def test_it_is_packed_without_a_list_and_once(self, unit):
        [one] = returning(1, unit=unit)
        bur = cage()
        assert pack(bur, one).packed == (one,)
        again = pack(bur, one, wiped="no")
        assert (again.packed, again.again) == ((), (one,))
        assert row_of(one).wiped == "no"
        assert PackedDevice.objects.count() == 1

    def test_why_not(self, unit):
        one, two, three = returning(3, unit=unit)
        bur, other = cage(), cage("Biblioteket")
        assert "ikke leaset" in reason(pack(bur, make.device("SK000001")))
        assert "ikke besluttet returneret" in reason(pack(bur, make.lease("PF000009").device))
        bought = make.decided(make.lease("PF000008"), "buyout").device
        assert "ikke besluttet returneret" in reason(pack(bur, bought))
        plan(other, one)
        assert "pakkelisten til buret Biblioteket" in reason(pack(bur, one))
        leave_register(devices=[two], left_on=TODAY, how="bought", actor=None, today=TODAY)
        assert "ude af registeret fra den 20-05-2026 (frikøbt)" in reason(pack(bur, two))
        moment = datetime(2026, 5, 20, 8, tzinfo=UTC)
        LossReport.objects.create(
            device=three, kind="stolen", discovered_at=moment, reported_at=moment
        )
        assert "meldt bortkommet" in reason(pack(bur, three))
        [four] = returning(1, first=10)
        line = make.order_line(unit)
        OrderedDevice.objects.create(line=line, device=four, delivered_on=TODAY)
        assert "sat til side" in reason(pack(bur, four))

    def test_the_good_ones_are_packed_though_others_are_not(self, unit):
        [one] = returning(1)
        scanned = pack(cage(), one, make.lease("PF000009").device)
        assert (len(scanned.packed), len(scanned.refused)) == (1, 1)

    def test_a_full_cage_takes_what_is_on_its_list_and_no_more(self, unit):
        one, two, three = returning(3)
        bur = cage(room_for=2)
        assert plan(bur, one, two, three) == (2, 1)
        assert "plads" in reason(pack(bur, three))
        assert len(pack(bur, one, two).packed) == 2

    def test_many_in_as_many_queries(self, unit, django_assert_max_num_queries):
        devices = returning(60)
        bur = cage(room_for=100)
        with django_assert_max_num_queries(24):
            pack(bur, *devices)
        with django_assert_max_num_queries(10):
            cage_page(bur, TODAY)


class TestRefused:
    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"place": "  "}, "Skriv, hvor buret står"),
            ({"place": "x" * 101}, "højst være 100 tegn"),
            ({"room_for": 0}, "1–500"),
            ({"room_for": 10**30}, "1–500"),
            ({"collected_on": date(2206, 5, 20)}, "Kontrollér årstallet"),
            ({"collected_on": date(26, 5, 20)}, "Kontrollér årstallet"),
            ({"note": "x" * 301}, "højst være 300 tegn"),
            ({"cage_id": 10**12}, "slettet af en anden"),
        ],
    )
    def test_a_cage_that_cannot_be(self, unit, values, message):
        with pytest.raises(Refused, match=message):
            cage(**values)
        assert not Cage.objects.exists()

    def test_a_cage_may_be_entered_late(self, unit):
        assert cage(collected_on=date(2026, 1, 2)).collected_on == date(2026, 1, 2)

    def test_less_room_than_is_on_the_list(self, unit):
        bur = cage()
        plan(bur, *returning(3))
        with pytest.raises(Refused, match="allerede 3 stk"):
            cage(cage_id=bur.pk, room_for=2)
        with pytest.raises(Refused, match="står 3 stk"):
            delete_cage(cage_id=bur.pk, actor=None)

    def test_collected_on_a_day_to_come_or_before_a_lease(self, unit):
        [one] = returning(1)
        bur = cage()
        pack(bur, one)
        for day, message in (
            (date(2026, 5, 21), "ikke er kommet"),
            (date(2025, 12, 31), "begynder den 01-01-2026"),
        ):
            with pytest.raises(Refused, match=message):
                collect(bur, day)
        assert not has_left(one)
        assert states(bur) == {"PF000001": "packed"}

    def test_an_empty_cage(self, unit):
        bur = cage()
        plan(bur, *returning(1))
        with pytest.raises(Refused, match="ikke pakket noget"):
            collect(bur)

    def test_what_is_not_wiped_asks_once_more(self, unit):
        one, two = returning(2)
        bur = cage()
        pack(bur, one, wiped="no")
        pack(bur, two)
        with pytest.raises(Refused, match=r"1 stk. er ikke markeret som slettet \(PF000001\)"):
            collect(bur)
        collect(bur, knows_unwiped=True)
        wiped = dict(Departure.objects.values_list("device__serial_number", "is_wiped"))
        assert wiped == {"PF000001": False, "PF000002": True}

    def test_nothing_is_changed_once_it_is_collected(self, unit):
        [one] = returning(1)
        bur = cage()
        pack(bur, one)
        collect(bur)
        row = row_of(one).pk
        for change in (
            partial(plan, bur, one),
            partial(pack, bur, one),
            partial(collect, bur),
            partial(mark_wiped, cage_id=bur.pk, row_ids=[row], wiped="no", actor=None),
            partial(take_off, cage_id=bur.pk, row_ids=[row], actor=None),
            partial(delete_cage, cage_id=bur.pk, actor=None),
        ):
            with pytest.raises(Refused, match="blev hentet den 19-05-2026"):
                change()

    def test_a_confirmation_that_cannot_be(self, unit):
        one, two = returning(2)
        bur = cage()
        plan(bur, one, two)
        pack(bur, one)
        with pytest.raises(Refused, match="ikke hentet"):
            confirm(bur, one)
        collect(bur)
        for day in (date(2026, 5, 18), date(2026, 5, 21)):
            with pytest.raises(Refused):
                confirm(bur, one, confirmed_on=day)
        with pytest.raises(Refused, match="ikke i buret mere"):
            confirm(bur, two)

    def test_what_may_not_be_on_a_list(self, unit):
        other = make.lease("PF000009").device
        with pytest.raises(Refused, match="kan ikke pakkes mere"):
            plan(cage(), *returning(1), other)
        with pytest.raises(Refused, match="Sæt kryds"):
            plan(cage())
        assert not PackedDevice.objects.exists()

    def test_wiped_is_said_of_what_is_packed(self, unit):
        [one] = returning(1)
        bur = cage()
        plan(bur, one)
        row = row_of(one).pk
        with pytest.raises(Refused, match="er ikke pakket"):
            mark_wiped(cage_id=bur.pk, row_ids=[row], wiped="yes", actor=None)
        with pytest.raises(Refused, match="Vælg, om det"):
            pack(bur, one, wiped="måske")
        assert take_off(cage_id=bur.pk, row_ids=[row], actor=None) == 1
        assert proposed().get() == one


def test_a_cage_that_was_not_collected_after_all(unit):
    one, two, three = returning(3, unit=unit)
    bur = cage()
    plan(bur, one, two, three)
    pack(bur, one, two)
    with pytest.raises(Refused, match="ikke hentet"):
        not_collected(cage_id=bur.pk, actor=None)
    collect(bur)
    come_back(device=two, actor=None)
    assert len(not_collected(cage_id=bur.pk, actor=None)) == 1
    assert states(bur) == {"PF000001": "packed", "PF000002": "packed", "PF000003": "planned"}
    one.lease.refresh_from_db()
    assert one.lease.stops_on is None
    assert collect(bur) == 2
    confirm(bur, one)
    with pytest.raises(Refused, match="har bekræftet"):
        not_collected(cage_id=bur.pk, actor=None)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    @pytest.fixture(autouse=True)
    def holder(self, transactional_db, settings):
        settings.TODAY = TODAY
        make.cost_holder()

    def test_two_scan_into_the_same_cage(self):
        devices = returning(6)
        bur = cage()
        results = at_the_same_moment(
            *(partial(pack, bur, one) for one in devices), *(partial(pack, bur, devices[0]),) * 2
        )
        assert sum(len(one.packed) for one in results) == 6
        assert sum(len(one.again) for one in results) == 2
        assert PackedDevice.objects.exclude(packed_at=None).count() == 6

    def test_the_last_place_is_one_devices(self):
        one, two = returning(2)
        bur = cage(room_for=1)
        results = at_the_same_moment(partial(pack, bur, one), partial(pack, bur, two))
        assert sorted(len(result.packed) for result in results) == [0, 1]

    def test_one_cage_gets_a_device(self):
        [one] = returning(1)
        first, second = cage(), cage("Biblioteket")
        results = at_the_same_moment(partial(pack, first, one), partial(pack, second, one))
        assert sorted(len(result.packed) for result in results) == [0, 1]

    def test_scanned_as_it_is_collected_it_went_along_or_is_refused(self):
        one, two = returning(2)
        bur = cage()
        pack(bur, one)
        results = at_the_same_moment(partial(collect, bur), partial(pack, bur, two))
        left = Departure.objects.count()
        assert left in {1, 2}
        assert any(isinstance(result, Refused) for result in results) == (left == 1)

    def test_collected_twice_it_leaves_once(self):
        [one] = returning(1)
        bur = cage()
        pack(bur, one)
        results = at_the_same_moment(partial(collect, bur), partial(collect, bur))
        assert sorted(type(result).__name__ for result in results) == ["Refused", "int"]
        assert Departure.objects.count() == 1


def test_a_changed_cage_is_the_same_one(unit):
    bur = cage()
    saved = save_cage(
        cage_id=bur.pk,
        place="Kælderen",
        collected_on=TODAY,
        room_for=10,
        note="",
        actor=None,
        today=TODAY,
    )
    assert (saved.pk, Cage.objects.get().place) == (bur.pk, "Kælderen")
