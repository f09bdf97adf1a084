"""Guessing passwords: counted by user and address, and by address alone; proxies cannot be forged."""

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from albertslund_it.web.login import MOST_FROM_AN_ADDRESS, address_of
from tests.cast import PASSWORD
from tests.test_settings import started

pytestmark = pytest.mark.django_db
PROXY, STRANGER, COLLEAGUE = "10.0.0.1", "198.51.100.7", "203.0.113.9"


@pytest.fixture
def anna():
    return User.objects.create_user("anbe", "anbe@example.dk", PASSWORD)


def attempt(username="anbe", password="forkert", *, address=STRANGER, forwarded=None, **more):
    """Try to log in from an address; `forwarded` is what X-Forwarded-For says."""
    said = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    form = {"username": username, "password": password}
    return Client().post("/log-ind/", form, REMOTE_ADDR=address, **said, **more)


def fail_ten_times(**where):
    return [attempt(**where).status_code for _ in range(10)][-1]


def test_a_stranger_locks_the_user_for_the_stranger_alone(anna):
    assert fail_ten_times(address=STRANGER) == 429
    assert attempt(password=PASSWORD, address=STRANGER).status_code == 429
    assert attempt(password=PASSWORD, address=COLLEAGUE).status_code == 302


def test_behind_a_proxy_the_address_is_that_of_who_called_it(anna, settings):
    settings.TRUSTED_PROXIES = 1
    assert fail_ten_times(address=PROXY, forwarded=STRANGER) == 429
    assert attempt(password=PASSWORD, address=PROXY, forwarded=COLLEAGUE).status_code == 302


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_forged_header_neither_evades_a_lock_nor_makes_one(anna, settings, trusted):
    settings.TRUSTED_PROXIES = trusted
    real = f", {STRANGER}" if trusted else ""  # what the proxy itself adds
    address = PROXY if trusted else STRANGER
    forged = [COLLEAGUE, "sludder", f"{COLLEAGUE}, {COLLEAGUE}", "", "::1", "1.2.3.4"] * 2
    codes = [attempt(address=address, forwarded=one + real).status_code for one in forged]
    assert codes[:9] == [200] * 9
    assert set(codes[9:]) == {429}
    if trusted:
        right = attempt(password=PASSWORD, address=PROXY, forwarded=COLLEAGUE)
    else:
        right = attempt(password=PASSWORD, address=COLLEAGUE)
    assert right.status_code == 302


@pytest.mark.parametrize("header", ["HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP"])
def test_no_other_header_says_where_somebody_is(anna, header):
    for number in range(9):
        attempt(**{header: f"1.2.3.{number}"})
    assert attempt(**{header: "1.2.3.99"}).status_code == 429


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (0, "1.2.3.4", PROXY),
        (1, STRANGER, STRANGER),
        (1, f"1.2.3.4, {STRANGER}", STRANGER),
        (1, f"{STRANGER}:4711", STRANGER),
        (1, "[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::"),
        (1, "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),  # one household has them all
        (1, f"::ffff:{STRANGER}", STRANGER),
        (2, f"1.2.3.4, {STRANGER}, 10.0.0.2", STRANGER),
        (2, STRANGER, PROXY),  # shorter than the proxies make it: they were passed by
        (1, "", PROXY),
        (1, "sludder", PROXY),
        (1, None, PROXY),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(
    rf, settings, trusted, forwarded, address
):
    settings.TRUSTED_PROXIES = trusted
    said = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert address_of(rf.get("/", REMOTE_ADDR=PROXY, **said)) == address


def test_many_users_tried_from_one_address_are_stopped(anna):
    codes = [attempt(f"bruger{n}").status_code for n in range(MOST_FROM_AN_ADDRESS)]
    assert codes[:-1] == [200] * (MOST_FROM_AN_ADDRESS - 1)
    assert codes[-1] == 429
    assert attempt(password=PASSWORD).status_code == 429
    assert attempt(password=PASSWORD, address=COLLEAGUE).status_code == 302


def test_who_logs_in_from_an_address_is_not_locked_out_by_others_there(anna):
    assert attempt(password=PASSWORD).status_code == 302
    for number in range(MOST_FROM_AN_ADDRESS + 5):
        attempt(f"bruger{number}")
    assert attempt("bruger1", address=STRANGER).status_code == 429
    assert attempt(password=PASSWORD).status_code == 302
    assert [attempt().status_code for _ in range(10)][-1] == 429


def test_the_admin_has_no_way_in_of_its_own(anna):
    for _ in range(12):
        Client().post("/admin/login/", {"username": "anbe", "password": "forkert"})
    assert attempt(password=PASSWORD).status_code == 302
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    form = {"username": "anbe", "password": PASSWORD}
    client = Client()
    assert client.post("/admin/login/", form).status_code == 302
    assert "_auth_user_id" not in client.session
    assert fail_ten_times() == 429
    assert Client().post("/admin/login/?next=/admin/", form, REMOTE_ADDR=STRANGER).url == (
        "/log-ind/?next=%2Fadmin%2F"
    )


def test_the_page_says_when_to_try_again_and_keeps_its_word(anna):
    fail_ten_times()
    at = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
    moment = timezone.now()
    AccessAttempt.objects.update(attempt_time=moment)
    response = attempt()
    until = timezone.localtime(moment + timedelta(minutes=16))
    assert response.status_code == 429
    assert f"Prøv igen kl. {until:%H.%M}" in response.content.decode()
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    # What is tried meanwhile makes the wait no longer.
    assert AccessAttempt.objects.get().attempt_time == moment
    AccessAttempt.objects.update(attempt_time=at)
    assert attempt(password=PASSWORD).status_code == 302


@pytest.mark.once  # asked of a process with settings of its own
def test_the_number_of_proxies_comes_from_the_environment():
    assert started("settings.TRUSTED_PROXIES").stdout == "0\n"
    assert started("settings.TRUSTED_PROXIES", TRUSTED_PROXIES="2").stdout == "2\n"
    for wrong in ("to", "-1"):
        said = started("1", TRUSTED_PROXIES=wrong)
        assert said.returncode == 1
        assert "TRUSTED_PROXIES skal være" in said.stderr
