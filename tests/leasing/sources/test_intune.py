"""An MDM's export: which rows are left out, which facts are taken over, what is kept."""

import io
from datetime import date
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from albertslund_it.common.errors import Refused
from inventory.models import Device, FormerSerialNumber, Placement, SeenDevice, Snapshot
from leasing.imports.importers.files import import_file
from leasing.imports.services.undoing import undo_batch
from tests import builders as make
from tests.leasing.sources.taken import WIN_10, WIN_11, machine, take

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 10)
EXPORT = (
    "\ufeffDevice ID,Device name,Last check-in,OS version,Serial number,Manufacturer,Model,"
    "Total storage,Primary user UPN,Primary user email address,Wi-Fi MAC,OS\r\n"
    "0a,ALB-PC0001,2026-07-09 22:12:33.0000000,10.0.26100.4652,PF009VXR,LENOVO,21ML003TMX,"
    "475.69,AGAH@Example.dk,,,Windows\r\n"
    "0b,ALB-PC0002,2026-07-09 06:12:33.0000000,10.0.19045.5965,pf0new01,LENOVO,20T0001JMX,,"
    "agas@example.dk,,,Windows\r\n"
    "0c,iPad,0001-01-01 00:00:00.0000000,18.5,DMPX1,Apple,iPad,,,,,iOS/iPadOS\r\n"
    '0d,VM1,7/9/2026 6:12:33 AM,10.0.26100.1,0,"VMware, Inc.","VMware7,1",,,,,Windows\r\n'
)


def take_in(rows, today=TODAY, **options):
    return take("intune", rows, today=today, **options)


def facts(serial_number="PF009VXR"):
    fields = ("last_seen", "windows_11", "ram_gb")
    return Device.objects.values_list(*fields).get(serial_number=serial_number)


def test_the_export_as_it_comes_gives_facts_and_moves_nothing(tmp_path):
    anna = make.employee("agah", "Agnete", mail="agah@example.dk")
    device = make.device("PF009VXR")
    path = Path(tmp_path, "export.csv")
    path.write_text(EXPORT, encoding="utf-8")

    with path.open("rb") as stream:
        report = import_file(
            kind="intune", stream=stream, filename="export.csv", actor=None, today=TODAY
        )

    assert facts() == (date(2026, 7, 10), True, None)  # past midnight in Copenhagen
    seen = {one.serial_number: one for one in SeenDevice.objects.all()}
    assert set(seen) == {"PF009VXR", "PF0NEW01"}
    assert seen["PF009VXR"].employee == anna
    assert seen["PF009VXR"].device == device
    assert [one.row for one in report.left_out] == [4, 5]
    assert [one.row for one in report.noted] == [3]
    told = " ".join(map(str, report.left_out))
    assert "iOS/iPadOS er ikke en pc" in told
    assert "virtuel" in told
    assert "PF0NEW01: Ikke i registeret" in " ".join(map(str, report.noted))
    assert not Placement.objects.exists()
    snapshot = Snapshot.objects.get()
    assert (snapshot.kept, snapshot.left_out, snapshot.taken_on) == (2, 2, TODAY)
    assert report.warnings == []


def test_the_same_again_in_any_order_changes_nothing():
    make.device("PF009VXR")
    rows = [machine("PF009VXR"), machine("PF000002", login="a@b.dk"), machine("PF000002", "")]
    take_in(rows)
    before = list(SeenDevice.objects.values_list())

    report = take_in(rows[::-1], today=date(2026, 7, 11))

    assert report.change_count == 0
    assert Snapshot.objects.count() == 1
    assert list(SeenDevice.objects.values_list()) == before


def test_an_older_fact_never_overrules_a_newer():
    make.device("PF009VXR", last_seen=date(2026, 7, 5), windows_11=True)
    old = machine("PF009VXR", "2026-07-04 08:00:00", version=WIN_10)

    take_in([old])
    assert facts() == (date(2026, 7, 5), True, None)
    take_in([machine("PF009VXR", "2026-07-06 08:00:00", version=WIN_10)])
    assert facts() == (date(2026, 7, 6), False, None)


def test_an_older_export_is_kept_and_does_not_become_the_newest():
    newer = [machine("PF009VXR", "2026-07-09 08:00:00")]
    take_in(newer)

    take_in([machine("PF009VXR", "2026-07-01 08:00:00")])

    days = Snapshot.objects.values_list("taken_on", "is_latest")
    assert sorted(days) == [(date(2026, 7, 1), False), (TODAY, True)]


def test_what_the_register_lacks_is_filled_in_even_by_what_was_never_seen():
    make.device("PF009VXR")
    headings = ("Serial number", "OS version", "Last check-in", "Physical memory")
    take_in([("PF009VXR", WIN_10, "0001-01-01 00:00:00", "15.7 GB")], headings=headings)
    assert facts() == (None, False, 16)


def test_a_clock_that_is_ahead_says_nothing():
    make.device("PF009VXR")
    report = take_in([machine("PF009VXR", "2031-01-01 00:00:00")])
    assert facts()[0] is None
    assert "fremtiden" in report.warnings[0]
    assert Snapshot.objects.get().newest_at is None


def test_a_machine_enrolled_twice_is_as_it_was_seen_last():
    make.device("PF009VXR")
    take_in(
        [machine("PF009VXR", "2026-07-01 08:00:00"), machine("PF009VXR", "2026-07-08 08:00:00")]
    )
    assert facts()[0] == date(2026, 7, 8)
    assert SeenDevice.objects.get().last_seen == date(2026, 7, 8)


def test_a_number_that_the_device_had_before_is_the_device():
    device = make.device("PF009VXR")
    FormerSerialNumber.objects.create(device=device, serial_number="PF0OLD01")
    take_in([machine("PF0OLD01")])
    assert SeenDevice.objects.get().serial_number == "PF009VXR"
    assert facts()[0] == date(2026, 3, 10)


def test_people_are_found_by_mail_in_any_case_and_never_guessed():
    anna = make.employee("anbe", "Anna", mail="Anna.Berg@Example.dk")
    bo = make.employee("bobo", "Bo", mail="")
    make.employee("x1", "To", mail="faelles@example.dk")
    make.employee("x2", "Tre", mail="FAELLES@example.dk")
    rows = [
        machine("PF000001", login="ANNA.BERG@example.dk"),
        machine("PF000002", login="bobo@example.dk"),
        machine("PF000003", login="faelles@example.dk"),
        machine("PF000004", login="bobo@andre.dk"),
    ]
    take_in(rows)
    who = dict(SeenDevice.objects.values_list("device_id", "employee"))
    assert who == {"PF000001": anna.pk, "PF000002": bo.pk, "PF000003": None, "PF000004": None}


def test_few_snapshots_are_kept_and_an_export_of_part_is_warned_of():
    rows = [machine(f"PF00000{n}") for n in range(6)]
    for day in range(1, 6):
        take_in([machine("PF000009", f"2026-07-0{day} 08:00:00"), *rows], today=date(2026, 7, day))
    assert Snapshot.objects.count() == 3
    assert SeenDevice.objects.count() == 3 * 7
    assert Snapshot.objects.get(is_latest=True).taken_on == date(2026, 7, 5)
    report = take_in([machine("PF000001", "2026-07-06 08:00:00")], today=date(2026, 7, 6))
    assert "udsnit" in report.warnings[0]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([machine("0"), machine("DMPX1", system="iOS")], "ingen rækker"),
        ([machine("PF000001", "i går")], "række 2"),
    ],
)
def test_what_cannot_be_a_snapshot_is_refused_whole(rows, reason):
    make.device("PF000001")
    with pytest.raises(Refused, match=reason):
        take_in(rows)
    assert not Snapshot.objects.exists()


def test_the_day_may_be_said_and_is_one_day():
    headings = ("Serial number", "Udtrukket")
    take_in([("PF000001", "08-07-2026")], headings=headings)
    assert Snapshot.objects.get().taken_on == date(2026, 7, 8)
    with pytest.raises(Refused, match="én dag"):
        take_in([("PF000001", "08-07-2026"), ("PF000002", "07-07-2026")], headings=headings)
    with pytest.raises(Refused, match="ikke sket"):
        take_in([("PF000001", "11-07-2026")], headings=headings)


def test_no_history_tells_when_a_device_was_seen_or_who_used_it():
    make.employee("anbe", "Anna", mail="anna@example.dk")
    make.device("PF009VXR")
    LogEntry.objects.all().delete()
    take_in([machine("PF009VXR", "2026-07-09 08:00:00", "anna@example.dk")])
    told = "".join(str(one.changes) for one in LogEntry.objects.all())
    assert "windows_11" in told
    assert "last_seen" not in told
    assert "anna" not in told


def test_an_undone_import_leaves_the_snapshot_before_and_its_facts(django_user_model):
    user = django_user_model.objects.create_user("hjalte", is_superuser=True)
    make.device("PF009VXR")
    now = timezone.now()

    def import_at(moment, version):
        rows = f"Serial number,Last check-in,OS version\nPF009VXR,{moment},{version}\n"
        return import_file(
            kind="intune",
            stream=io.BytesIO(rows.encode()),
            filename="eksport.csv",
            actor=user,
            today=TODAY,
            now=now,
        )

    import_at("2026-07-08 08:00:00", WIN_10)
    before = list(SeenDevice.objects.values_list())
    report = import_at("2026-07-09 08:00:00", WIN_11)
    assert facts() == (date(2026, 7, 9), True, None)

    undo_batch(number=report.batch.pk, actor=user, now=now)

    assert facts() == (date(2026, 7, 8), False, None)
    assert list(SeenDevice.objects.values_list()) == before
    assert Snapshot.objects.get().is_latest
