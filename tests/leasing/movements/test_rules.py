"""Each rule of who may have a device, on each way in: refused, or warned of by its row."""

from dataclasses import dataclass
from datetime import date

import pytest

from albertslund_it.common.errors import Refused
from inventory.models import Placement
from leasing.models import LossReport
from tests import builders as make
from tests.files import take_in
from tests.leasing.movements.town import NOW, TODAY, School, hand_out, lend, take_back, transfer

REFUSED, WARNED, ALLOWED = "refused", "warned", "allowed"
DAY = TODAY.strftime("%d-%m-%Y")


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    school = School()
    return school


def steal(device):
    LossReport.objects.create(
        device=device,
        kind="stolen",
        discovered_at=NOW,
        encrypted="yes",
        reported_at=NOW,
    )


@dataclass
class Way:
    """A way to give Anna the first pc of the stock; it says what was warned of."""

    name: str
    go: object
    in_use: bool = False

    def __str__(self):
        return self.name


def by_file(kind, text):
    return lambda school: take_in(kind, text).warnings


def handed(school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    return []


def moved(school):
    transfer(school.stock[0], unit=school.birke, employee=school.anna)
    return []


def lent(school):
    lend(school.stock[0], employee=school.anna, due_on=date(2026, 12, 24))
    return []


WAYS = (
    Way("hand out", handed),
    Way("move", moved, in_use=True),
    Way("lend", lent),
    Way(
        "import of placements",
        by_file("placements", f"Serienummer; Fra; Initialer\nPF000001; {DAY}; anbe"),
    ),
    Way(
        "import of devices",
        by_file(
            "devices",
            f"Serienummer; Model; Kategori; Enhedsnr; Initialer; Fra\n"
            f"PF000001; T14; pc; 1001; anbe; {DAY}",
        ),
    ),
    Way(
        "import of deliveries",
        by_file(
            "deliveries",
            "Serienummer; Model; Underaftale; Leasingstart; Initialer; Udleveret\n"
            f"PF000001; T14; UA-1; 01-01-2026; anbe; {DAY}",
        ),
    ),
)
FILES = {"import of placements", "import of devices", "import of deliveries"}


def lost(school):
    steal(school.stock[0])


def second(school):
    make.placement(school.stock[2], make.FIRST_DAY, school.birke, school.anna)


def left(school):
    school.anna.left_on = date(2026, 3, 1)
    school.anna.save()


def fine(school):
    """Nothing stands in the way."""


# What each rule does on the forms, to a loan, and to a row of a file.
MATRIX = {
    lost: (REFUSED, REFUSED, REFUSED, "er meldt stjålet"),
    second: (REFUSED, ALLOWED, WARNED, "én pc"),
    left: (REFUSED, REFUSED, WARNED, "01-03-2026"),
    fine: (ALLOWED, ALLOWED, ALLOWED, ""),
}


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("rule", MATRIX, ids=lambda rule: rule.__name__)
def test_the_rule_holds_on_every_way(school, rule, way):
    form, loan, file, words = MATRIX[rule]
    expected = file if way.name in FILES else loan if way.name == "lend" else form
    if way.in_use:
        make.placement(school.stock[0], make.FIRST_DAY, school.library)
    rule(school)
    before = Placement.objects.count()
    outcome, told = outcome_of(way, school)

    assert outcome == expected, told
    assert Placement.objects.count() == before + (outcome != REFUSED)
    for sentence in told:
        assert words in sentence
        if way.name in FILES:
            assert sentence.startswith(("række 2: PF000001", "række 2: Anna Berg"))


def outcome_of(way, school):
    """Return what came of it, and what was said."""
    try:
        warnings = [one for one in way.go(school) if "række" in one]
    except Refused as refused:
        return REFUSED, refused.reasons
    return (WARNED if warnings else ALLOWED), warnings


def test_a_file_that_says_what_stands_is_no_fault_of_a_lost_device(school):
    make.placement(school.stock[0], make.FIRST_DAY, school.birke, school.anna)
    steal(school.stock[0])
    report = take_in(
        "placements", "Serienummer; Fra; Enhedsnr; Initialer\nPF000001; 01-01-2026; 1001; anbe"
    )
    assert not report.differences
    assert not report.warnings


def test_a_person_who_had_too_many_is_warned_of_once(school):
    make.placement(school.stock[1], date(2026, 2, 1), school.birke, school.anna)
    make.placement(school.stock[2], make.FIRST_DAY, school.birke, school.anna)
    text = "Serienummer; Fra; Enhedsnr; Initialer\nPF000002; 01-02-2026; 1001; anbe"
    assert not take_in("placements", text).warnings


def test_a_lost_device_is_not_taken_back(school):
    make.placement(school.stock[0], make.FIRST_DAY, school.birke)
    steal(school.stock[0])
    with pytest.raises(Refused, match="er meldt stjålet"):
        take_back(school.stock[0])


def test_who_may_not_see_people_is_told_of_a_delivery_by_its_device(db, cast):
    unit = make.unit("3001", "Søagerskolen")
    anna = make.employee("anbe", "Anna Berg", unit=unit)
    gone = make.employee("cada", "Carl Dahl", unit=unit, left_on=date(2026, 1, 1))
    make.lease("PF000001", unit=unit, employee=anna)
    line = make.order_line(unit, make.employee("evfi", "Eva Find", unit=unit), status="approved")
    text = (
        "Serienummer; Model; Underaftale; Leasingstart; Leasingpris; Initialer; Bestillingsnr\n"
        "PF000002; T14; UA-1; 01-02-2026; 5.590,66; ANBE; -\n"
        "PF000003; T14; UA-1; 01-02-2026; 5.590,66; CADA; -\n"
        f"PF000004; T14; UA-1; 01-02-2026; 5.590,66; EVFI; B{line.order_id}"
    )
    told = take_in("deliveries", text, actor=cast.finance, dry_run=True)
    words = str(told.warnings) + str(told.differences)
    assert [word for word in ("Anna", "Carl", "Eva") if word in words] == []
    assert "række 2: Den, der får PF000002, har mere end én pc fra den 11-03-2026." in words
    assert "række 3: Den, der får PF000003, er fratrådt den 01-01-2026." in words
    assert f"til bestilling {line}, Søagerskolen" in words

    for actor in (cast.helpdesk, None):
        told = take_in("deliveries", text, actor=actor, dry_run=True)
        words = str(told.warnings) + str(told.differences)
        assert [word for word in ("Anna", "Carl", "Eva") if word not in words] == []
    assert gone.placements.count() == 0
