"""What is kept beside the register is forgotten too: former names, other sources, files, acts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType

from inventory.models import (
    Act,
    ActRows,
    DirectoryPerson,
    Employee,
    EmployeeAlias,
    SeenDevice,
    Snapshot,
)
from leasing.models import (
    AcceptedFinding,
    ImportBatch,
    KeptFile,
    Reorganisation,
    ReorganisationStep,
    WaitingRow,
)
from leasing.people.services.merging import merge_people
from leasing.retention.services.anonymise import anonymise
from leasing.supplier.services.files import attach_file
from tests import builders as make
from tests.leasing.retention.test_anonymise import OLD, TODAY, everything, gone
from tests.leasing.supplier.world import invoice as supplier_invoice

pytestmark = pytest.mark.django_db
NEW = datetime(2032, 5, 29, 8, tzinfo=UTC)  # three days before today


def test_the_row_that_was_merged_is_forgotten_with_the_person_however_late_it_was():
    make.cost_holder()
    person = gone()
    again = make.employee(
        "ab", "Anna Bæk Lund", mail="Anna.Lund@example.dk", left_on=date(2027, 1, 1)
    )
    merge_people(kept_id=person.pk, gone_id=again.pk, actor=None, today=date(2032, 5, 29))
    LogEntry.objects.update(timestamp=NEW)
    secrets = ("Lund", "anna.lund", '"AB"', "'AB'")
    assert all(
        any(secret in everything() for secret in pair)
        for pair in (secrets[:1], secrets[1:2], secrets[2:])
    )
    anonymise(today=TODAY)
    assert not EmployeeAlias.objects.exists()
    assert [secret for secret in secrets if secret in everything()] == []
    assert not anonymise(today=TODAY)


@pytest.mark.parametrize(
    ("made_at", "left_on", "goes"),
    [(NEW, date(2027, 6, 1), True), (OLD, None, True), (NEW, None, False)],
)
def test_other_sources_forget_people_who_go_and_what_is_old(made_at, left_on, goes):
    make.cost_holder()
    person = gone(left_on=left_on)
    snapshot = Snapshot.objects.create(
        source="intune", taken_on=TODAY, made_at=made_at, kept=1, left_out=0
    )
    common = {"snapshot": snapshot, "employee": person}
    DirectoryPerson.objects.create(login="anbe@example.dk", name="Anna Bæk", **common)
    SeenDevice.objects.create(
        device_id="PF000001", login="anbe@example.dk", name="PC-ANBE", last_seen=TODAY, **common
    )
    anonymise(today=TODAY)
    seen = SeenDevice.objects.get()
    assert DirectoryPerson.objects.exists() == (not goes)
    assert (seen.login, seen.name, seen.employee) == (
        ("", "", None) if goes else ("anbe@example.dk", "PC-ANBE", person)
    )
    assert seen.last_seen == TODAY
    assert not anonymise(today=TODAY)


def batch(made_at, data):
    file = KeptFile.objects.create(sha256=data, content_type="text/csv", size=4, data=b"Anna")
    made = ImportBatch.objects.create(
        kind="employees",
        name="Anna.csv",
        sha256=data,
        file=file,
        made_at=made_at,
        made_by="Hjalte",
        row_count=1,
    )
    WaitingRow.objects.create(batch=made, number=2, cells=["Anna"], reason="Enhed mangler")
    return made


def test_a_file_that_was_taken_in_goes_by_its_age_and_a_voucher_stays():
    old, new = batch(OLD, "1"), batch(NEW, "2")
    attached = attach_file(
        invoice_id=supplier_invoice("4711", ("PF000001", "349,41")).pk,
        name="a.pdf",
        data=b"%PDF-",
        actor=None,
        now=OLD,
    )
    also = ImportBatch.objects.create(
        kind="units",
        name="b",
        sha256="3",
        file=attached.file,
        made_at=OLD,
        made_by="Hjalte",
        row_count=1,
    )
    anonymise(today=TODAY)
    for one in (old, new, also):
        one.refresh_from_db()
    assert (old.name, old.file, old.made_by) == ("Anonymiseret", None, "Hjalte")
    assert (new.name, new.waiting_rows.count(), also.file) == ("Anna.csv", 1, None)
    assert set(KeptFile.objects.values_list("pk", flat=True)) == {new.file_id, attached.file_id}
    assert not anonymise(today=TODAY)


def test_an_act_that_is_too_old_to_be_undone_forgets_whom_it_was_about():
    acts = [
        Act.objects.create(
            kind="transfer", title="Flytning", at=NEW - timedelta(days=days), last_entry=0
        )
        for days in (0, 40)
    ]
    for act in acts:
        ActRows.objects.create(
            act=act, position=1, model="inventory.Placement", what="created", content=[]
        )
    assert anonymise(today=TODAY).copies == 1
    assert ActRows.objects.get().act == acts[0]


def test_nobody_else_is_forgotten_with_them():
    make.cost_holder()
    gone()
    bo = make.employee("bovi", "Bo Vik")
    EmployeeAlias.objects.create(employee=bo, kind="initials", value="BO")
    anonymise(today=TODAY)
    assert list(EmployeeAlias.objects.values_list("employee__name", "value")) == [("Bo Vik", "BO")]
    assert Employee.objects.filter(name="Bo Vik").exists()


def test_what_the_admin_keeps_of_its_own_doings_goes_with_the_person_or_after_a_month(cast):
    make.cost_holder()
    person, bo = gone(), make.employee("bovi", "Bo Vik")
    kind = ContentType.objects.get_for_model(Employee)
    for who, name in ((person, "Anna Bæk (anbe)"), (bo, "Bo Vik (bovi)"), (bo, "Bo Vik gammel")):
        AdminEntry.objects.create(
            user=cast.administrator,
            content_type=kind,
            object_id=who.pk,
            object_repr=name,
            action_flag=2,
        )
    AdminEntry.objects.update(action_time=NEW)
    AdminEntry.objects.filter(object_repr="Bo Vik gammel").update(action_time=OLD)
    assert anonymise(today=TODAY).logins == 2
    assert AdminEntry.objects.get().object_repr == "Bo Vik (bovi)"


@pytest.mark.parametrize(
    ("left_on", "carried_out_at", "goes"),
    [(date(2027, 6, 1), None, True), (None, OLD, True), (None, NEW, False)],
)
def test_who_went_along_in_a_change_of_the_organisation(left_on, carried_out_at, goes):
    make.cost_holder()
    person = gone(left_on=left_on)
    change = Reorganisation.objects.create(
        title="Ny leder",
        starts_on=TODAY,
        note="Anna vil med",
        prepared_by="Hjalte",
        prepared_at=OLD,
        agreed_at=OLD,
        carried_out_at=carried_out_at,
    )
    step = ReorganisationStep.objects.create(
        reorganisation=change,
        position=1,
        kind="split",
        unit=person.unit,
        successor=make.unit("1002"),
    )
    step.people.add(person)
    AcceptedFinding.objects.create(
        rule="several", employee=person, until=date(2032, 7, 1), because="right", accepted_on=TODAY
    )
    entries = LogEntry.objects.get_for_object(step)
    assert "Anna" in str([entry.changes for entry in entries])
    anonymise(today=TODAY)
    assert step.people.exists() == (not goes)
    assert ("Anna" in str([entry.changes for entry in entries.all()])) == (not goes)
    change.refresh_from_db()
    assert change.note == ("Anonymiseret" if carried_out_at is OLD else "Anna vil med")
    assert AcceptedFinding.objects.exists() == (left_on is None)
    assert not anonymise(today=TODAY)
