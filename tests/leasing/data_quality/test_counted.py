"""What was counted before: shown first of a large register, and never as today's where it is not."""

from datetime import date, datetime

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from inventory.models import Device
from leasing.data_quality.selectors import counted
from leasing.data_quality.selectors.counted import counted_for, is_counted_for, register_now
from leasing.data_quality.selectors.findings import findings_for
from leasing.data_quality.services import counting
from leasing.data_quality.services.counting import count_findings
from leasing.models import FindingCount
from tests import builders as make

pytestmark = pytest.mark.django_db
PAGES = ("/datakvalitet/", "/")
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def large(monkeypatch):
    """A register that is large by what counts as many."""
    make.cost_holder()
    make.lease("NOBODY1", unit=make.unit("5001", department=make.department("Skole")))
    monkeypatch.setattr(counted, "MANY", 0)


def test_a_small_register_is_counted_anew_however_high_its_numbers(cast, client_of):
    make.cost_holder()
    unit = make.unit("5001", department=make.department("Skole"))
    make.lease("NOBODY1", unit=unit)
    # As where imports were taken back: what they have spent of the numbers stays spent.
    make.lease_of(make.device("NOBODY2", pk=counted.MANY + 1))
    client = client_of(cast.helpdesk)
    assert not is_counted_for(cast.helpdesk)
    assert "ikke talt endnu" not in client.get("/").content.decode()
    assert "Talt kl." not in client.get("/datakvalitet/").content.decode()


def test_a_register_is_large_from_the_row_after_the_last_of_a_small_one(cast, monkeypatch):
    make.cost_holder()
    unit = make.unit("5001", department=make.department("Skole"))
    for number in range(3):
        make.lease(f"NOBODY{number}", unit=unit)
    monkeypatch.setattr(counted, "MANY", 3)
    assert not is_counted_for(cast.helpdesk)
    monkeypatch.setattr(counted, "MANY", 2)
    assert is_counted_for(cast.helpdesk)


def test_what_was_counted_says_the_same_as_counting(large, cast, client_of):
    client_of(cast.helpdesk).get("/datakvalitet/")
    kept = counted_for(cast.helpdesk, TODAY)
    assert kept.is_of_now
    assert [(one.rule.key, one.count, one.quarter_ore) for one in kept.findings] == [
        (one.rule.key, one.count, one.quarter_ore) for one in findings_for(cast.helpdesk, TODAY)
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("history_from_the_start")
def test_a_page_says_when_it_counted_once_something_was_written(large, cast, client_of, page):
    client = client_of(cast.helpdesk)
    client.get("/datakvalitet/")
    assert "Talt kl." not in client.get(page).content.decode()
    make.lease("NOBODY2", unit=make.unit("5002", department=make.department("Kultur")))
    assert "Talt kl." in client.get(page).content.decode()
    anew = client.get("/datakvalitet/?tael=1").content.decode()
    assert "Talt kl." not in anew
    assert counted_for(cast.helpdesk, TODAY).is_of_now
    assert "Talt kl." not in client.get(page).content.decode()


def test_what_is_written_while_it_is_counted_makes_the_count_an_old_one(large, cast, monkeypatch):
    real = counting.all_findings

    def disturbed(today):
        found = real(today)
        device = Device.objects.get()
        device.ram_gb = 8
        device.save()
        return found

    monkeypatch.setattr(counting, "all_findings", disturbed)
    count_findings(today=TODAY, now=timezone.now())
    assert not counted_for(cast.helpdesk, TODAY).is_of_now


def test_a_row_committed_late_with_an_earlier_number_is_seen(large):
    entry = LogEntry.objects.order_by("-pk")[1]
    LogEntry.objects.filter(pk=entry.pk).delete()  # not committed yet
    before = register_now()
    entry.save()
    assert register_now() != before


def test_yesterdays_count_and_one_without_a_moment_are_not_shown(large, cast):
    count_findings(today=TODAY)
    assert counted_for(cast.helpdesk, TODAY) is None


def test_the_front_page_shows_an_earlier_count_with_its_day_and_counts_nothing(
    large, cast, client_of
):
    day_before = datetime(2026, 11, 22, 7, 30, tzinfo=timezone.get_current_timezone())
    count_findings(today=day_before.date(), now=day_before)
    page = " ".join(client_of(cast.helpdesk).get("/").content.decode().split())
    assert "Talt 22-11-2026 kl. 07.30; noget kan være ændret siden." in page
    assert not FindingCount.objects.filter(day=TODAY).exists()


def test_the_front_page_counts_nothing_where_nothing_ever_was(large, cast, client_of):
    client = client_of(cast.helpdesk)
    page = client.get("/").content.decode()
    assert "Fejlene er ikke talt endnu." in page
    assert "Alt leaset udstyr er i brug" not in page
    client.get("/datakvalitet/")
    assert "Fejlene er ikke talt endnu." not in client.get("/").content.decode()


def test_the_first_page_of_a_day_shows_the_day_before_and_counts_when_asked_to(
    large, cast, client_of
):
    day_before = datetime(2026, 11, 22, 7, 30, tzinfo=timezone.get_current_timezone())
    count_findings(today=day_before.date(), now=day_before)
    client = client_of(cast.helpdesk)
    page = " ".join(client.get("/datakvalitet/").content.decode().split())
    assert "Talt 22-11-2026 kl. 07.30. Det, der er ændret siden, er ikke med." in page
    assert not FindingCount.objects.filter(day=TODAY).exists()
    assert "Talt" not in client.get("/datakvalitet/?tael=1").content.decode()


def test_a_leader_is_shown_what_is_found_now(large, cast):
    assert not is_counted_for(cast.head)


def test_reading_what_was_counted_asks_five_times(
    large, cast, client_of, django_assert_num_queries
):
    client_of(cast.helpdesk).get("/datakvalitet/")
    counted_for(cast.helpdesk, TODAY)
    with django_assert_num_queries(5):
        counted_for(cast.helpdesk, TODAY)
