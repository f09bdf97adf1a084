"""The archive of a closed quarter, checked as an auditor does: without us."""

import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from leasing.billing.services import closing
from leasing.models import BillingRun
from leasing.rebilling.exports import archive as archiving
from leasing.rebilling.exports.files import archive_run
from tests import builders as make
from tests.leasing.closed import close, town
from tests.leasing.pages import read

pytestmark = pytest.mark.django_db
LATER = date(2026, 7, 8)
NAMES = ["LAES-MIG.txt", "verify.py", "koersel.csv", "opgoerelser.csv", "linjer.csv", "SHA256SUMS"]


@pytest.fixture(params=[1, 2])
def version(request, monkeypatch):
    monkeypatch.setattr(closing, "CURRENT_VERSION", request.param)
    return request.param


@pytest.fixture
def runs(version):
    """Close two quarters whose texts hold all that CSV has signs for."""
    units = town()
    make.charge(units.nursery, 5, text='a;"b"\r\nc\rd\n=1+1')
    close()
    close("2026Q2", LATER)
    return list(BillingRun.objects.order_by("id"))


def archive(run):
    stream = io.BytesIO()
    archive_run(run=run, stream=stream)
    return stream.getvalue()


def unpacked(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def check(folder, *arguments):
    """Run the archive's own program, in its folder, with nothing of ours to be found."""
    return subprocess.run(
        [sys.executable, "-I", "verify.py", *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        env={"PATH": "", "PYTHONUTF8": "1"},
    )


def test_it_is_checked_in_an_empty_folder_with_the_standard_library_alone(runs, version, tmp_path):
    for run in runs:
        folder = unpacked(archive(run), tmp_path / run.code)
        assert sorted(file.name for file in folder.iterdir()) == sorted(NAMES)
        done = check(folder)
        assert (done.returncode, done.stderr) == (0, b"")
        said = done.stdout.decode()
        assert f"{run.code}: alt stemmer, {run.line_count} linjer, {run.total_ore} øre" in said
        assert run.digest in said
        assert (run.previous_digest or "(den første)") in said
        assert (folder / "koersel.csv").read_text().splitlines()[1] == f"Udgave;{version}"


FORMULAS = ("=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", "'=1", "''")


def test_a_text_that_begins_as_a_formula_is_none_in_a_spreadsheet_and_checked_as_it_is(tmp_path):
    make.cost_holder()
    unit = make.unit("1001", "=1+1")
    for number, text in enumerate(FORMULAS):
        make.charge(unit, 100 + number, text=text)
    run = close()
    folder = unpacked(archive(run), tmp_path)
    rows = [row for name in NAMES if name.endswith(".csv") for row in rows_of(folder / name)]
    said = {cell for row in rows for cell in row if cell[1:] in FORMULAS}
    assert said == {f"'{text}" for text in FORMULAS}
    assert not [
        cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))
    ]
    assert check(folder).returncode == 0


def test_an_archive_of_before_the_apostrophes_is_read_as_it_was_written(tmp_path, monkeypatch):
    make.cost_holder()
    make.charge(make.unit("1001"), 100, text="'s-Gravenhage")
    run = close()
    monkeypatch.setattr(archiving, "_as_text", lambda cell: cell)
    monkeypatch.setattr(archiving.archive_verify, "HAS_APOSTROPHES", ["Ingen", "nej"])
    folder = unpacked(archive(run), tmp_path)
    assert "'s-Gravenhage" in (folder / "linjer.csv").read_text()
    assert check(folder).returncode == 0


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_the_rules_stand_in_it_in_words(runs, tmp_path):
    words = (unpacked(archive(runs[0]), tmp_path) / "LAES-MIG.txt").read_text()
    assert all(word in words for word in ("SHA-256", "U+001E", "U+001F", "Udgave 1", "Udgave 2"))


@pytest.mark.parametrize("name", NAMES)
def test_one_byte_changed_in_any_file_is_noticed(runs, tmp_path, name):
    folder = unpacked(archive(runs[1]), tmp_path)
    file = folder / name
    data = bytearray(file.read_bytes())
    if name == "verify.py":
        data.append(10)  # a line more at its end
    else:
        data[-5] ^= 1
    file.write_bytes(data)
    assert check(folder).returncode == 1


def put(folder, name, before, after):
    file = folder / name
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after, 1))


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("linjer.csv", "Ærtebjerg", "Andebjerg", "Kontrolsummen passer ikke"),
        ("linjer.csv", "34941", "34942", "passer ikke med sine linjer"),
        ("opgoerelser.csv", "Rikke", "Mikke", ""),
        ("opgoerelser.csv", "Miljø & Teknik", "Miljø & Vej", "passer ikke med sine linjer"),
        ("koersel.csv", "Oda Lund", "Ida Lund", "Kontrolsummen passer ikke"),
        ("koersel.csv", "Kontrolsum;", "Kontrolsum;0", "Kontrolsummen passer ikke"),
    ],
)
def test_who_makes_the_checksums_again_does_not_get_past_the_seal(
    runs, version, tmp_path, name, before, after, told
):
    folder = unpacked(archive(runs[0]), tmp_path)
    old = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    with (folder / name).open(newline="") as file:
        text = file.read()
    assert before in text
    (folder / name).write_bytes(text.replace(before, after, 1).encode())
    put(folder, "SHA256SUMS", old, hashlib.sha256((folder / name).read_bytes()).hexdigest())
    done = check(folder)
    # The first version's seal has no heads in it; the archive says so.
    if after == "Mikke" and version == 1:
        assert done.returncode == 0
    else:
        assert done.returncode == 1
        assert told in done.stderr.decode()


def test_the_chain_between_archives(runs, tmp_path):
    for run in runs:
        (tmp_path / f"{run.code}.zip").write_bytes(archive(run))
    unpacked(archive(runs[1]), tmp_path)
    assert check(tmp_path, "2026Q1.zip", "2026Q2.zip").returncode == 0
    done = check(tmp_path, "2026Q2.zip", "2026Q1.zip")
    assert done.returncode == 1
    assert "2026Q1: Kæden er brudt" in done.stderr.decode()


def test_the_same_run_gives_the_same_bytes(runs):
    assert archive(runs[0]) == archive(BillingRun.objects.get(code="2026Q1"))


def test_what_is_no_archive_ends_in_a_sentence(runs, tmp_path):
    unpacked(archive(runs[0]), tmp_path)
    (tmp_path / "linjer.csv").unlink()
    done = check(tmp_path)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert check(tmp_path, "findes-ikke.zip").returncode == 1


def test_lines_are_read_in_pieces(runs, django_assert_num_queries):
    with django_assert_num_queries(2 if connection.vendor == "sqlite" else 3, exact=False):
        archive(runs[0])


class TestCommand:
    def test_it_writes_a_new_file_and_says_its_digest(self, tmp_path, capsys):
        town()
        run = close()
        path = tmp_path / "2026Q1.zip"
        call_command("export_archive", "2026Q1", str(path))
        assert path.read_bytes() == archive(run)
        assert run.digest in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("code", "file", "told"),
        [
            ("2026Q2", "x.zip", "Der er ingen godkendt og låst kørsel »2026Q2«. Låst er: 2026Q1."),
            ("vrøvl", "x.zip", "Der er ingen godkendt og låst kørsel »vrøvl«"),
            ("2026Q1", "x.tar", "skal ende på .zip"),
            ("2026Q1", "there.zip", "kan ikke skrives: den findes allerede"),
            ("2026Q1", "folder.zip", "kan ikke skrives: der er allerede en mappe"),
            ("2026Q1", "missing/x.zip", "kan ikke skrives: mappen findes ikke"),
        ],
    )
    def test_it_refuses_in_a_sentence(self, tmp_path, capsys, code, file, told):
        town()
        close()
        (tmp_path / "there.zip").write_bytes(b"x")
        (tmp_path / "folder.zip").mkdir()
        with pytest.raises(SystemExit) as stopped:
            call_command("export_archive", code, str(tmp_path / file))
        assert stopped.value.code == 1
        assert told in capsys.readouterr().err
        assert (tmp_path / "there.zip").read_bytes() == b"x"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.zip", "there.zip"]

    def test_before_the_first_closing(self, tmp_path, capsys):
        with pytest.raises(SystemExit):
            call_command("export_archive", "2026Q1", str(tmp_path / "x.zip"))
        assert "Ingen kvartaler er låst endnu" in capsys.readouterr().err


class TestPage:
    def test_finance_and_auditors_take_it_from_the_closed_quarter(self, cast, client_of, settings):
        settings.TODAY = LATER
        town()
        run = close()
        url = reverse("quarter-archive", args=["2026Q1"])
        for user in (cast.finance, cast.auditor):
            client = client_of(user)
            page = read(client, reverse("quarter-detail", args=["2026Q1"]))
            assert page.xpath(f"//a[@href='{url}']")
            response = client.get(url)
            assert response["Content-Disposition"] == 'attachment; filename="arkiv-2026Q1.zip"'
            assert b"".join(response.streaming_content) == archive(run)
        assert client_of(cast.helpdesk).get(url).status_code == 403
        assert client_of(cast.finance).get(url.replace("Q1", "Q3")).status_code == 404
