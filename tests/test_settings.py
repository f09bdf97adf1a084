"""Settings come from the environment, and a server that others use is closed from the start."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from albertslund_it.common.errors import Refused
from albertslund_it.common.urls import parse_database_url, parse_email_url
from albertslund_it.web.static_files import refuse_uncollected_files
from tests.cast import PASSWORD

ROOT = django_settings.BASE_DIR
ABOUT_US = (
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "REPLICA_DATABASE_URL",
    "EMAIL_URL",
    "TODAY",
    "TRUSTED_PROXIES",
)


def started(expression, before="", **environment):
    """Start Python with these settings and nothing else of ours; give what an expression prints."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ABOUT_US and not name.startswith(("OIDC_", "SECURE_"))
    }
    code = (
        f"{before}\nimport django; django.setup(); from django.conf import settings\n"
        f"print({expression})"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "albertslund_it.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestTheEnvironment:
    def test_without_any_it_is_a_local_run_on_sqlite(self):
        said = started(
            "settings.DEBUG, settings.ALLOWED_HOSTS, settings.DATABASES['default'],"
            "settings.DEFAULT_FROM_EMAIL",
            DEFAULT_FROM_EMAIL="",  # as compose.yaml sets what nobody has written
        )
        assert said.stdout.startswith("True ['localhost', '127.0.0.1', '[::1]']"), said.stderr
        assert "db.sqlite3" in said.stdout
        assert "IMMEDIATE" in said.stdout
        assert said.stdout.endswith("pc-leasing@localhost\n")

    def test_a_server_without_a_key_does_not_start(self):
        said = started("1", DEBUG="0")
        assert said.returncode == 1
        assert "SECRET_KEY mangler" in said.stderr

    def test_a_key_turns_debugging_off_and_https_on(self):
        said = started(
            "settings.DEBUG, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE,"
            "settings.CSRF_COOKIE_SECURE, settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS",
            SECRET_KEY="x" * 50,
            ALLOWED_HOSTS="pc.albertslund.dk,.intern.dk",
        )
        assert said.stdout.split(" ", 4)[:4] == ["False", "True", "True", "True"], said.stderr
        assert "['pc.albertslund.dk', '.intern.dk']" in said.stdout
        assert "['https://pc.albertslund.dk', 'https://intern.dk']" in said.stdout

    def test_today_can_be_fixed_for_training(self):
        said = started("settings.TODAY", TODAY="2026-03-11")
        assert said.stdout == "2026-03-11\n"

    def test_sign_on_is_off_until_a_provider_is_named_and_refuses_half_of_one(self):
        assert started("settings.OIDC_ENABLED").stdout == "False\n"
        said = started("1", OIDC_RP_CLIENT_ID="pc-leasing")
        assert said.returncode == 1
        assert "mangler OIDC_RP_CLIENT_SECRET, OIDC_OP_ISSUER" in said.stderr

    def test_a_named_provider_opens_the_way_there(self):
        said = started(
            "__import__('django.urls').urls.reverse('oidc_authentication_init'),"
            "next(one for one in settings.AUTHENTICATION_BACKENDS if 'Rights' not in one),"
            "settings.OIDC_OP_ISSUER",
            OIDC_OP_ISSUER="https://login.example.dk",
            **{f"OIDC_RP_{name}": "x" for name in ("CLIENT_ID", "CLIENT_SECRET")},
            **{
                f"OIDC_OP_{name}_ENDPOINT": f"https://login.example.dk/{name}"
                for name in ("AUTHORIZATION", "TOKEN", "USER", "JWKS")
            },
        )
        assert said.stdout == (
            "/konto/log-ind/ albertslund_it.sign_on.accounts.CommonAccount https://login.example.dk\n"
        ), said.stderr


class TestTheStart:
    """A server starts with the files of its pages, or says how to get them."""

    LOCAL = "django.contrib.staticfiles.storage.StaticFilesStorage"
    SERVER = "whitenoise.storage.CompressedManifestStaticFilesStorage"

    @pytest.fixture
    def collect(self, settings, tmp_path):
        """Return a function that collects files with a storage, for a server to find."""
        settings.STATIC_ROOT = str(tmp_path)

        def collect(backend):
            settings.STORAGES = {"staticfiles": {"BACKEND": backend}}
            call_command("collectstatic", interactive=False, verbosity=0)
            settings.STORAGES = {"staticfiles": {"BACKEND": self.SERVER}}

        return collect

    def test_without_them_it_stops_and_says_so(self, tmp_path):
        said = started(
            "__import__('albertslund_it.wsgi')",
            before=f"from albertslund_it import settings; settings.STATIC_ROOT = {str(tmp_path)!r}",
            SECRET_KEY="x" * 50,
            ALLOWED_HOSTS="localhost",
        )
        assert said.returncode == 1
        assert "ikke samlet til en server" in said.stderr
        assert "collectstatic --noinput« med den samme SECRET_KEY" in said.stderr

    def test_those_collected_without_the_key_are_no_help(self, collect):
        collect(self.LOCAL)
        with pytest.raises(Refused, match="ikke samlet til en server"):
            refuse_uncollected_files()

    def test_those_collected_with_the_key_are_enough_until_one_more_comes(self, collect, tmp_path):
        collect(self.SERVER)
        refuse_uncollected_files()

        manifest = tmp_path / "staticfiles.json"
        listed = json.loads(manifest.read_text())
        new = next(path for path in listed["paths"] if path.endswith(".css"))
        del listed["paths"][new]
        manifest.write_text(json.dumps(listed))
        staticfiles_storage.hashed_files = staticfiles_storage.load_manifest()[0]
        with pytest.raises(Refused, match=f"1 af .* fx {new}"):
            refuse_uncollected_files()

    def test_a_local_run_needs_none(self, settings, tmp_path):
        settings.STATIC_ROOT = str(tmp_path)
        refuse_uncollected_files()


class TestDatabaseUrl:
    def test_postgresql(self, tmp_path):
        setting = parse_database_url(
            "postgresql://leasing:h%40mmer%2F@db.intern:5433/pc?sslmode=require", tmp_path / "x"
        )
        assert setting["ENGINE"] == "django.db.backends.postgresql"
        assert [setting[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
            "pc",
            "leasing",
            "h@mmer/",
            "db.intern",
            "5433",
        ]
        assert setting["OPTIONS"] == {
            "connect_timeout": "5",
            "options": "-c jit=off",
            "sslmode": "require",
        }

    def test_a_database_on_several_machines_is_asked_one_after_the_other(self):
        url = "postgresql://pc:h%2Cm@db1:5433,db2/pc?target_session_attrs=read-write"
        setting = parse_database_url(url, "x")
        named = [setting[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]
        assert named == ["pc", "pc", "h,m", "db1,db2", "5433,"]
        assert setting["OPTIONS"]["target_session_attrs"] == "read-write"
        with pytest.raises(ValueError, match="porten skal være et tal") as refused:
            parse_database_url("postgresql://pc:hemmelig@db1:5433,db2:x/pc", "x")
        assert "hemmelig" not in str(refused.value)

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("", "/data/db.sqlite3"),
            ("sqlite:///pc.sqlite3", "pc.sqlite3"),
            ("sqlite:////var/lib/pc%20leasing.sqlite3", "/var/lib/pc leasing.sqlite3"),
        ],
    )
    def test_sqlite(self, url, name):
        assert str(parse_database_url(url, "/data/db.sqlite3")["NAME"]) == name

    def test_a_replica_is_postgresql_as_the_database_is(self):
        url = "postgresql://pc@db1/pc"
        said = started(
            "settings.DATABASES['replica']['HOST'], settings.DATABASE_ROUTERS",
            DATABASE_URL=url,
            REPLICA_DATABASE_URL="postgresql://pc@db2/pc",
        )
        assert "db2" in said.stdout, said.stderr
        assert "ReplicaRouter" in said.stdout
        said = started("1", REPLICA_DATABASE_URL=url)
        assert "REPLICA_DATABASE_URL er for PostgreSQL" in said.stderr

    def test_anything_else_is_refused(self):
        with pytest.raises(ValueError, match="DATABASE_URL skal begynde med"):
            parse_database_url("mysql://db/pc", "x")

    @pytest.mark.skipif(
        django_settings.DATABASES["default"]["ENGINE"].endswith("postgresql"),
        reason="these are promises about SQLite",
    )
    def test_sqlite_is_set_up_for_several_people(self, transactional_db):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
            cursor.execute("PRAGMA foreign_keys")
            assert cursor.fetchone() == (1,)


class TestEmailUrl:
    def test_nothing_means_the_console(self):
        assert parse_email_url("")["backend"].endswith("console.EmailBackend")

    def test_smtp_with_tls_and_a_password(self):
        setting = parse_email_url("smtp://pc:h%40mmer@mail.intern:587?tls=1")
        assert setting == {
            "backend": "django.core.mail.backends.smtp.EmailBackend",
            "host": "mail.intern",
            "port": 587,
            "user": "pc",
            "password": "h@mmer",
            "tls": True,
            "ssl": False,
        }

    def test_smtps_has_its_own_port(self):
        setting = parse_email_url("smtps://mail.intern")
        assert (setting["port"], setting["ssl"], setting["tls"]) == (465, True, False)


class TestWhatABrowserIsTold:
    def test_no_page_has_script_or_style_of_its_own(self, client, db):
        page = client.get("/log-ind/").content.decode()
        assert "<style" not in page
        assert " style=" not in page
        scripts = re.findall(r"<script[^>]*>", page)
        assert scripts
        assert all(" src=" in script for script in scripts)

    def test_everything_is_closed_until_it_is_opened(self, client, db):
        response = client.get("/admin/auth/user/")
        assert response.status_code == 302
        assert response["Location"].startswith("/log-ind/?next=/admin/auth/user/")


class TestTooManyWrongPasswords:
    @pytest.fixture
    def user(self, db):
        return User.objects.create_user("anbe", "anbe@example.dk", PASSWORD)

    def attempt(self, client, password, username="anbe"):
        return client.post("/log-ind/", {"username": username, "password": password})

    def test_the_tenth_locks_that_user_from_that_place_for_a_quarter_of_an_hour(self, client, user):
        for _ in range(9):
            assert self.attempt(client, "forkert").status_code == 200
        locked = self.attempt(client, "forkert")

        assert locked.status_code == 429
        assert "Prøv igen kl. " in locked.content.decode()
        assert self.attempt(client, PASSWORD).status_code == 429
        assert "_auth_user_id" not in client.session

    def test_others_still_get_in(self, client, user, settings):
        settings.LOGIN_REDIRECT_URL = "/"
        User.objects.create_user("bo", "bo@example.dk", PASSWORD)
        for _ in range(10):
            self.attempt(client, "forkert")

        assert self.attempt(client, PASSWORD, username="bo").status_code == 302
