"""Where other sources say otherwise than the register: each kind found, and only where it is so."""

from datetime import date, timedelta

import pytest

from inventory.models import Device, FormerSerialNumber, Replacement
from leasing.lessor_questions.selectors import Mismatch
from leasing.models import Settings
from leasing.sources.presenters.actions import actions_on
from leasing.sources.selectors import differences, lessor
from leasing.sources.selectors.kinds import BY_KEY
from leasing.sources.selectors.rows import differing_rows
from tests import builders as make
from tests.leasing.sources.taken import WIN_10, machine, take

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 11)
EARLY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def town():
    make.cost_holder()
    make.unit("1001", "Birkeskolen")
    make.unit("1002", "Ærtebjerg Skole")


def anna(unit="1001", initials="anbe", **fields):
    return make.employee(initials, initials.title(), unit=make.unit(unit), **fields)


def intune(*rows, today=TODAY, **options):
    return take("intune", rows, today=today, **options)


def numbers(found):
    return sorted(str(one) for one in found)


def test_nothing_differs_without_a_snapshot():
    person = anna()
    make.lease("PF000001", unit=person.unit, employee=person)
    make.device("PF000002", last_seen=EARLY, ram_gb=4, windows_11=False)
    for name in [
        "in_mdm_not_in_register",
        "never_enrolled",
        "gone_from_mdm",
        "other_user",
        "other_unit",
        "other_model",
        "unseen",
        "little_ram",
        "no_windows_11",
        "replaced_but_seen",
        "gone_people",
        "unknown_people",
        "people_at_another_unit",
    ]:
        assert list(getattr(differences, name)(TODAY)) == [], name
    assert lessor.compared_assets(TODAY) == []
    assert list(lessor.mistyped(TODAY)) == []


def test_what_is_in_one_and_not_the_other():
    unit = make.unit("1001")
    make.lease("PF000001", unit=unit)  # seen
    make.lease("PF000002", unit=unit)  # never enrolled
    make.lease("PF000003")  # in stock: not expected there
    make.placement(make.device("PB000004"), EARLY, unit)  # not leased
    gone = make.lease("PF000005", unit=unit).device
    Device.objects.filter(pk=gone.pk).update(last_seen=EARLY)
    make.placement(
        make.device("SK000006", model=make.model("Skærm", "skærm", is_pc=False)), EARLY, unit
    )
    swapped = make.lease("PF000007", unit=unit).device
    FormerSerialNumber.objects.create(device=swapped, serial_number="PF0OLD07")
    make.lease("PF000008", unit=unit, starts_on=TODAY)  # handed out after the MDM was asked
    intune(machine("PF000001"), machine("PF000009"))
    Device.objects.filter(pk=swapped.pk).update(serial_number="PF000007B")  # swapped since
    intune(machine("PF000001"), machine("PF000009"), machine("PF000007B"))

    assert numbers(differences.never_enrolled(TODAY)) == ["PF000002"]
    assert numbers(differences.gone_from_mdm(TODAY)) == ["PB000004", "PF000005"]
    assert numbers(differences.in_mdm_not_in_register(TODAY)) == ["PF000009"]
    make.device("PF000009")  # registered: gone at once, before the next export
    assert numbers(differences.in_mdm_not_in_register(TODAY)) == []
    assert numbers(differences.never_enrolled(TODAY)) == ["PF000002"]


def test_other_user_and_unit():
    person, other = anna(), anna("1002", "bobo")
    for number in ("PF000001", "PF000002"):
        make.lease(number, unit=person.unit, employee=person)
    make.lease("PF000003", unit=person.unit)  # nobody
    shared = make.lease("PF000004").device
    make.placement(shared, EARLY, person.unit, used_for="Klassesæt 7.B")
    make.lease("PF000005")  # in stock, never handed out
    late = make.lease("PF000006", unit=person.unit, employee=person).device
    make.placement(late, date(2026, 3, 10), other.unit, other)  # moved on the day it was seen
    boss = other.mail.upper()
    intune(
        machine("PF000001", login=person.mail),
        *(machine(f"PF00000{n}", login=boss) for n in (2, 3, 4, 5)),
        machine("PF000006", login=person.mail),
    )
    assert numbers(differences.other_user(TODAY)) == ["PF000002", "PF000003", "PF000005"]
    # Where another one logs in, that is why; a shared pc has no user of its own.
    assert numbers(differences.other_unit(TODAY)) == ["PF000004"]
    other.also_employed_at.add(person.unit)
    assert numbers(differences.other_unit(TODAY)) == []


def test_a_model_is_meant_by_what_most_have_or_by_its_own_name():
    for n in range(4):
        make.device(f"PF00000{n}")
    make.device("PF000004", model=make.model("T16"))
    make.device("PF000005", model=make.model("T16"))
    rows = [machine(f"PF00000{n}", model="21ML003TMX") for n in range(5)]
    intune(*rows, machine("PF000005", model="t14"))
    assert numbers(differences.other_model(TODAY)) == ["PF000004", "PF000005"]


def test_what_is_old_small_or_unseen():
    unit = make.unit("1001")
    for n, ram in enumerate((16, 8, 4, 16)):
        make.placement(make.device(f"PF00000{n}", ram_gb=ram), EARLY, unit)
    intune(
        machine("PF000000"),
        machine("PF000001", version=WIN_10),
        machine("PF000002", "2026-01-02 08:00:00"),
        machine("PF000003", "2026-01-10 08:00:00"),
    )
    assert numbers(differences.little_ram(TODAY)) == ["PF000001", "PF000002"]
    assert numbers(differences.no_windows_11(TODAY)) == ["PF000001"]
    assert numbers(differences.unseen(TODAY)) == ["PF000002"]  # 68 days; the other one 60
    assert numbers(differences.unseen(TODAY, 30)) == ["PF000002", "PF000003"]
    Settings.objects.update(unseen_days=90, little_ram_gb=4)
    assert numbers(differences.unseen(TODAY)) == []
    assert numbers(differences.little_ram(TODAY)) == ["PF000002"]


def test_an_old_machine_that_the_rollout_replaced_and_that_is_used_still():
    for n, day in ((1, 9), (2, 10)):
        old = make.old_pc(f"PB00000{n}", make.unit("1001"))
        Replacement.objects.filter(old_device=old).update(replaced_on=date(2026, 3, day))
        if not Replacement.objects.filter(old_device=old).exists():
            Replacement.objects.create(
                roll=make.roll(),
                old_device=old,
                unit=make.unit("1001"),
                replaced_on=date(2026, 3, day),
            )
    intune(machine("PB000001"), machine("PB000002"))
    assert numbers(differences.replaced_but_seen(TODAY)) == ["PB000001"]
    old = Device.objects.get(serial_number="PB000001")
    back = make.placement(old, date(2026, 3, 9))  # seen after it was handed in: somebody has it
    assert numbers(differences.replaced_but_seen(TODAY)) == ["PB000001"]
    [row] = differing_rows(BY_KEY["udskiftet-i-brug"], [old.pk], {}, TODAY)
    [action] = actions_on(BY_KEY["udskiftet-i-brug"], row)
    assert (action.label, action.url) == ("Ud af registeret", f"/udstyr/{old.pk}/afgang/")
    type(back).objects.filter(pk=back.pk).update(starts_on=date(2026, 3, 10))
    assert numbers(differences.replaced_but_seen(TODAY)) == []


def test_people_gone_unknown_and_at_another_unit():
    def row(login, department="", enabled="True", mail=""):
        return login, login, mail, department, enabled

    people = {name: anna("1001", name) for name in ("here", "shut", "away", "left", "move", "also")}
    people["left"].left_on = EARLY
    people["left"].save()
    people["also"].also_employed_at.add(make.unit("1002"))
    make.employee("", "Kommende", unit=make.unit("1001"), mail="")
    take(
        "directory",
        [
            row("HERE@example.dk", "birkeskolen"),
            row("shut@example.dk", enabled="False"),
            row("move@example.dk", "1002"),
            row("also@example.dk", "Ærtebjerg Skole"),
            row("stranger@example.dk", "Et sted, ingen kender"),
        ],
        today=TODAY,
    )
    later = anna("1001", "later")  # came after the directory was asked
    found = set(differences.gone_people(TODAY).values_list("initials", flat=True))
    assert found == {"shut", "away"}
    assert later.initials not in found
    assert numbers(differences.unknown_people(TODAY)) == ["stranger@example.dk"]
    at_another = differences.people_at_another_unit(TODAY)
    assert [one.initials for one in at_another] == ["move"]
    anna("1002", "stranger")
    assert numbers(differences.unknown_people(TODAY)) == []


def asset(number, model="", agreement="", expires="", instalment=""):
    return number, model, agreement, expires, instalment


def test_the_lessors_list_beside_the_register():
    unit = make.unit("1001")
    for n in range(1, 8):
        make.lease(f"PF00000{n}", unit=unit)
    make.device("PB000001")
    make.lease("PF0STOP1", unit=unit, stops_on=date(2026, 2, 1))
    right = ("Lenovo ThinkPad T14", "ua-1", "31-12-2029", "349,42")
    take(
        "lessor_assets",
        [
            asset("PF000001", *right),
            asset("PF000002", "T16", "UA-1", "31-12-2029", "349,41"),
            asset("PF000003", "T14", "UA-2", "30-12-2029", "349,40"),
            asset("PF000004", "", "", "", "400,00"),
            asset("PF000005"),
            asset("PB000001"),
            asset("PF0STOP1"),
            asset("PF0000O6"),  # an O for a 0
            asset("XX123456"),
        ],
        today=TODAY,
    )

    def found(mismatch):
        rows = lessor.disagreeing(TODAY, mismatch)
        return sorted((one.leased or one.listed).serial_number for one in rows)

    assert found(Mismatch.MODEL) == ["PF000002"]
    assert found(Mismatch.AGREEMENT) == ["PF000003"]
    assert found(Mismatch.EXPIRY) == ["PF000003"]
    assert found(Mismatch.INSTALMENT) == ["PF000004"]  # an øre more or less is rounding
    assert found(Mismatch.NOT_LEASED) == ["PB000001", "PF0STOP1"]
    assert found(Mismatch.UNKNOWN) == ["PF0000O6", "XX123456"]
    assert numbers(lessor.not_on_lessors_list(TODAY)) == ["PF000007"]
    assert numbers(lessor.only_with_lessor(TODAY)) == ["XX123456"]
    assert numbers(lessor.mistyped(TODAY)) == ["PF000006"]


@pytest.mark.parametrize(
    ("ours", "theirs", "is_near"),
    [
        ("PF0A1B2C", "PF0A1B2D", True),  # another sign
        ("PF0A1B2C", "PFOAIB2C", True),  # O for 0 and I for 1, both
        ("PF0A1B2C", "PF0A1B2", True),  # one less
        ("PF0A1B2C", "PF0A1B22C", True),  # one more
        ("PF0A1B2C", "PF0A1B3D", False),
        ("PF0A1B2C", "PFA1B2CX", False),  # one less and one more
    ],
)
def test_a_number_is_mistyped_where_one_sign_is_else(ours, theirs, is_near):
    make.lease(ours, unit=make.unit("1001"))
    make.lease("QQ000001", unit=make.unit("1001"))
    take("lessor_assets", [asset(theirs), asset("QQ000001")], today=TODAY)
    assert numbers(lessor.mistyped(TODAY)) == ([ours] if is_near else [])


def test_a_number_near_two_is_nobodys():
    for number in ("PF0A1B2C", "PF0A1B2D"):
        make.lease(number, unit=make.unit("1001"))
    make.lease("QQ000001", unit=make.unit("1001"))
    take("lessor_assets", [asset("PF0A1B2E"), asset("QQ000001")], today=TODAY)
    assert numbers(lessor.mistyped(TODAY)) == []


def test_the_same_queries_for_three_and_thirty(django_assert_max_num_queries):
    person = anna()
    for n in range(30):
        make.lease(f"PF0000{n:02}", unit=person.unit, employee=person)
    intune(*(machine(f"PF0000{n:02}", login="bobo@example.dk") for n in range(3, 30)))
    anna("1002", "bobo")
    with django_assert_max_num_queries(3):
        assert len(list(differences.never_enrolled(TODAY))) == 3
    assert TODAY - timedelta(days=1) > EARLY
