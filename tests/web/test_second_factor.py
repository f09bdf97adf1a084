"""The way in beside the municipality's accounts: a password, and a code where that is not enough."""

import io
import re
import time

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from albertslund_it.common.errors import Refused
from albertslund_it.second_factor.services import make_break_glass
from albertslund_it.web.clock import now
from inventory.models import Account
from leasing.models import Mail, Settings
from tests.cast import PASSWORD
from tests.test_settings import started
from tests.web.markup import parse, select, text
from tests.web.signing_on import who

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = True
    settings.LOGIN_REDIRECT_URL = "/"


@pytest.fixture
def root():
    """Return a break-glass user with its codes, as the command makes it."""
    Settings.objects.update(security_mail="sikkerhed@example.dk")
    _, codes = make_break_glass(
        username="glas", mail="glas@example.dk", password=PASSWORD, now=now()
    )
    Mail.objects.all().delete()
    root = User.objects.get()
    root.codes = codes
    return root


def code_of(user, *, steps=0, confirmed=True):
    """Return what the phone shows now, or so many half minutes from now."""
    phone = TOTPDevice.objects.get(user=user, confirmed=confirmed)
    totp = TOTP(phone.bin_key, phone.step, phone.t0, phone.digits, phone.drift)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def give_password(client, username="glas", password=PASSWORD, after=""):
    return client.post(f"/log-ind/?next={after}", {"username": username, "password": password})


def give_code(client, code):
    return client.post("/log-ind/kode/", {"code": code})


def test_there_is_no_session_before_the_code_and_every_page_is_shut(client, root):
    assert give_password(client)["Location"] == "/log-ind/kode/"
    for path in ("/", "/admin/", "/admin/auth/user/", "/totrinskode/", "/udstyr/"):
        away = client.get(path)["Location"].replace("/admin/login/", "/log-ind/")
        assert away.startswith("/log-ind/?next="), path
    assert who(client) is None
    assert User.objects.get().last_login is None


def test_the_code_of_the_phone_lets_in_once(client, root):
    code = code_of(root)
    give_password(client, after="/brugere/")
    assert give_code(client, f"{code[:3]} {code[3:]}")["Location"] == "/brugere/"
    assert who(client) == root

    second = Client()
    give_password(second)
    assert give_code(second, code).status_code == 422
    assert who(second) is None


def test_an_emergency_code_lets_in_once(client, root):
    code = root.codes[3]
    give_password(client)
    give_code(client, f"{code[:5]} {code[5:]}")
    assert who(client) == root
    assert StaticToken.objects.count() == 9

    second = Client()
    give_password(second)
    give_code(second, code)
    assert who(second) is None


@pytest.mark.parametrize(
    "code", ["", "000000", "abcdef", "１２３４５６", "-1", "9" * 20, "0000000000"]
)
def test_what_is_no_code_is_refused_in_words(client, root, code):
    give_password(client)
    page = give_code(client, code)
    assert page.status_code == 422
    assert "Koden passer ikke" in page.content.decode() or "Skriv koden" in page.content.decode()
    assert who(client) is None


def test_a_code_without_a_password_is_nothing(client, root):
    response = give_code(client, code_of(root))
    assert response["Location"] == "/log-ind/"
    assert who(client) is None


@pytest.mark.parametrize("happens", ["time", "password", "closed"])
def test_a_password_given_is_good_for_minutes_and_while_it_is_the_password(
    client, root, happens, monkeypatch
):
    give_password(client)
    code = code_of(root)
    if happens == "time":
        later = time.time() + 301
        monkeypatch.setattr("albertslund_it.second_factor.views.time.time", lambda: later)
    elif happens == "password":
        root.set_password("noget helt andet")
        root.save()
    else:
        User.objects.update(is_active=False)
    assert give_code(client, code)["Location"] == "/log-ind/"
    assert who(client) is None


def test_guesses_are_slowed_counted_and_told(client, root, settings):
    settings.AXES_FAILURE_LIMIT = 5
    give_password(client)
    for _ in range(4):
        give_code(client, "000000")
        TOTPDevice.objects.update(throttling_failure_timestamp=None)  # as if one had waited
    assert [mail.subject for mail in Mail.objects.all()] == [
        "Forkerte koder efter den rigtige adgangskode til glas"
    ]
    assert give_code(client, "000000").status_code == 429
    assert give_code(client, code_of(root)).status_code == 429
    assert give_password(Client()).status_code == 429
    assert who(client) is None


def test_after_a_wrong_code_the_right_one_waits(client, root):
    give_password(client)
    for _ in range(3):
        give_code(client, "000000")
    assert give_code(client, code_of(root)).status_code == 422


def test_every_use_is_told_to_it_security_and_stands_in_the_history(
    client, root, cast, client_of, caplog
):
    give_password(client)
    give_code(client, code_of(root))

    [mail] = Mail.objects.all()
    assert mail.recipients == "sikkerhed@example.dk"
    assert mail.subject == "glas er logget ind med nødadgangen"
    assert "127.0.0.1" in mail.text
    assert "127.0.0.1" in mail.html
    assert f"Second factor: used, user {root.pk}" in caplog.text
    entry = LogEntry.objects.get_for_object(root).first()
    assert entry.actor == root
    page = text(parse(client_of(cast.administrator).get(f"/brugere/{root.pk}/")))
    assert "Bruger logget ind med adgangskode og totrinskode" in page
    assert "Bruger har fået en ny totrinskode på serveren" in page


@pytest.mark.parametrize("required", [True, False])
def test_others_log_in_with_a_password_as_before(client, cast, settings, required):
    settings.SECOND_FACTOR = required
    give_password(client, cast.finance.username)
    assert who(client) == cast.finance


def test_an_administrator_without_a_code_is_not_let_in_and_told_what_to_do(client, cast, settings):
    page = give_password(client, cast.administrator.username)
    assert page.status_code == 403
    assert "manage.py break_glass" in page.content.decode()
    assert who(client) is None

    settings.SECOND_FACTOR = False
    give_password(client, cast.administrator.username)
    assert who(client) == cast.administrator


def test_who_has_set_it_up_is_asked_also_where_nobody_must(client, root, settings):
    settings.SECOND_FACTOR = False
    assert give_password(client)["Location"] == "/log-ind/kode/"


@pytest.mark.once  # asked of a process with settings of its own
def test_it_is_required_where_people_sign_on_otherwise():
    assert started("settings.SECOND_FACTOR").stdout == "False\n"
    assert started("settings.SECOND_FACTOR", SECOND_FACTOR="1").stdout == "True\n"


# --- setting it up


@pytest.fixture
def asta(cast, client_of):
    cast.administrator.desk = client_of(cast.administrator)
    return cast.administrator


def page_of(user):
    return parse(user.desk.get("/totrinskode/"))


def codes_on(response):
    return [re.sub(r"\D", "", text(one)) for one in select(parse(response), ".codes li")]


def test_a_phone_is_set_up_by_reading_a_drawing_and_answering(asta, client):
    assert "Den er ikke sat op" in text(page_of(asta))
    assert not TOTPDevice.objects.exists(), "looking writes nothing"
    asta.desk.post("/totrinskode/", {"begynd": "1"})
    page = page_of(asta)
    assert select(page, "svg.qr")
    assert "<style" not in asta.desk.get("/totrinskode/").content.decode()

    wrong = asta.desk.post("/totrinskode/", {"bekraeft": "1", "code": "000000"})
    assert wrong.status_code == 422
    assert not TOTPDevice.objects.get().confirmed
    done = asta.desk.post(
        "/totrinskode/", {"bekraeft": "1", "code": code_of(asta, confirmed=False)}
    )

    codes = codes_on(done)
    assert len(set(codes)) == 10
    assert "10 nødkoder tilbage" in text(page_of(asta))
    assert codes[0] not in asta.desk.get("/totrinskode/").content.decode(), "shown once"
    give_password(client, asta.username)
    give_code(client, codes[0])
    assert who(client) == asta


def test_another_phone_takes_the_code_of_the_old_one(asta):
    asta.desk.post("/totrinskode/", {"begynd": "1"})
    asta.desk.post("/totrinskode/", {"bekraeft": "1", "code": code_of(asta, confirmed=False)})
    old = TOTPDevice.objects.get()

    assert asta.desk.post("/totrinskode/", {"begynd": "1", "code": "000000"}).status_code == 422
    assert list(TOTPDevice.objects.all()) == [old]
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    asta.desk.post("/totrinskode/", {"begynd": "1", "code": code_of(asta, steps=1)})
    assert TOTPDevice.objects.count() == 2, "the old one works until the new one has answered"
    new = code_of(asta, confirmed=False)
    asta.desk.post("/totrinskode/", {"bekraeft": "1", "code": new})

    assert TOTPDevice.objects.get() != old


def test_new_emergency_codes_end_the_old_ones(asta):
    asta.desk.post("/totrinskode/", {"begynd": "1"})
    old = codes_on(
        asta.desk.post("/totrinskode/", {"bekraeft": "1", "code": code_of(asta, confirmed=False)})
    )
    new = codes_on(asta.desk.post("/totrinskode/", {"koder": "1", "code": old[0]}))
    assert len(new) == 10
    assert not set(old) & set(StaticToken.objects.values_list("token", flat=True))


def test_who_has_no_password_has_nothing_to_set_up(asta):
    User.objects.filter(pk=asta.pk).update(password="!")
    asta.desk.force_login(User.objects.get(pk=asta.pk))
    assert "Du har ingen adgangskode her" in text(page_of(asta))


def test_the_keys_of_phones_are_not_in_the_admin(root):
    client = Client()
    client.force_login(root)
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert client.get("/admin/otp_static/staticdevice/").status_code == 404


# --- the command


def run(*arguments, typed="", monkeypatch=None):
    out = io.StringIO()
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command("break_glass", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_makes_a_superuser_with_a_phone(monkeypatch):
    Settings.objects.update(security_mail="sikkerhed@example.dk")
    said = run("glas", "--mail=g@example.dk", typed=PASSWORD + "\n", monkeypatch=monkeypatch)
    user = User.objects.get()
    assert user.is_superuser
    assert user.check_password(PASSWORD)
    assert len(re.findall(r"^    \d{5} \d{5}$", said, re.MULTILINE)) == 10
    assert "█" in said or "▄" in said or "\x1b[" in said
    assert Mail.objects.get().subject == "Nødadgangen glas er lavet eller nulstillet"


def test_the_command_resets_and_ends_the_old_phone_and_codes(root, client):
    old = code_of(root)
    Account.objects.create(user=root, issuer="https://a", subject="1", bound_at=now())
    run("glas")
    assert TOTPDevice.objects.count() == StaticDevice.objects.count() == 1
    assert not Account.objects.exists(), "a superuser has no account of the provider's"
    give_password(client)
    give_code(client, old)
    assert who(client) is None
    assert User.objects.get().check_password(PASSWORD)


def test_the_command_is_not_for_everybody(cast, monkeypatch):
    with pytest.raises((Refused, SystemExit)):
        run(cast.finance.username)
    with pytest.raises((Refused, SystemExit)):
        run("glas", typed="123\n", monkeypatch=monkeypatch)
    assert not TOTPDevice.objects.exists()
    assert not User.objects.filter(username="glas").exists()
