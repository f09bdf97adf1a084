"""What is too large, lies about itself, or lies on the disk for others to read."""

import io
import os
import subprocess
import sys
import zipfile

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from albertslund_it.common.files.kept import LONGEST_NAME, check_file
from albertslund_it.web.forms import uploads
from leasing.kept_files.views import as_download
from leasing.models import KeptFile
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


class TestTiming:
    """Nobody learns who has a login by how long a refusal takes; tests/benchmarks has the clock."""

    @pytest.mark.parametrize("username", ["hjalte", "findes-ikke", "", "x" * 150])
    def test_the_password_is_worked_out_once_whoever_it_is(self, cast, rf, monkeypatch, username):
        assert cast.helpdesk.username == "hjalte"
        count, original = [], MD5PasswordHasher.encode

        def encode(self, *args):
            count.append(args)
            return original(self, *args)

        monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
        assert authenticate(rf.post("/log-ind/"), username=username, password="forkert") is None
        assert len(count) == 1

    def test_a_closed_user_is_refused_like_one_who_is_not_there(self, cast):
        cast.helpdesk.is_active = False
        cast.helpdesk.save()
        pages = [
            Client().post("/log-ind/", {"username": name, "password": PASSWORD}).content.decode()
            for name in (cast.helpdesk.username, "ukendte")
        ]
        assert all("Brugernavn og adgangskode passer ikke" in page for page in pages)


class TestFloods:
    """Each is answered at once with a page, and costs no more than it should."""

    @pytest.mark.parametrize(
        ("fields", "statuses"),
        [
            ({f"f{n}": "x" for n in range(1001)}, {400}),
            ({"q": "x" * 6_000_000}, {400, 413}),
            ({"raekke": ["1"] * 1001}, {400}),
        ],
    )
    def test_a_form_that_is_too_large_is_refused(self, cast, client_of, fields, statuses):
        response = client_of(cast.helpdesk).post("/bestillinger/ny/", fields)
        assert response.status_code in statuses
        assert "<h1" in response.content.decode()

    @pytest.mark.parametrize(
        "where",
        [
            "/udstyr/?q=" + "a" * 30_000,
            "/udstyr/?" + "&".join(f"kolonne=k{n}" for n in range(900)),
            "/soeg/?q=" + "a+" * 5_000,
            "/" + "a/" * 5_000,
            "/udstyr/?" + "q=1&" * 900,
        ],
    )
    def test_an_address_of_any_length_is_answered(self, cast, client_of, where):
        assert client_of(cast.helpdesk).get(where).status_code in {200, 400, 404, 414}

    def test_cookies_of_any_size_are_no_more_than_unknown(self, cast):
        client = Client()
        for name in (django_settings.SESSION_COOKIE_NAME, "messages", "csrftoken", "x" * 4000):
            client.cookies[name] = "{" * 60_000
        assert client.get("/log-ind/").status_code == 200
        assert client.get("/udstyr/").status_code == 302

    def test_json_within_json_without_end_is_refused(self, cast, client_of):
        deep = "[" * 100_000 + "]" * 100_000
        response = client_of(cast.helpdesk).post(
            "/bestillinger/ny/", deep, content_type="application/json"
        )
        assert response.status_code < 500

    def test_parts_without_end_are_refused(self, cast, client_of):
        body = "".join(
            f'--x\r\nContent-Disposition: form-data; name="f{n}"; filename="a.csv"\r\n\r\na\r\n'
            for n in range(200)
        )
        response = client_of(cast.helpdesk).post(
            "/indlaes/units/", body + "--x--\r\n", content_type="multipart/form-data; boundary=x"
        )
        assert response.status_code == 400


NAMES = [
    "../../etc/passwd.pdf",
    "..\\..\\windows\\a.pdf",
    "/etc/passwd.pdf",
    "C:\\a.pdf",
    "a\r\nSet-Cookie: ond=1.pdf",
    "a\0.pdf",
    'a".pdf',
    "a;filename=b.exe.pdf",
    "\u202efdp.exe.pdf",
    "a" * 300 + ".pdf",
    "æøå.pdf",
    ".pdf",
    "",
]


class TestNames:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_name_of_a_file_leads_nowhere_and_stays_in_its_header(self, name):
        file = check_file(name, b"%PDF-1.7 x")
        assert not {"/", "\\", "\r", "\n", "\0", '"', ";", "\u202e"} & set(file.name)
        assert file.name.endswith(".pdf")
        assert 0 < len(file.name) <= LONGEST_NAME
        assert not file.name.startswith("..")
        kept = KeptFile(data=file.data, sha256=file.sha256, content_type=file.content_type)
        answer = as_download(file.name, kept)
        said = answer["Content-Disposition"]
        assert said.startswith("attachment")
        assert not {"\r", "\n", "\0"} & set(said)
        assert "sandbox" in answer["Content-Security-Policy"]

    @pytest.mark.parametrize("data", [b"<html><script>x", b"MZ" + bytes(60), b"#!/bin/sh\n", b""])
    def test_a_file_that_only_says_it_is_of_a_kind_is_refused(self, data):
        for name in NAMES:
            with pytest.raises(ValueError, match=r"hverken|tom"):
                check_file(name, data)

    def test_a_token_of_somebody_elses_file_finds_nothing(self, cast):
        token = uploads.keep(cast.helpdesk, SimpleUploadedFile("a.csv", b"a;b\n"))
        try:
            assert uploads.kept(cast.finance, token) is None
            for other in (f"../{token}", f"{token}/../{token}", f"{token}\0", token.upper(), "*"):
                assert uploads.kept(cast.helpdesk, other) is None or other == token
        finally:
            uploads.forget(cast.helpdesk, token)


class TestPermissions:
    @pytest.mark.once
    def test_a_database_is_for_its_owner_alone(self, tmp_path):
        """With the widest of umasks, and a file that others could read before."""
        path = tmp_path / "db.sqlite3"
        code = (
            "import os, sys; os.umask(0); path = sys.argv[1]; open(path, 'w').close();"
            "import django; django.setup();"
            "from django.db import connection as c; cursor = c.cursor();"
            "cursor.execute('CREATE TABLE a (b)'); cursor.execute('INSERT INTO a VALUES (1)');"
            "print([os.stat(path + one).st_mode & 0o777 for one in ('', '-wal', '-shm')])"
        )
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, str(path)],
            cwd=django_settings.BASE_DIR,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
            | {
                "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
                "DATABASE_URL": f"sqlite:///{path}",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout.strip() == str([0o600] * 3), done.stderr


def bomb(megabytes):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(megabytes * 1024 * 1024))
    return stream.getvalue()


def test_a_bomb_that_is_sent_to_a_page_is_refused_with_a_page(cast, client_of):
    """The readers are tried in tests/common/files; here the whole way, with what is kept after."""
    upload = SimpleUploadedFile("a.xlsx", bomb(60))
    response = client_of(cast.helpdesk).post("/indlaes/units/", {"file": upload})
    assert response.status_code in (200, 422)
    assert "<h1" in response.content.decode()
    assert not KeptFile.objects.exists()
