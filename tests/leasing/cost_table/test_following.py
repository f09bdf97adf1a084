"""Who changes something works the costs out, and who reads meanwhile is told that they are old."""

import re
import threading
from contextlib import contextmanager
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from albertslund_it import kept_costs
from leasing.cost_table import refresh as refreshing
from leasing.cost_table.check import costs_that_differ
from leasing.cost_table.moment import moments_noted, one_moment
from leasing.cost_table.refresh import AT_LEISURE, IN_A_REQUEST, LOCK, Effort, refresh
from leasing.cost_table.worked_out import rows_of
from leasing.models import Cost, CostMark, CostPending, CostStep, CostTotal, Lease, Settings
from tests import builders as make
from tests.leasing.closed import close
from tests.web.test_admin import filled_in

OLD = "Tallene regnes om lige nu"


@pytest.fixture
def lease():
    make.cost_holder()
    made = make.lease(unit=make.unit("1001"))
    make.unit("1002")
    assert refresh()
    return made


def move(lease, day=date(2026, 2, 10)):
    return make.placement(lease.device, day, make.unit("1002"))


@contextmanager
def somebody_is_at_it():
    """Hold what a refresher holds, on a connection of somebody else's."""
    begun, may_end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            begun.set()
            may_end.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    try:
        yield
    finally:
        may_end.set()
        thread.join(30)


def follow(method, view, htmx=False):
    """Send a request through the middleware, to a view."""
    request = getattr(RequestFactory(), method)("/")
    request.htmx = HtmxDetails(request) if not htmx else True
    return kept_costs.follow_changes(view)(request)


class TestWhoChangesSomething:
    @pytest.mark.django_db
    def test_a_request_that_writes(self, lease):
        def view(request):
            move(lease)
            assert CostMark.objects.exists()
            return HttpResponse("gemt")

        assert follow("post", view).content == b"gemt"
        assert not CostMark.objects.exists()
        assert list(costs_that_differ()) == []

    @pytest.mark.django_db
    def test_a_request_that_reads_works_nothing_out(self, lease):
        move(lease)
        follow("get", lambda request: HttpResponse())
        assert CostMark.objects.exists()

    @pytest.mark.django_db
    def test_the_admin(self, lease, cast, client_of):
        client = client_of(cast.administrator)
        address = reverse("admin:leasing_settings_change", args=[1])
        typed = filled_in(client, address, billing_starts_on="01-02-2026")
        assert client.post(address, typed).status_code == 302
        assert Settings.objects.get().billing_starts_on == date(2026, 2, 1)
        assert not CostMark.objects.exists()
        assert list(costs_that_differ()) == []

    @pytest.mark.django_db
    def test_a_change_stays_saved_whatever_becomes_of_the_costs(self, lease, monkeypatch, caplog):
        def fail(*args):
            raise KeyError("T14")

        monkeypatch.setattr(refreshing, "worked_out", fail)
        assert follow("post", lambda request: HttpResponse(move(lease).pk)).status_code == 200
        assert CostMark.objects.exists()
        assert "left to the next reader" in caplog.text
        monkeypatch.undo()
        assert refresh()
        assert list(costs_that_differ()) == []

    @pytest.mark.django_db(transaction=True)
    def test_a_change_beside_a_long_refresh_is_left_marked(self, lease, caplog):
        move(lease)
        with somebody_is_at_it():
            assert follow("post", lambda request: HttpResponse()).status_code == 200
        assert CostMark.objects.exists()
        assert "left to the next reader" in caplog.text

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_worked_out_inside_the_change_itself(self, lease):
        with transaction.atomic():
            move(lease)
            kept_costs.bring_up_to_date()
            assert CostMark.objects.exists()

    @pytest.mark.django_db
    def test_a_command(self, lease, capsys):
        call_command("stop_lease", lease.device.serial_number, "01-03-2026")
        assert not CostMark.objects.exists()
        assert list(costs_that_differ()) == []

    @pytest.mark.django_db
    def test_a_command_that_is_refused(self, lease, capsys):
        move(lease)
        with pytest.raises(SystemExit):
            call_command("stop_lease", "findes ikke", "01-03-2026")
        assert not CostMark.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestWhoReadsMeanwhile:
    def test_a_page_says_that_its_figures_are_of_a_moment_ago(self, lease, cast, client_of):
        client = client_of(cast.finance)
        address = reverse("share")
        assert OLD not in client.get(address).content.decode()
        move(lease)
        with somebody_is_at_it():
            assert OLD in client.get(address).content.decode()
            with moments_noted() as moments, one_moment():
                assert Cost.objects.count() == 16
            assert moments.are_behind
        with moments_noted() as moments, one_moment():
            assert Cost.objects.count() == 17
        assert not moments.are_behind
        assert OLD not in client.get(address).content.decode()

    def test_a_fragment_says_so_beside_itself(self, lease):
        move(lease)

        def view(request):
            with one_moment():
                return HttpResponse("<p>Tal</p>")

        with somebody_is_at_it():
            told = follow("get", view, htmx=True).content.decode()
        assert OLD in told
        assert 'hx-swap-oob="true"' in told
        assert OLD not in follow("get", view, htmx=True).content.decode()


@pytest.mark.django_db
class TestInPieces:
    @pytest.fixture
    def many(self, monkeypatch):
        """Let a piece be of three marks, and two leases more than is worked out at once."""
        monkeypatch.setattr(refreshing, "MARKS", 3)
        monkeypatch.setattr(refreshing, "AT_ONCE", 2)
        make.cost_holder()
        return [make.lease(f"PF{n:06}", unit=make.unit("1001")) for n in range(8)]

    @pytest.fixture
    def worked(self, monkeypatch):
        """Note the leases that are worked out."""
        noted = []
        as_it_is = refreshing.worked_out

        def noting(facts, frame):
            found = list(facts)
            noted.extend(one.lease_id for one in found)
            return as_it_is(found, frame)

        monkeypatch.setattr(refreshing, "worked_out", noting)
        return noted

    @pytest.mark.parametrize("effort", [AT_LEISURE, IN_A_REQUEST])
    def test_a_lease_with_several_marks_is_worked_out_once(self, many, worked, effort):
        assert refresh(effort=effort)
        assert sorted(worked) == sorted(lease.pk for lease in many)
        assert list(costs_that_differ()) == []

    def test_what_is_marked_before_everything_is_worked_out_with_it(self, many, worked):
        CostMark.objects.filter(device_id=None, lease_id=None).delete()
        refreshing.mark_everything()
        assert refresh(effort=AT_LEISURE)
        assert sorted(worked) == sorted(lease.pk for lease in many)
        assert list(costs_that_differ()) == []

    def test_everything_in_a_request_is_done_lease_by_lease(self, many):
        Cost.objects.filter(lease=many[0]).delete()
        Cost.objects.filter(lease=many[1]).update(lease_id=9_000)  # of no lease
        CostMark.objects.all().delete()
        refreshing.mark_everything()
        done = []
        assert refresh(lambda *told: done.append(told))
        assert len(done) > 2
        assert done[-1][0] == done[-1][1]
        assert not CostMark.objects.exists()
        assert {row[0] for row in costs_that_differ()} <= {"leasing_costtotal"}

    def test_a_run_is_looked_back_on_lease_by_lease(self, many):
        close("2026Q1")
        assert refresh()
        for lease in many:
            make.placement(lease.device, date(2026, 2, 10), make.unit("1002"))
        assert refresh()
        assert CostPending.objects.count() == 16
        close("2026Q2", date(2026, 7, 8))
        assert refresh()
        assert CostPending.objects.count() == 0
        assert list(costs_that_differ()) == []

    def test_who_has_done_enough_leaves_the_rest(self, many):
        assert not refresh(effort=Effort(wait=1, work=0))
        assert CostMark.objects.exists()
        while not refresh(effort=Effort(wait=1, work=0)):
            pass
        assert list(costs_that_differ()) == []


@pytest.mark.django_db
class TestEverything:
    def test_what_is_wrong_is_put_right_and_the_rest_stays(self, lease):
        Cost.objects.filter(period="2026Q1").update(amount_ore=1)
        CostTotal.objects.filter(period="2026Q2").delete()
        CostTotal.objects.filter(period="2026Q3").update(amount_ore=5)
        wrong = {table for table, _ in costs_that_differ()}
        assert wrong == {"leasing_cost", "leasing_costtotal", "leasing_coststep"}
        call_command("refresh_costs")
        assert list(costs_that_differ()) == []

    def test_a_lease_that_is_gone_leaves_nothing(self, lease):
        Cost.objects.update(lease_id=9_000)
        call_command("refresh_costs")
        assert list(costs_that_differ()) == []


@pytest.mark.django_db
class TestVerify:
    """What is wrong is told in words, and what is only late is not called wrong."""

    def said(self, capsys):
        with pytest.raises(SystemExit):
            call_command("verify")
        return capsys.readouterr().err

    def test_a_wrong_row(self, lease, capsys):
        Cost.objects.filter(period="2026Q1").update(days=7)
        told = self.said(capsys)
        assert "De gemte udgifter i »leasing_cost« er ikke dem" in told
        assert lease.device.serial_number in told

    def test_a_wrong_total(self, lease, capsys):
        CostTotal.objects.filter(period="2026Q1").update(amount_ore=7)
        assert "De gemte udgifter i »leasing_costtotal« er ikke dem" in self.said(capsys)

    def test_a_wrong_step(self, lease, capsys):
        CostStep.objects.filter(period="2026Q2").update(early_ore=7)
        assert "De gemte udgifter i »leasing_coststep« er ikke dem" in self.said(capsys)

    def test_a_change_that_a_missing_mark_missed(self, lease, capsys):
        with connection.cursor() as cursor:
            on = " ON inventory_placement" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER mark_inventory_placement_insert{on}")
        move(lease)
        told = self.said(capsys)
        assert "mark_inventory_placement_insert" in told
        assert "De gemte udgifter i »leasing_cost« er ikke dem" in told
        assert "De gemte udgifter i »leasing_costlease« er ikke dem" in told

    def test_what_is_marked_is_only_late(self, lease):
        move(lease)
        Lease.objects.update(stops_on=date(2026, 9, 1))
        assert list(costs_that_differ()) == []
        CostMark.objects.all().delete()
        assert list(costs_that_differ()) != []


@pytest.mark.django_db
def test_a_table_that_is_being_filled_is_not_read_whole_for_some_leases():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes the index whatever is in it")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leasing_cost (lease_id, period, unit_id, model_id, first_day, last_day, "
            "days, amount_ore, quarter_ore, is_whole, is_unbroken) "
            "SELECT lease, '20' || quarter || 'Q1', 1, 1, '2026-01-01', '2026-03-31', 90, 1, 1, "
            "true, true FROM generate_series(1, 3000) lease, generate_series(26, 41) quarter"
        )
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'leasing_cost'")
        assert cursor.fetchone()[0] <= 0  # nobody has counted
    plan = rows_of(Cost, range(2001, 2101)).explain()
    assert "Seq Scan on leasing_cost" not in plan, plan


@pytest.mark.django_db
def test_a_move_is_worked_out_by_indexes_alone(lease):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite asks each side of an OR by its index")
    move(lease)
    with CaptureQueriesContext(connection) as caught:
        assert refresh()
    asked = [one["sql"] for one in caught if one["sql"].startswith(("SELECT", "(SELECT"))]
    asked = [sql for sql in asked if "leasing_lease" in sql or "leasing_cost" in sql]
    assert len(asked) > 4
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # where there is an index, it is taken
        for sql in asked:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not re.search("Seq Scan on leasing_(lease|cost|costlease|costpending) ", plan), (
                f"{sql}\n{plan}"
            )
