"""Who may be one person, and who is found by what they were called before."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from inventory.imports import selectors
from inventory.imports.selectors import employees_by_initials
from inventory.models import Employee, EmployeeAlias, NotSamePerson
from inventory.people.selectors.doubles import suspected_doubles
from inventory.people.selectors.names import employee_with_initials, with_address
from leasing.movements.selectors.lookups import employee_named
from tests import builders as make
from tests.files import faults_of, take_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def pairs():
    return [(one.first_id, one.second_id, one.why) for one in suspected_doubles(TODAY)]


def test_one_mail_in_any_case_or_one_name_at_one_unit():
    other = make.unit("1002")
    anna = make.employee("anbe", "Anna Berg", mail="Anna.Berg@example.dk")
    same_mail = make.employee("ab", "A. Berg", mail="anna.berg@EXAMPLE.dk", unit=other)
    kim = make.employee("kiaa", "Kim Åskov-Holm", mail="")
    same_name = make.employee("", "KIM  ÅSKOV HOLM", mail="")
    make.employee("kim2", "Kim Åskov-Holm", mail="", unit=other)
    make.employee("none", "Nis Ene", mail="")
    assert pairs() == [(anna.pk, same_mail.pk, ("mail",)), (kim.pk, same_name.pk, ("name",))]
    both = make.employee("anb2", "Anna Berg", mail="ANNA.BERG@example.dk")
    assert (anna.pk, both.pk, ("mail", "name")) in pairs()
    assert [one.second_id for one in suspected_doubles(TODAY, of=kim)] == [same_name.pk]
    assert len(suspected_doubles(TODAY, of=same_mail)) == 2
    assert suspected_doubles(TODAY, at={other.pk}) == suspected_doubles(TODAY, of=same_mail)
    assert len(suspected_doubles(TODAY, at={kim.unit_id})) == len(pairs())


def test_who_is_two_people_was_forgotten_or_has_left_with_the_other_is_not_asked_about():
    anna, again = make.employee(), make.employee("ab", mail="ANBE@example.dk")
    assert len(pairs()) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        NotSamePerson.objects.create(first=again, second=anna, said_at=datetime.now(UTC))
    NotSamePerson.objects.create(first=anna, second=again, said_at=datetime.now(UTC))
    assert pairs() == []
    for initials in ("anonym-1", "anonym-2"):
        make.employee(initials, "Anonymiseret medarbejder", mail="")
    gone = [make.employee(f"bo{n}", "Bo Vik", mail="", left_on=TODAY) for n in range(2)]
    assert pairs() == []
    gone[0].left_on = None
    gone[0].save()
    assert len(pairs()) == 1


def test_an_alias_finds_the_person_and_gives_way_to_who_is_called_so_today():
    anna, bo = make.employee("anbe"), make.employee("bovi", "Bo Vik")
    for value in ("ANB", "BOVI"):
        EmployeeAlias.objects.create(employee=anna, kind="initials", value=value)
    found = employees_by_initials()
    assert found["ANB"] is found["ANBE"]
    assert found["BOVI"] == bo
    assert employees_by_initials({"ANB"}) == {"ANB": anna}
    assert employees_by_initials({"ANB", "ANBE", "CAHO"}) == {"ANB": anna, "ANBE": anna}
    assert employees_by_initials({"BOVI"}) == {"BOVI": bo}
    assert employees_by_initials(set()) == {}


def test_of_many_that_are_wanted_the_same_are_found(monkeypatch):
    anna, bo, caja = make.employee("anbe"), make.employee("bovi"), make.employee("caho")
    EmployeeAlias.objects.create(employee=caja, kind="initials", value="CH")
    monkeypatch.setattr(selectors, "FEW", 1)
    assert employees_by_initials({"ANBE", "BOVI"}).items() >= {"ANBE": anna, "BOVI": bo}.items()
    assert employees_by_initials({"CH", "ANBE", "NOBODY"})["CH"] == caja


class TestFilesWithFormerInitials:
    HEADING = "Initialer; Navn; Mail; Enhedsnr\n"
    FORMER = "ANB; Anna Berg; anb@example.dk; 1002\n"
    OWN = "ANBE; Anna Berg; anbe@example.dk; 1001\n"

    @pytest.fixture(autouse=True)
    def merged(self):
        make.unit("1002")
        anna = make.employee("ANBE", mail="anbe@example.dk")
        for kind, value in (("initials", "ANB"), ("address", "anb@example.dk")):
            EmployeeAlias.objects.create(employee=anna, kind=kind, value=value)
        return anna

    def state(self):
        return list(Employee.objects.values_list("initials", "mail", "unit__number"))

    def test_alone_they_are_the_persons_row_but_take_no_name_back(self):
        take_in("employees", self.HEADING + self.FORMER)
        assert self.state() == [("ANBE", "anbe@example.dk", "1002")]

    @pytest.mark.parametrize("rows", [FORMER + OWN, OWN + FORMER])
    def test_beside_the_persons_own_they_change_nothing_in_any_order(self, rows):
        report = take_in("employees", self.HEADING + rows)
        assert self.state() == [("ANBE", "anbe@example.dk", "1001")]
        assert report.change_count == 0
        [left_out] = report.left_out
        assert "tidligere initialer for Anna Berg (ANBE)" in str(left_out)

    def test_they_are_not_given_to_somebody_else_unseen(self):
        rows = self.HEADING + "ANB; Anton Bo; -; 1001"
        assert "er tidligere initialer for Anna Berg (ANBE)" in faults_of("employees", rows)[0]
        assert Employee.objects.get().name == "Anna Berg"

    def test_a_device_placed_with_them_is_the_persons(self, merged):
        make.device("PF000001")
        take_in("placements", "Serienummer; Fra; Enhedsnr; Initialer\nPF000001; 01-02-2026; -; anb")
        assert merged.placements.get().unit == merged.unit

    def test_people_who_type_them_find_the_person(self, merged, cast, client_of):
        assert employee_with_initials("anb") == employee_named("Anna (anb)", TODAY) == merged
        assert with_address("ANB@example.dk").get() == merged
        for page in ("/medarbejdere/?q=anb", "/soeg/?q=anb"):
            assert "Anna Berg" in client_of(cast.helpdesk).get(page, follow=True).content.decode()
        own = make.employee("anb", "Antje Bo")
        assert employee_with_initials("ANB") == own
