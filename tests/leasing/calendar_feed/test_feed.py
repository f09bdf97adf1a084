"""The calendar at a secret address: what a user may see today, for whoever has the address."""

from datetime import UTC, date, datetime

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Access
from leasing.calendar_feed.exports import as_icalendar
from leasing.calendar_feed.presenters import CalendarEvent
from leasing.calendar_feed.services import delete_feed, make_feed
from leasing.models import CalendarFeed, Settings
from tests import builders as make
from tests.leasing.lessor_questions.asking import ask
from tests.leasing.pages import read, text_of

TODAY = date(2029, 7, 10)
NOW = datetime(2029, 7, 10, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def town(settings, db, cast):
    """Let two leases of the head's department end, and one of another's; all on 31-12-2029."""
    settings.TODAY = TODAY
    Settings.objects.update(uses_calendar_feed=True, site_address="https://pc.example.dk/")
    make.cost_holder()
    anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
    make.lease("PF000001", unit=cast.unit, employee=anna)
    make.lease("PF000002", unit=cast.unit)
    other = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
    make.lease("PF000003", unit=other, agreement="UA-2")
    make.decided(make.lease("PF000004", unit=cast.unit), "return")
    make.lease("PF000005")  # in stock
    ask()


def address_of(user):
    return f"/kalender/{make_feed(user=user, now=NOW)}.ics"


def summaries(response):
    assert response.status_code == 200
    calendar = icalendar.Calendar.from_ical(response.content)
    return [(str(e["dtstart"].dt), str(e["summary"])) for e in calendar.walk("VEVENT")]


class TestWhatItSays:
    def test_the_helpdesk_has_everything_by_day_and_sub_agreement(self, cast):
        assert summaries(Client().get(address_of(cast.helpdesk))) == [
            ("2029-08-01", "Svar leasinggiver om UA-1: 3 stk. uden beslutning"),
            ("2029-12-01", "Sidste dag for frikøb, UA-1: 3 stk. uden beslutning"),
            ("2029-12-01", "Sidste dag for frikøb, UA-2: 1 stk. uden beslutning"),
            ("2029-12-31", "Udløb 4. kvartal 2029, UA-1: 3 stk. uden beslutning"),
            ("2029-12-31", "Udløb 4. kvartal 2029, UA-2: 1 stk. uden beslutning"),
        ]

    def test_a_head_has_the_own_department_and_no_letter_of_the_lessors(self, cast):
        assert summaries(Client().get(address_of(cast.head))) == [
            ("2029-12-01", "Sidste dag for frikøb, UA-1: 2 stk. uden beslutning"),
            ("2029-12-31", "Udløb 4. kvartal 2029, UA-1: 2 stk. uden beslutning"),
        ]

    def test_it_follows_the_access_of_the_day(self, cast, settings):
        url = address_of(cast.head)
        Access.objects.filter(user=cast.head).update(ends_before=date(2029, 7, 11))
        assert summaries(Client().get(url))
        settings.TODAY = date(2029, 7, 11)
        assert summaries(Client().get(url)) == []

    def test_where_buyout_is_no_choice_it_has_no_day(self, cast):
        Settings.objects.update(allows_buyout=False)
        text = str(summaries(Client().get(address_of(cast.helpdesk))))
        assert "frikøb" not in text

    def test_it_names_neither_people_nor_devices(self, cast):
        for user in (cast.helpdesk, cast.head, cast.finance):
            text = Client().get(address_of(user)).content.decode()
            for name in ("Anna", "anbe", "PF00000", "Biblioteket", cast.unit.name, user.username):
                assert name not in text

    def test_a_deadline_keeps_its_name_when_its_count_changes(self, cast):
        url = address_of(cast.helpdesk)
        before = Client().get(url)
        make.decided(make.lease("PF000006", unit=cast.unit), "extension", quarters=8)
        make.lease("PF000007", unit=cast.unit)
        after = Client().get(url)
        uids = [
            {str(e["uid"]) for e in icalendar.Calendar.from_ical(one.content).walk("VEVENT")}
            for one in (before, after)
        ]
        assert uids[0] < uids[1]
        assert len(uids[0]) == 5
        assert before.content != after.content

    def test_more_leases_ask_the_database_nothing_more(self, cast):
        url = address_of(cast.head)

        def queries():
            Client().get(url)  # kept costs are brought up to date
            with CaptureQueriesContext(connection) as asked:
                Client().get(url)
            return len(asked)

        few = queries()
        for n in range(20):
            make.lease(f"PF0001{n:02}", unit=cast.unit, starts_on=date(2026, 1, 1 + n))
        assert queries() <= few


class TestTheAddress:
    def test_it_is_kept_as_a_digest_alone(self, cast):
        secret = make_feed(user=cast.head, now=NOW)
        feed = CalendarFeed.objects.get()
        assert len(secret) >= 43
        assert secret not in str(vars(feed))
        assert len(feed.secret_digest) == 64

    def test_wrong_revoked_and_deleted_ones_show_one_page(self, cast, client_of):
        first = address_of(cast.head)
        second = address_of(cast.head)  # revokes the first
        third = address_of(cast.helpdesk)
        delete_feed(user=cast.helpdesk)
        pages = [Client().get(url) for url in ("/kalender/forkert.ics", first, third)]
        pages.append(client_of(cast.helpdesk).get(third))
        assert [page.status_code for page in pages] == [404] * 4
        assert len({page.content for page in pages[:3]}) == 1
        assert Client().get(second).status_code == 200

    @pytest.mark.parametrize("how", ["inactive", "no role", "switched off", "deleted"])
    def test_whoever_may_no_longer_reads_nothing(self, cast, how):
        user = cast.head
        url = address_of(user)
        assert Client().get(url).status_code == 200
        if how == "inactive":
            user.is_active = False
            user.save()
        elif how == "no role":
            user.groups.clear()
        elif how == "switched off":
            Settings.objects.update(uses_calendar_feed=False)
        else:
            user.delete()
        assert Client().get(url).status_code == 404

    @pytest.mark.parametrize("secret", ["", "%00", "é" * 300, "a" * 5000, "..%2f..%2f"])
    def test_hostile_addresses_are_not_found(self, secret):
        assert Client().get(f"/kalender/{secret}.ics").status_code == 404

    def test_the_digest_is_no_key(self, cast):
        make_feed(user=cast.head, now=NOW)
        digest = CalendarFeed.objects.get().secret_digest
        assert Client().get(f"/kalender/{digest}.ics").status_code == 404

    def test_it_is_read_and_nothing_else(self, cast):
        url = address_of(cast.head)
        assert Client().post(url).status_code == 405
        assert Client().head(url).status_code == 200

    def test_unchanged_it_is_not_sent_again(self, cast):
        url = address_of(cast.head)
        first = Client().get(url)
        assert first["Content-Type"] == "text/calendar; charset=utf-8"
        assert "private" in first["Cache-Control"]
        assert "no-store" not in first["Cache-Control"]
        again = Client().get(url, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        make.lease("PF000009", unit=cast.unit)
        assert Client().get(url, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


class TestThePage:
    def test_it_is_made_shown_once_made_anew_and_taken_away(self, cast, client_of):
        client = client_of(cast.head)
        assert "Du har ingen adresse endnu" in text_of(read(client, "/kalender/"))
        made = client.post("/kalender/", {"handling": "lav"}).content.decode()
        [address] = [part for part in made.split('"') if part.endswith(".ics")]
        assert address.startswith("https://pc.example.dk/kalender/")
        path = address.removeprefix("https://pc.example.dk")
        assert Client().get(path).status_code == 200
        assert path not in client.get("/kalender/").content.decode()
        client.post("/kalender/", {"handling": "lav"})
        assert Client().get(path).status_code == 404
        shown = client.post("/kalender/", {"handling": "slaa-fra"}, follow=True)
        assert "slået fra" in shown.content.decode()
        assert not CalendarFeed.objects.exists()

    def test_looking_makes_nothing(self, cast, client_of):
        client_of(cast.head).get("/kalender/?handling=lav")
        assert not CalendarFeed.objects.exists()

    def test_nobody_takes_anothers_away(self, cast, client_of):
        url = address_of(cast.head)
        client_of(cast.helpdesk).post("/kalender/", {"handling": "slaa-fra"})
        assert Client().get(url).status_code == 200

    def test_it_is_not_there_until_it_is_switched_on(self, cast, client_of):
        Settings.objects.update(uses_calendar_feed=False)
        assert client_of(cast.head).get("/kalender/").status_code == 404
        assert "/kalender/" not in [
            link.get("href") for link in read(client_of(cast.head), "/udloeb/kalender/").iter("a")
        ]


class TestTheFile:
    LONG = "Udløb, æøå; med komma, semikolon; og \\ " * 9

    def text(self):
        event = CalendarEvent(
            "x@y", date(2029, 12, 31), self.LONG, "To\nlinjer", "https://a/?b=1&c"
        )
        return as_icalendar([event], TODAY)

    def test_lines_are_folded_by_75_octets_and_end_with_crlf(self):
        content = self.text()
        assert content.endswith(b"END:VCALENDAR\r\n")
        lines = content.split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert b"\n" not in content.replace(b"\r\n", b"")
        for line in lines:
            line.decode()  # no letter is cut in two

    def test_what_has_a_meaning_is_escaped_and_read_back_as_it_was(self):
        unfolded = self.text().replace(b"\r\n ", b"").decode()
        assert r"Udløb\, æøå\; med komma\, semikolon\; og \\ " in unfolded
        assert r"DESCRIPTION:To\nlinjer" in unfolded
        [event] = icalendar.Calendar.from_ical(self.text()).walk("VEVENT")
        assert str(event["summary"]) == self.LONG
        assert str(event["description"]) == "To\nlinjer"

    def test_an_event_takes_the_whole_day(self):
        text = self.text().decode()
        assert "DTSTART;VALUE=DATE:20291231\r\n" in text
        assert "DTEND;VALUE=DATE:20300101\r\n" in text
        assert "DTSTAMP:20290710T000000Z\r\n" in text
