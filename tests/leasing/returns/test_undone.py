"""A departure that is undone puts a device back with who had it, unless it is moved since."""

from datetime import date

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Departure, Placement
from leasing.lease_end.services.departures import come_back, leave_register
from leasing.models import InvoiceLine
from leasing.movements.services.movements import take_back, transfer
from leasing.returns.services.cages import not_collected
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.pages import read, text_of
from tests.leasing.returns.world import GONE_ON, TODAY, cage, collect, pack, returning, states

pytestmark = pytest.mark.django_db

LEFT = date(2026, 5, 1)


@pytest.fixture
def school(cast, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return cast.unit


def leave(device, left_on=LEFT):
    return leave_register(
        devices=[device], left_on=left_on, how="returned", actor=None, today=TODAY
    )


def placed():
    """Return every change point as it stands, without what it is called."""
    fields = ("device__serial_number", "starts_on", "unit", "employee", "used_for")
    return list(Placement.objects.order_by(*fields[:2]).values_list(*fields))


@pytest.fixture
def person(school):
    return make.employee(unit=school)


class TestOne:
    def test_who_had_it_has_it_again(self, school, person):
        device = make.lease("PF000001", unit=school, employee=person).device
        before = placed()
        [departure] = leave(device)
        assert departure.ended_placement
        assert len(placed()) == len(before) + 1
        back = come_back(device=device, actor=None)
        assert (placed(), back.is_placed) == (before, True)

    def test_what_was_in_stock_is_so_still(self, school):
        never, taken = make.device("PF000001"), make.lease("PF000002", unit=school).device
        take_back(devices=[taken], starts_on=LEFT, actor=None)
        before = placed()
        for device in (never, taken):
            [departure] = leave(device)
            assert not departure.ended_placement
            assert not come_back(device=device, actor=None).is_placed
        assert placed() == before

    def test_on_the_day_it_was_handed_out_it_is_taken_back_first(self, school, person):
        device = make.lease("PF000001", unit=school, employee=person).device
        transfer(devices=[device], unit=make.unit("1777"), starts_on=LEFT, actor=None)
        before = placed()
        with pytest.raises(Refused, match="PF000001 er tildelt netop fra den 01-05-2026"):
            leave(device)
        assert placed() == before
        take_back(devices=[device], starts_on=LEFT, actor=None)
        leave(device)
        assert not Departure.objects.get().ended_placement

    def test_a_later_move_stands_on_it(self, school):
        device = make.lease("PF000001", unit=school).device
        leave(device)
        make.placement(device, date(2026, 5, 10), school, used_for="Lånt ud")
        before = placed()
        assert not come_back(device=device, actor=None).is_placed
        assert placed() == before

    def test_a_correction_of_its_past_stays(self, school):
        device, other = make.lease("PF000001", unit=school).device, make.unit("1777")
        leave(device)
        transfer(
            devices=[device], unit=other, starts_on=date(2026, 3, 1), actor=None, later="behold"
        )
        come_back(device=device, actor=None)
        assert device.placements.latest("starts_on").unit == other

    def test_what_left_before_it_was_remembered_is_in_stock(self, school):
        device = make.lease("PF000001", unit=school).device
        leave(device)
        Departure.objects.update(ended_placement=False)
        assert not come_back(device=device, actor=None).is_placed
        assert device.placements.latest("starts_on").unit is None

    def test_the_same_unit_pays_and_nothing_is_corrected(self, school):
        device = make.lease("PF000001", unit=school).device
        close("2026Q1")
        leave(device, date(2026, 2, 1))
        come_back(device=device, actor=None)
        run = close("2026Q2", date(2026, 7, 2))
        lines = InvoiceLine.objects.filter(invoice__run=run)
        assert list(lines.values_list("kind", "period")) == [("current", "2026Q2")]


class TestCage:
    def test_undone_everybody_has_theirs_again(self, school, person, django_assert_max_num_queries):
        devices = returning(20, unit=school)
        shelf = returning(1, first=30)
        for device, values in (
            (devices[0], {"employee": person}),
            (devices[1], {"used_for": "7.B"}),
        ):
            make.placement(device, LEFT, school, **values)
        before = placed()
        bur = cage()
        pack(bur, *devices, *shelf)
        collect(bur)
        assert placed() != before
        with django_assert_max_num_queries(30):
            back = not_collected(cage_id=bur.pk, actor=None)
        assert (len(back), sum(one.is_placed for one in back)) == (21, 20)
        assert placed() == before
        assert set(states(bur).values()) == {"packed"}
        collect(bur)
        assert Departure.objects.filter(left_on=GONE_ON).count() == 21

    def test_the_pages_say_so(self, school, client_of, cast):
        one, two = [*returning(1, unit=school), *returning(1, first=2)]
        client, bur = client_of(cast.helpdesk), cage()
        pack(bur, one, two)
        collect(bur)
        shown = text_of(read(client, f"/it-bure/{bur.pk}/").xpath("//main")[0])
        assert "i registeret igen hos dem, der havde det" in shown
        told = client.post(f"/it-bure/{bur.pk}/ikke-hentet/", follow=True).content.decode()
        assert "1 stk. er hos dem, der havde dem, og 1 stk. er på it-lager." in told


class TestPage:
    def shown(self, client, device):
        return text_of(read(client, f"/udstyr/{device.pk}/afgang/").xpath("//main")[0])

    def test_who_had_it_and_who_pays(self, school, person, cast, client_of):
        client = client_of(cast.helpdesk)
        device = make.lease("PF000001", unit=school, employee=person).device
        leave(device)
        shown = self.shown(client, device)
        assert f"står, hvor det stod før afgangen: {school.name} ({person.name})" in shown
        assert f"leasingen løber igen, og {school.name} betaler fra den dag" in shown
        url = f"/udstyr/{device.pk}/afgang/"
        told = client.post(url, {"trin": "fortryd"}, follow=True).content.decode()
        assert f"PF000001 er i registeret igen: {school.name}. Leasingen løber igen." in told

    def test_stock(self, school, cast, client_of):
        client = client_of(cast.helpdesk)
        device = make.lease("PF000001").device
        leave(device)
        shown = self.shown(client, device)
        assert "i registeret igen og står på it-lager" in shown
        assert "Fælles IT betaler fra den dag" in shown
        url = f"/udstyr/{device.pk}/afgang/"
        told = client.post(url, {"trin": "fortryd"}, follow=True).content.decode()
        assert "PF000001 er i registeret igen: it-lager." in told

    def test_moved_since(self, school, cast, client_of):
        device = make.lease("PF000001", unit=school).device
        leave(device)
        make.placement(device, date(2026, 5, 10), make.unit("1777", "Andetsteds"))
        shown = self.shown(client_of(cast.helpdesk), device)
        assert "Det er flyttet igen fra den 10-05-2026 (Andetsteds)" in shown
        assert "it-lager fra den 01-05-2026" in shown
