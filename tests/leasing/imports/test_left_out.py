"""Rows of another system's export that are none of our business: told, and no fault."""

from dataclasses import dataclass, replace

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from albertslund_it.common.permissions import IMPORT_INVENTORY
from albertslund_it.web.database.bulk import Changes
from inventory.imports.importers.columns import SERIAL_NUMBER
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer
from inventory.models import Device
from leasing.imports.importers import kinds

CONTENT = "Serial number,OS,Jailbroken,Wi-Fi MAC\nPF0A1B2C,Windows,,\nDMPX1234,iOS/iPadOS,,\n"


@dataclass(frozen=True)
class Seen:
    serial_number: str
    system: str = ""
    row: int | None = None


def save(*, rows, actor, today, errors):
    changes = Changes((Device,))
    for one in rows:
        if one.system != "Windows":
            changes.leave_out(one.row, one.serial_number, f"{one.system} er ikke en pc")
    return changes


@pytest.fixture
def kind(monkeypatch, db):
    importer = Importer(
        kind="seen",
        label="Set",
        help="",
        permission=IMPORT_INVENTORY,
        columns=(
            replace(SERIAL_NUMBER, also=("Serial number",)),
            FileColumn("Styresystem", "system", also=("OS",)),
        ),
        make=Seen,
        save=save,
        takes_any_heading=True,
    )
    monkeypatch.setitem(kinds.KINDS, "seen", importer)


def test_the_command_says_which_rows_are_left_out_and_why(kind, tmp_path, capsys):
    path = tmp_path / "eksport.csv"
    path.write_text(CONTENT)

    call_command("import_data", "seen", str(path), "--dry-run")

    out = capsys.readouterr()
    assert "Udeladt: række 3: DMPX1234: iOS/iPadOS er ikke en pc" in out.out
    assert "1 række udeladt" in out.out
    assert out.err == ""  # nothing of the headings that it does not read


def test_so_does_the_page(kind, client, django_user_model):
    user = django_user_model.objects.create_user("helpdesk", password="x")
    user.user_permissions.add(Permission.objects.get(codename=IMPORT_INVENTORY.split(".")[1]))
    client.force_login(user)

    page = client.post(
        "/indlaes/seen/", {"file": SimpleUploadedFile("eksport.csv", CONTENT.encode())}
    )

    assert "DMPX1234" in page.content.decode()
    assert "iOS/iPadOS er ikke en pc" in page.content.decode()
    assert "kendes ikke" not in page.content.decode()
