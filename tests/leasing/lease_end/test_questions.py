"""By when the lessor wants to know about a lease: of its open questions, the first to answer."""

from datetime import date

import pytest

from leasing.lease_end.selectors.questions import answer_by_of, answered, asked_ends
from tests import builders as make
from tests.leasing.lessor_questions.asking import ask, listed


@pytest.fixture
def lease(db):
    make.cost_holder()
    return make.lease("PF000001")  # to 31 December 2029


def test_a_question_covers_its_sub_agreement_on_its_days(lease):
    other = make.lease("PF000002", agreement="UA-2")
    later = make.lease("PF000003", starts_on=date(2026, 1, 2))  # to 1 January 2030
    ask()
    assert answer_by_of([lease.pk, other.pk, later.pk]) == {lease.pk: date(2029, 8, 1)}


@pytest.mark.parametrize("edge", ["expires_from", "expires_to"])
def test_the_first_and_the_last_day_are_among_them(lease, edge):
    days = {"expires_from": date(2029, 12, 1), "expires_to": date(2030, 2, 1)}
    ask(**{**days, edge: date(2029, 12, 31)})
    assert lease.pk in answer_by_of([lease.pk])


def test_no_question_or_no_lease_is_no_deadline(lease):
    assert answer_by_of([lease.pk]) == {}
    ask()
    assert answer_by_of([]) == {}


def test_one_that_is_answered_asks_no_more(lease):
    ask(answered_on=date(2029, 7, 20))
    assert answer_by_of([lease.pk]) == {}


def test_of_two_questions_the_first_to_answer_counts(lease):
    ask(answer_by=date(2029, 9, 1))
    ask(answer_by=date(2029, 8, 15), received_on=date(2029, 7, 2))
    assert answer_by_of([lease.pk]) == {lease.pk: date(2029, 8, 15)}


def test_a_device_on_the_list_is_covered_whatever_its_expiry_and_sub_agreement(lease):
    other = make.lease("PF000002", agreement="UA-2", starts_on=date(2026, 5, 1))
    listed(ask(), "PF000002")
    assert answer_by_of([other.pk]) == {other.pk: date(2029, 8, 1)}


def test_an_extension_is_the_answer(lease):
    listed(ask(), "PF000001")
    make.decided(lease, "extension", quarters=2)
    assert answer_by_of([lease.pk]) == {}


def test_the_number_of_queries_does_not_depend_on_the_number_of_leases(
    lease, django_assert_num_queries
):
    several = [make.lease(f"PF00001{n}", agreement="UA-2") for n in range(9)]
    listed(ask(), "PF000001", *[one.device.serial_number for one in several])
    ids = [lease.pk, *[one.pk for one in several]]
    answer_by_of(ids)  # kept costs are brought up to date
    with django_assert_num_queries(8):
        assert len(answer_by_of(ids)) == 10


class TestWhatAQuestionIsAbout:
    def test_its_days_what_was_extended_past_them_and_what_is_listed(self, lease):
        extended = make.decided(make.lease("PF000002"), "extension", quarters=8)
        make.lease("PF000003", starts_on=date(2026, 1, 2))  # a day too late
        make.lease("PF000004", agreement="UA-2")
        listed_alone = make.lease("PF000005", agreement="UA-2", starts_on=date(2026, 5, 1))
        make.decided(make.lease("PF000006", starts_on=date(2026, 2, 1)), "extension")
        question = ask()
        listed(question, "PF000005", "PF000099")
        ends = asked_ends(question)
        assert [(end.serial_number, end.last_day) for end in ends] == [
            ("PF000001", date(2029, 12, 31)),
            ("PF000002", date(2029, 12, 31)),
            ("PF000005", date(2030, 4, 30)),
        ]
        assert ends[1].lease_id == extended.pk
        assert ends[2].lease_id == listed_alone.pk
        counted = answered(ends, date(2029, 7, 1))
        assert (counted.decided, counted.waiting) == (1, 2)
