"""Somebody leaves: the last day, what becomes of each device, the leader's mail, and undoing it."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from lxml import html

from albertslund_it.common.errors import Refused
from inventory.models import Act, Employee, ExpectedReturn, Placement
from inventory.placements.selectors import placements_in_force
from leasing.models import Mail
from leasing.people.selectors.offboarding import Parting, WayOut
from leasing.people.services.offboarding import offboard
from leasing.undo.services import undo_act
from tests import builders as make
from tests.leasing.pages import queries_of, read, text_of

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
LAST, LEFT = date(2026, 11, 30), date(2026, 12, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def unit(cast):
    cast.head  # noqa: B018 - answers for the department of the unit
    return cast.unit


@pytest.fixture
def anna(unit):
    return make.employee("anbe", "Anna Berg", unit=unit, mail="anbe@example.dk")


@pytest.fixture
def held(unit, anna):
    """Return two pc's and what else she has: three devices."""
    make.cost_holder()
    return [make.lease(f"PF00000{n}", unit=unit, employee=anna).device for n in range(1, 4)]


def leave(anna, partings, actor, **changed):
    asked = {
        "employee": anna,
        "last_day": LAST,
        "partings": partings,
        "tells_leader": True,
        "actor": actor,
        "today": TODAY,
        "now": NOW,
    }
    return offboard(**{**asked, **changed})


def where(device, day):
    return placements_in_force(day).get(device=device)


class TestPartings:
    def test_each_device_goes_its_own_way(self, anna, held, unit, cast):
        other = make.employee("bo", "Bo Dam", unit=make.unit("1002", "Nabo"))
        back, on, stays = held
        done = leave(
            anna,
            [
                Parting(back, WayOut.RETURN, LAST),
                Parting(on, WayOut.MOVE, LEFT, other),
                Parting(stays, WayOut.STAY, LEFT, used_for="Vikarer"),
            ],
            cast.helpdesk,
        )
        anna.refresh_from_db()
        assert anna.left_on == LEFT
        # What is not handed in yet is hers, and expected back.
        assert where(back, LEFT).employee == anna
        assert list(ExpectedReturn.objects.values_list("device", "due_on", "why")) == [
            (back.pk, LAST, "asked")
        ]
        assert (where(on, LEFT).employee, where(on, LEFT).unit) == (other, other.unit)
        assert where(on, LAST).employee == anna
        kept = where(stays, LEFT)
        assert (kept.employee, kept.unit, kept.used_for) == (None, unit, "Vikarer")
        assert done.act.kind == Act.Kind.OFFBOARDING
        assert "Anna" not in done.act.title

    def test_a_day_that_has_come_takes_it_back_at_once(self, anna, held, cast):
        leave(
            anna,
            [Parting(one, WayOut.RETURN, TODAY) for one in held],
            cast.helpdesk,
            last_day=TODAY,
        )
        assert [where(one, TODAY).unit for one in held] == [None] * 3
        assert not ExpectedReturn.objects.exists()

    def test_one_that_cannot_be_moved_leaves_everything_as_it_was(self, anna, held, cast):
        other = make.employee("bo", "Bo Dam", unit=anna.unit)
        make.lease("PF000009", unit=anna.unit, employee=other)
        before = set(Placement.objects.values_list("pk", "employee"))
        with pytest.raises(Refused) as refused:
            leave(
                anna,
                [
                    Parting(held[0], WayOut.RETURN, TODAY),
                    Parting(held[1], WayOut.MOVE, LEFT, other),
                    Parting(held[2], WayOut.STAY, LEFT),
                ],
                cast.helpdesk,
            )
        assert any("bo" in reason for reason in refused.value.reasons)
        anna.refresh_from_db()
        assert anna.left_on is None
        assert set(Placement.objects.values_list("pk", "employee")) == before
        assert not Mail.objects.exists()

    def test_what_has_come_since_is_not_forgotten(self, anna, held, cast):
        with pytest.raises(Refused, match="PF000003 er kommet til"):
            leave(anna, [Parting(one, WayOut.RETURN, LAST) for one in held[:2]], cast.helpdesk)

    def test_a_double_click_changes_nothing_and_writes_no_second_mail(self, anna, held, cast):
        partings = [
            Parting(held[0], WayOut.RETURN, LAST),
            Parting(held[1], WayOut.STAY, LEFT),
            Parting(held[2], WayOut.RETURN, TODAY),
        ]
        leave(anna, partings, cast.helpdesk)
        assert leave(anna, partings, cast.helpdesk).act is None
        assert Mail.objects.count() == 2

    def test_a_day_before_they_got_it_is_refused(self, anna, unit, cast):
        make.cost_holder()
        device = make.lease("PF000001").device
        make.placement(device, date(2026, 11, 5), unit=unit, employee=anna)
        for partings in (
            [Parting(device, WayOut.RETURN, date(2026, 11, 1))],
            [Parting(device, WayOut.STAY, date(2026, 11, 1))],
        ):
            with pytest.raises(Refused, match=r"PF000001 er først hos .* fra 05-11-2026"):
                leave(anna, partings, cast.helpdesk, last_day=date(2026, 10, 31))
        assert Employee.objects.get(pk=anna.pk).left_on is None

    def test_what_they_are_to_get_before_they_leave_is_expected_back(self, anna, unit, cast):
        make.cost_holder()
        device = make.lease("PF000001").device
        make.placement(device, date(2026, 11, 25), unit=unit, employee=anna)
        leave(anna, [Parting(device, WayOut.RETURN, LAST)], cast.helpdesk)
        later = [Parting(device, WayOut.RETURN, LEFT)]
        leave(anna, later, cast.helpdesk)
        assert leave(anna, later, cast.helpdesk).act is None
        assert ExpectedReturn.objects.get().due_on == LEFT

    def test_undone_everything_is_as_before(self, anna, held, cast):
        before = set(Placement.objects.values_list("pk", "device", "starts_on", "employee"))
        done = leave(
            anna,
            [
                Parting(held[0], WayOut.RETURN, LAST),
                Parting(held[1], WayOut.STAY, LEFT),
                Parting(held[2], WayOut.RETURN, TODAY),
            ],
            cast.helpdesk,
        )
        undo_act(act_id=done.act.pk, actor=cast.helpdesk, now=NOW)
        after = set(Placement.objects.values_list("pk", "device", "starts_on", "employee"))
        assert after == before
        assert Employee.objects.get(pk=anna.pk).left_on is None
        assert not ExpectedReturn.objects.exists()


class TestMails:
    def test_the_leader_reads_what_becomes_of_each_device(
        self, anna, held, cast, django_capture_on_commit_callbacks
    ):
        other = make.employee("bo", "Bo Dam", unit=make.unit("1002", "Nabo"))
        with django_capture_on_commit_callbacks(execute=True):
            leave(
                anna,
                [
                    Parting(held[0], WayOut.RETURN, LAST),
                    Parting(held[1], WayOut.MOVE, LEFT, other),
                    Parting(held[2], WayOut.STAY, LEFT, used_for="Vikarer"),
                ],
                cast.helpdesk,
            )
        own, leader = sorted(mail.outbox, key=lambda one: one.to != ["anbe@example.dk"])
        assert own.subject == "Aflever din T14 senest den 30-11-2026"
        assert "PF000001" in own.body
        assert leader.to == [cast.head.email]
        for said in (
            "PF000001: afleveres hos it-helpdesk senest den 30-11-2026",
            "PF000002: går videre til Bo Dam fra den 01-12-2026, og Nabo betaler.",
            "til Vikarer.",
        ):
            assert said in leader.body
        html = leader.alternatives[0][0]
        assert "PF000001" in html
        assert "Bo Dam" in html

    def test_the_leader_of_one_who_left_with_nothing_is_told_once(self, anna, cast, client_of):
        Employee.objects.filter(pk=anna.pk).update(left_on=LEFT)
        client, typed = client_of(cast.helpdesk), {"last_day": "30-11-2026", "tells_leader": "on"}
        url = f"/medarbejdere/{anna.pk}/fratraeder/"
        assert "Lederen har fået en mail" in client.post(url, typed, follow=True).content.decode()
        assert "intet ændret" in client.post(url, typed, follow=True).content.decode()
        assert Mail.objects.get().recipients == cast.head.email

    def test_it_can_be_left_out(self, anna, held, cast):
        partings = [Parting(one, WayOut.RETURN, TODAY) for one in held]
        leave(anna, partings, cast.helpdesk, last_day=TODAY, tells_leader=False)
        assert not Mail.objects.exists()


class TestThePage:
    @pytest.fixture
    def client(self, cast, client_of):
        return client_of(cast.helpdesk)

    def fields(self, held, **changed):
        typed = {"last_day": "30-11-2026", "tells_leader": "on"}
        typed |= {f"fate-{one.pk}": "tilbage" for one in held}
        return typed | changed

    def test_it_says_what_it_costs_before_anything_is_saved(self, client, anna, held):
        url = f"/medarbejdere/{anna.pk}/fratraeder/"
        shown = client.post(url, self.fields(held, trin="vis"))
        assert "slipper for" in shown.content.decode()
        assert Employee.objects.get(pk=anna.pk).left_on is None
        first = read(client, url).xpath("//input[@name='agreed']/@value")[0]
        unseen = client.post(url, self.fields(held, agreed=first))
        assert unseen.status_code == 200  # nothing was shown yet, so nothing is saved
        assert "siden du så" not in unseen.content.decode()  # and nothing has changed
        assert Employee.objects.get(pk=anna.pk).left_on is None

    def test_saved_it_leads_back_with_a_way_to_undo_it(self, client, anna, held):
        url = f"/medarbejdere/{anna.pk}/fratraeder/"
        shown = read_post(client, url, self.fields(held, trin="vis"))
        agreed = shown.xpath("//input[@name='agreed']/@value")[0]
        answer = client.post(url, self.fields(held, agreed=agreed), follow=True)
        assert Employee.objects.get(pk=anna.pk).left_on == LEFT
        said = answer.content.decode()
        assert "Anna Berg har sidste dag den 30-11-2026. Lederen har fået en mail." in said
        assert f"/fortryd/{Act.objects.get().pk}/nu/" in said

    def test_of_two_at_once_the_second_sees_the_day_of_the_first_before_it_is_changed(
        self, client, anna, held
    ):
        url, later = f"/medarbejdere/{anna.pk}/fratraeder/", {"last_day": "14-12-2026"}
        shown = []
        for changed in ({}, later):
            page = read_post(client, url, self.fields(held, trin="vis", **changed))
            shown.append(page.xpath("//input[@name='agreed']/@value")[0])
        assert client.post(url, self.fields(held, agreed=shown[0])).status_code == 302

        stale = client.post(url, self.fields(held, agreed=shown[1], **later))
        assert stale.status_code == 422
        assert "Sidste dag er hidtil 30-11-2026." in stale.content.decode()
        assert Employee.objects.get(pk=anna.pk).left_on == LEFT
        page = text_of(read(client, f"/medarbejdere/{anna.pk}/"))
        assert "Sidste dag 30-11-2026" in page

    def test_nobody_named_is_asked_for_at_the_field(self, client, anna, held):
        [first, *_] = held
        typed = self.fields(held, **{f"fate-{first.pk}": "flyt"})
        answer = client.post(f"/medarbejdere/{anna.pk}/fratraeder/", typed)
        assert answer.status_code == 422
        assert "Skriv, hvem der skal have den." in answer.content.decode()

    def test_hostile_days_are_refused_in_words(self, client, anna, held):
        for day in ("32-13-2026", "01-01-0001", "9" * 500, "\x00"):
            typed = self.fields(held, last_day=day)
            answer = client.post(f"/medarbejdere/{anna.pk}/fratraeder/", typed)
            assert answer.status_code == 422, day

    def test_a_day_to_hand_in_is_no_more_than_ten_years_away(self, client, anna, held):
        typed = self.fields(held, **{f"on-{held[0].pk}": "31-12-2099"})
        answer = client.post(f"/medarbejdere/{anna.pk}/fratraeder/", typed)
        assert answer.status_code == 422
        assert "mere end ti år væk" in answer.content.decode()

    def test_ten_devices_cost_as_many_queries_as_three(self, client, anna, held, unit):
        url = f"/medarbejdere/{anna.pk}/fratraeder/"
        few = queries_of(client, url)
        for n in range(10, 17):
            make.lease(f"PF0000{n}", unit=unit, employee=anna)
        assert queries_of(client, url) <= few

    def test_the_page_of_the_person_has_what_one_does_with_them(self, client, anna, held):
        page = read(client, f"/medarbejdere/{anna.pk}/")
        links = {
            a.text_content().strip(): a.get("href")
            for a in page.xpath("//main//*[@class='page-head']//a")
        }
        assert links["Bestil"] == f"/bestillinger/ny/?medarbejder={anna.pk}"
        assert links["Udlever"] == "/udstyr/udlever/?initialer=anbe"
        assert links["Fratræder"] == f"/medarbejdere/{anna.pk}/fratraeder/"
        back = read(client, links["Tag tilbage"])
        assert all(str(one) in text_of(back) for one in held)


def read_post(client, url, typed):
    return html.fromstring(client.post(url, typed).content.decode())
