"""A device leaves the register: its lease, who has it, the bills, and what is refused."""

from datetime import UTC, date, datetime
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command

from albertslund_it.common.errors import Refused
from inventory.models import Departure, Device, FormerSerialNumber, Placement
from leasing.data_quality.selectors.sets import open_returns
from leasing.lease_end.services.decisions import stop_lease
from leasing.lease_end.services.departures import come_back, leave_register
from leasing.models import InvoiceLine, Lease, LossReport, OrderedDevice
from tests import builders as make
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.closed import close

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)
SERIAL = "PF000001"
T14_ORE = 559066


@pytest.fixture
def unit(db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    return make.unit()


@pytest.fixture
def lease(unit):
    return make.lease(SERIAL, unit=unit)


def leave(*devices, left_on=date(2026, 5, 1), how="returned", actor=None, **values):
    return leave_register(
        devices=devices, left_on=left_on, how=how, actor=actor, today=TODAY, **values
    )


def refused(*devices, **values):
    before = [list(model.objects.values()) for model in (Departure, Lease, Placement)]
    with pytest.raises(Refused) as told:
        leave(*devices, **values)
    assert [list(model.objects.values()) for model in (Departure, Lease, Placement)] == before
    return " ".join(told.value.reasons)


def timeline(device):
    return list(device.placements.order_by("starts_on").values_list("starts_on", "unit__number"))


def billed(run):
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
    return list(lines.values_list("kind", "period", "amount_ore"))


def test_nobody_has_it_and_its_lease_stops(lease):
    [one] = leave(lease.device, is_wiped=True, note="  hentet\taf  chauffør ")
    lease.refresh_from_db()
    assert lease.stops_on == date(2026, 5, 1)
    assert timeline(lease.device) == [(date(2026, 1, 1), "1001"), (date(2026, 5, 1), None)]
    kept = Departure.objects.get()
    assert one.pk == kept.pk
    assert (kept.how, kept.is_wiped, kept.is_unmanaged) == ("returned", True, None)
    assert (kept.note, kept.stopped_lease) == ("hentet af chauffør", True)


def test_what_is_in_stock_and_not_leased_only_leaves(unit):
    device = make.device(SERIAL)
    leave(device, how="discarded")
    assert timeline(device) == []


@pytest.mark.parametrize(
    ("stops_on", "left_on", "kept", "is_stopped"),
    [
        (None, date(2026, 5, 1), date(2026, 5, 1), True),
        (date(2026, 4, 1), date(2026, 5, 1), date(2026, 4, 1), False),
        (date(2026, 5, 1), date(2026, 5, 1), date(2026, 5, 1), False),
        (date(2026, 9, 1), date(2026, 5, 1), date(2026, 5, 1), True),
        (None, date(2030, 1, 1), None, False),  # the lease is over by then
        (None, date(2029, 12, 31), date(2029, 12, 31), True),
    ],
)
def test_an_earlier_end_stays_and_a_later_one_moves(lease, stops_on, left_on, kept, is_stopped):
    if stops_on:
        stop_lease(serial_number=SERIAL, stops_on=stops_on, actor=None)
    [one] = leave(lease.device, left_on=left_on)
    lease.refresh_from_db()
    assert (lease.stops_on, one.stopped_lease) == (kept, is_stopped)
    come_back(device=lease.device, actor=None)
    lease.refresh_from_db()
    assert lease.stops_on == stops_on
    assert not Departure.objects.exists()


def test_a_settlement_after_it_left_stays_when_it_comes_back(lease):
    leave(lease.device)
    stop_lease(serial_number=SERIAL, stops_on=date(2026, 4, 1), actor=None)
    assert not come_back(device=lease.device, actor=None).lease_runs
    lease.refresh_from_db()
    assert lease.stops_on == date(2026, 4, 1)
    assert timeline(lease.device) == [(date(2026, 1, 1), "1001")]
    with pytest.raises(Refused, match="er ikke ude af registeret"):
        come_back(device=lease.device, actor=None)


def test_what_was_expected_back_is_settled(lease):
    unit = lease.device.placements.get().unit
    lease.device.expected_returns.create(
        unit=unit, why="asked", due_on=date(2026, 4, 1), created_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert open_returns(TODAY).exists()
    leave(lease.device)
    assert not open_returns(TODAY).exists()


class TestBills:
    def test_returned_before_a_closed_quarter_ended_it_is_corrected(self, lease):
        first = close("2026Q1")
        leave(lease.device, left_on=date(2026, 2, 1))
        second = close("2026Q2", date(2026, 7, 2))
        assert billed(first) == [("current", "2026Q1", 34941)]
        # 31 of the 90 days of a sixteenth: 559066/16·31/90
        assert billed(second) == [("correction", "2026Q1", 12035 - 34941)]

    def test_returned_long_after_its_end_it_costs_nothing_more(self, unit):
        lease = make.lease(SERIAL, unit=unit, starts_on=date(2026, 1, 1), quarters=1, price_ore=900)
        first = close("2026Q1")
        leave(lease.device)
        second = close("2026Q2", date(2026, 7, 2))
        assert (billed(first), billed(second)) == ([("current", "2026Q1", 900)], [])

    def test_undone_the_bills_are_as_if_it_had_not_left(self, lease):
        close("2026Q1")
        leave(lease.device, left_on=date(2026, 2, 1))
        come_back(device=lease.device, actor=None)
        run = close("2026Q2", date(2026, 7, 2))
        assert billed(run) == [("current", "2026Q2", 34942)]


class TestRefused:
    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"left_on": date(2025, 12, 31)}, "begynder den 01-01-2026"),
            ({"left_on": date(2031, 1, 2)}, "Kontrollér årstallet"),
            ({"left_on": date(1, 1, 1)}, "Kontrollér årstallet"),
            ({"left_on": date(9999, 12, 31)}, "Kontrollér årstallet"),
            ({"how": "eaten"}, "Vælg, om udstyret er"),
            ({"note": "x" * 301}, "højst være 300 tegn"),
        ],
    )
    def test_what_is_typed_wrong(self, lease, values, message):
        assert message in refused(lease.device, **values)

    def test_nothing_and_what_is_gone(self, lease):
        assert "Vælg det udstyr" in refused()
        ghost = Device(pk=10**12, serial_number="PF9", model=lease.device.model)
        assert "findes ikke mere" in refused(lease.device, ghost)

    def test_twice(self, lease):
        leave(lease.device, how="bought")
        assert "ude af registeret fra den 01-05-2026 (frikøbt)" in refused(lease.device)

    def test_moved_later(self, lease):
        make.placement(lease.device, date(2026, 6, 1), make.unit("1002"))
        assert "flyttet igen fra den 01-06-2026" in refused(lease.device)

    def test_handed_out_that_very_day(self, lease):
        make.placement(lease.device, date(2026, 5, 1), make.unit("1002"))
        assert "er tildelt netop fra den 01-05-2026" in refused(lease.device)

    def test_set_aside(self, lease):
        line = make.order_line(make.unit("1003"))
        OrderedDevice.objects.create(line=line, device=lease.device, delivered_on=TODAY)
        assert f"til bestilling {line.order.number}" in refused(lease.device)

    def test_lost_it_may_only_be_discarded(self, lease):
        moment = datetime(2026, 4, 1, tzinfo=UTC)
        LossReport.objects.create(
            device=lease.device, kind="lost", discovered_at=moment, reported_at=moment
        )
        assert "meldt bortkommet" in refused(lease.device)
        leave(lease.device, how="discarded")

    def test_every_device_is_named_and_none_leaves(self, lease):
        other = make.lease("PF000002", starts_on=date(2026, 5, 10))
        gone = make.device("PF000003")
        leave(gone, how="discarded")
        told = refused(other.device, gone, lease.device)
        assert "PF000002" in told
        assert "PF000003" in told
        assert SERIAL not in told


class TestCommand:
    def test_returned_by_a_former_number(self, lease):
        FormerSerialNumber.objects.create(device=lease.device, serial_number="PF0000OLD")
        out = StringIO()
        call_command("return_lease", "pf0000old", "01-05-2026", stdout=out)
        assert out.getvalue().startswith(f"{SERIAL}: leveret tilbage og ude af registeret fra den")
        lease.refresh_from_db()
        assert lease.stops_on == date(2026, 5, 1)
        assert Departure.objects.get().how == "returned"

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (("PF9", "01-05-2026"), "»PF9« findes ikke"),
            ((SERIAL, "31-02-2026"), "Den dato findes ikke"),
            ((SERIAL, "SLET"), "Skriv datoen som 17-11-2025"),
            ((SERIAL, "31-12-2025"), "begynder den 01-01-2026"),
            (("SK000001", "01-05-2026"), "er ikke leaset"),
        ],
    )
    def test_bad_input_is_refused_in_danish(self, lease, capsys, args, message):
        make.device("SK000001")
        with pytest.raises(SystemExit) as stopped:
            call_command("return_lease", *args)
        told = capsys.readouterr().err
        assert stopped.value.code == 1
        assert message in told
        assert told.endswith(".\n")
        assert not Departure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_is_told(transactional_db, settings):
    settings.TODAY = TODAY
    make.cost_holder()
    device = make.lease(SERIAL, unit=make.unit()).device
    results = at_the_same_moment(
        partial(leave, device, how="returned"), partial(leave, device, how="bought")
    )
    assert sorted(type(one).__name__ for one in results) == ["Refused", "list"]
    assert Departure.objects.count() == 1
    assert len(timeline(device)) == 2


def test_what_has_left_is_not_in_the_register(lease):
    other = make.device("PF000002")
    leave(lease.device)
    day = date(2026, 5, 1)
    assert list(Device.objects.in_register(day)) == [other]
    assert list(Device.objects.out_of_register(day)) == [lease.device]
    assert Device.objects.in_register(date(2026, 4, 30)).count() == 2


def test_many_leave_in_as_many_queries(unit, django_assert_max_num_queries):
    devices = [make.lease(f"PF{n:06}", unit=unit).device for n in range(1, 31)]
    with django_assert_max_num_queries(40):
        leave(*devices)
    assert Departure.objects.count() == 30
