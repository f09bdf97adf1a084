"""Two rows of one person become one, with everything, and nobody loses anything by it."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User

from albertslund_it.common.errors import Refused
from inventory.history.presenters import history_shown
from inventory.models import (
    Employee,
    EmployeeAlias,
    NotSamePerson,
    Placement,
)
from leasing.billing.selectors.verification import breaches
from leasing.data_quality.selectors.findings import findings_for
from leasing.models import AcceptedFinding, InvoiceLine, OrderLine, ReorganisationStep
from leasing.people.selectors.employee_page import history_of_employee
from leasing.people.selectors.merging import (
    MOVES,
    SEEN_TO,
    links_that_move,
    links_to_employees,
    merging_of,
)
from leasing.people.services.merging import merge_people, say_two_people
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.people.world import NOW, TODAY, well_known

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def anna(cast):
    return make.employee("anbe", "Anna Berg", unit=cast.unit)


@pytest.fixture
def again(cast):
    """Make the other row of Anna."""
    return well_known(cast.unit)


def merge(kept, gone, actor=None):
    return merge_people(kept_id=kept.pk, gone_id=gone.pk, actor=actor, today=TODAY)


def test_every_column_that_points_at_people_is_decided_about():
    """Say in MOVES or SEEN_TO what becomes of the rows of a new one when two are merged."""
    assert {link.label for link in links_to_employees()} == MOVES | SEEN_TO


def test_everything_moves_and_the_other_row_is_gone(anna, again, cast):
    make.cost_holder()
    close()
    billed = list(InvoiceLine.objects.values())
    before = {
        link: link.model._default_manager.filter(**{link.field: again})
        for link in links_that_move()
    }
    counts = {link: rows.count() for link, rows in before.items()}
    assert all(counts.values()), [link.label for link, count in counts.items() if not count]

    merged = merge(anna, again, cast.helpdesk)
    assert merged.moved == sum(counts.values())
    assert not Employee.objects.filter(pk=again.pk).exists()
    assert not AcceptedFinding.objects.exists()
    for link, count in counts.items():
        own = link.model._default_manager.filter(**{link.field: anna})
        # Besides, what the other was called.
        assert own.count() == count + (3 if link.model is EmployeeAlias else 0), link.label
    anna.refresh_from_db()
    assert [unit.number for unit in anna.also_employed_at.order_by("number")] == ["1002", "1003"]
    assert sorted(anna.aliases.values_list("kind", "value")) == [
        ("address", "anna.b@example.dk"),
        ("address", "anna@upn.example.dk"),
        ("initials", "AB"),
        ("initials", "ANBL"),
    ]
    assert list(InvoiceLine.objects.values()) == billed
    assert billed
    assert list(breaches()) == []


def test_a_change_of_the_organisation_that_has_both_has_the_one(anna, again):
    step = ReorganisationStep.objects.get()
    step.people.add(anna)
    merge(anna, again)
    assert list(step.people.all()) == [anna]


def test_its_history_is_the_persons_and_says_who_did_it(anna, again, cast):
    make.unit("1009", "Ingen af deres")
    again.name = "Anna B. Lund"
    again.save()
    merge(anna, again, cast.helpdesk)
    shown = history_shown(history_of_employee(anna, with_people=True)).changes
    told = {(change.by, change.what) for change in shown}
    assert ("Hjalte", "Medarbejder Anna B. Lund (anbl) slettet") in told
    assert any(what == "Medarbejder Anna B. Lund (anbl) rettet" for _, what in told)
    # Of a cleared relation the history would tell every unit there is.
    assert "1009" not in str(shown)
    line = OrderLine.objects.get()
    assert LogEntry.objects.get_for_object(line).filter(actor=cast.helpdesk).exists()


def test_of_a_coming_one_with_neither_initials_nor_mail_history_and_page_lead_on(
    anna, cast, client_of
):
    coming = make.employee("", "Anna Berg", unit=cast.unit, mail="")
    former = coming.pk
    coming.name = "Anna K. Berg"
    coming.save()
    merge(anna, coming, cast.helpdesk)
    shown = history_shown(history_of_employee(anna, with_people=True)).changes
    assert any("Anna K. Berg" in change.what for change in shown)
    client = client_of(cast.helpdesk)
    way = client.get(f"/medarbejdere/{former}/")
    assert way.url == f"/medarbejdere/{anna.pk}/"
    assert client.get(way.url).context["page"].former == []


@pytest.mark.parametrize(
    ("own", "other", "after"),
    [
        ((None, None), (None, date(2026, 1, 1)), (None, None)),
        ((None, date(2026, 1, 1)), (date(2026, 2, 1), None), (date(2026, 2, 1), None)),
        (
            (date(2020, 1, 1), date(2026, 1, 1)),
            (date(2024, 1, 1), date(2026, 3, 1)),
            (date(2020, 1, 1), date(2026, 3, 1)),
        ),
    ],
)
def test_who_is_here_by_either_row_has_not_left(cast, own, other, after):
    one, two = (
        make.employee(initials, "Bo Vik", mail=mail, starts_on=days[0], left_on=days[1])
        for initials, mail, days in (("bovi", "", own), ("bov2", "bo@example.dk", other))
    )
    merge(one, two)
    one.refresh_from_db()
    assert (one.starts_on, one.left_on) == after
    assert one.mail == "bo@example.dk"
    assert list(one.aliases.values_list("value", flat=True)) == ["BOV2"]


def test_a_second_pc_is_a_visible_fault_and_foretold(anna, again, cast):
    make.lease("PF000002", unit=cast.unit, employee=anna)
    OrderLine.objects.all().update(status="cancelled")
    foretold = merging_of(anna, again, TODAY)
    assert (foretold.pcs, foretold.allowed, foretold.breaks_rule) == (2, 1, True)
    assert merge(anna, again).breaks_rule
    found = {one.rule.key: one.count for one in findings_for(cast.helpdesk, TODAY)}
    assert found["several"] == 1


def test_what_the_order_of_one_replaces_with_the_other_is_not_counted(anna, cast):
    again = make.employee("anbl", "Anna Berg")
    old = make.lease("PF000002", unit=cast.unit, employee=anna).device
    make.order_line(employee=again, reason="replacement", replaces=old)
    assert merging_of(anna, again, TODAY).pcs == 1
    assert not merge(anna, again).breaks_rule


class TestRefused:
    def test_the_same_row_a_forgotten_one_a_coming_one_to_keep(self, anna):
        coming = make.employee("", "Anna Berg")
        forgotten = make.employee("anonym-7", "Anonymiseret medarbejder")
        for kept, gone, why in (
            (anna, anna, "den samme række"),
            (anna, forgotten, "anonymiseret"),
            (coming, anna, "Behold den, der har initialer"),
        ):
            with pytest.raises(Refused, match=why):
                merge(kept, gone)
        assert Employee.objects.count() == 3

    def test_two_who_both_sign_on(self, anna, again):
        for employee, username in ((anna, "anbe"), (again, "anbl")):
            User.objects.create_user(username, employee.mail.upper())
        with pytest.raises(Refused, match="Begge kan logge ind, med »anbe« og »anbl«"):
            merge(anna, again)
        User.objects.filter(username="anbl").update(is_active=False)
        assert merge(anna, again).moved

    def test_twice(self, anna, again):
        merge(anna, again)
        with pytest.raises(Refused, match="allerede samlet"):
            merge(anna, again)


def test_two_people_are_remembered_by_whoever_is_left(anna, again, cast):
    third = make.employee("anb3", "Anna Berg")
    say_two_people(one_id=again.pk, other_id=anna.pk, actor=cast.helpdesk, now=NOW)
    for _ in range(2):
        say_two_people(one_id=third.pk, other_id=again.pk, actor=cast.helpdesk, now=NOW)
    assert NotSamePerson.objects.count() == 2
    merge(anna, again)
    row = NotSamePerson.objects.get()
    assert (row.first, row.second, row.said_by) == (anna, third, cast.helpdesk)


class TestPages:
    def test_seen_beside_each_other_and_merged_as_seen(self, anna, again, cast, client_of):
        client = client_of(cast.helpdesk)
        url = f"/medarbejdere/{anna.pk}/saml/{again.pk}/"
        tree = read(client, url)
        text = text_of(tree)
        for said in (
            "1 tildeling",
            "1 bestillingslinje",
            "1 dispensation",
            "filer med ANBL, anna.b@example.dk, anna@upn.example.dk finder",
            "Udgiften ændres ikke",
            "Det kan ikke fortrydes",
        ):
            assert said in text, said
        [agreed] = tree.xpath("//input[@name='agreed']/@value")
        Placement.objects.update(employee=anna)
        refused = client.post(url, {"agreed": agreed})
        assert refused.status_code == 422
        assert "Har nu" in refused.content.decode()
        assert client.post(url, {}).status_code == 200  # nothing was seen
        assert Employee.objects.filter(pk=again.pk).exists()
        [agreed] = read(client, url).xpath("//input[@name='agreed']/@value")
        done = client.post(url, {"agreed": agreed}, follow=True)
        assert f"{again.short_name} er samlet med {anna.short_name}" in done.content.decode()
        for user, status in ((cast.helpdesk, 302), (cast.nobody, 403)):
            assert client_of(user).get(f"/medarbejdere/{again.pk}/").status_code == status
        assert client.get(f"/medarbejdere/{again.pk}/").url == f"/medarbejdere/{anna.pk}/"
        assert client.get(f"/medarbejdere/{again.pk + 999}/").status_code == 404
        assert "ANBL" in text_of(read(client, f"/medarbejdere/{anna.pk}/"))
        assert client.get(url).status_code == 404

    def test_the_coming_one_is_offered_on_both_pages_and_the_other_stays(
        self, anna, cast, client_of
    ):
        coming = make.employee("", "ANNA  BERG", unit=cast.unit, mail="")
        make.employee("anb2", "Anna Berg", unit=make.unit("1002", "Nabo"))
        client = client_of(cast.helpdesk)
        url = f"/medarbejdere/{anna.pk}/saml/{coming.pk}/"
        for one in (coming, anna):
            assert read(client, f"/medarbejdere/{one.pk}/").xpath(
                "//section[@aria-labelledby='doubles']//a[contains(@href, '/saml/')]/@href"
            ) == [url]
        chosen = client.get(f"/medarbejdere/{coming.pk}/saml/", {"med": "anbe"})
        assert chosen.url == url
        unknown = client.get(f"/medarbejdere/{coming.pk}/saml/", {"med": "xyz"})
        assert (unknown.status_code, "xyz" in unknown.content.decode()) == (422, True)
        assert "Behold den, der har initialer" in text_of(
            read(client, f"/medarbejdere/{coming.pk}/saml/{anna.pk}/")
        )

    def test_whichever_way_leads_back_to_the_page_it_was_opened_from(
        self, anna, again, cast, client_of
    ):
        client, before = client_of(cast.helpdesk), "/datakvalitet/doubles/"
        asking = f"/medarbejdere/{anna.pk}/saml/?retur={before}"
        [back] = read(client, asking).xpath("//form[@method='get']/input[@name='retur']/@value")
        url = client.get(asking, {"med": "anbl", "retur": back}).url
        tree = read(client, url)
        [cancel] = tree.xpath("//a[normalize-space()='Fortryd']/@href")
        [turned] = tree.xpath("//a[contains(., 'Behold den anden')]/@href")
        [agreed] = read(client, turned).xpath("//input[@name='agreed']/@value")
        [two] = tree.xpath("//form[contains(@action, 'to-personer')]")
        [kept] = two.xpath("input[@name='retur']/@value")
        said = client.post(two.get("action"), {"retur": kept})
        merged = client.post(turned, {"agreed": agreed})
        assert {cancel, said.url, merged.url} == {before}

    def test_two_people_leave_the_list(self, anna, cast, client_of):
        again = make.employee("anbl", mail="ANBE@example.dk")
        client = client_of(cast.helpdesk)
        assert "anbl" in text_of(read(client, "/medarbejdere/dubletter/"))
        client.post(f"/medarbejdere/{anna.pk}/to-personer/{again.pk}/")
        assert "Ingen to rækker ligner hinanden" in text_of(
            read(client, "/medarbejdere/dubletter/")
        )
        assert "tidligere sagt, at de er to" in text_of(
            read(client, f"/medarbejdere/{anna.pk}/saml/{again.pk}/")
        )

    def test_a_leader_hears_of_no_double_at_anothers_unit(self, anna, cast, client_of):
        foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
        make.employee("bo", "Bo Fremmed", unit=foreign, mail="ANBE@example.dk")
        page = client_of(cast.head).get(f"/medarbejdere/{anna.pk}/").content.decode()
        assert "Bo Fremmed" not in page

    def test_rows_cost_no_queries(self, cast, client_of):
        client = client_of(cast.helpdesk)

        def more(start, count):
            for n in range(start, start + count):
                for letter in "ab":
                    make.employee(f"{letter}{n}", f"Person {n}", unit=cast.unit, mail="")

        more(0, 3)
        few = queries_of(client, "/medarbejdere/dubletter/")
        more(3, 27)
        assert queries_of(client, "/medarbejdere/dubletter/") == few
