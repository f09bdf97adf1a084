"""Events as a calendar reads them: iCalendar, RFC 5545."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from leasing.calendar_feed.presenters import CalendarEvent

NAME = "Pc-leasing: frister ved udløb"
ONE_DAY = timedelta(days=1)


def as_icalendar(events: Iterable[CalendarEvent], on: date) -> bytes:
    """Return a calendar of all-day events; of one day's the same bytes, however often."""
    calendar = Calendar()
    calendar.add("prodid", "-//Albertslund Kommune//Pc-leasing//DA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", timedelta(hours=12), {"VALUE": "DURATION"})
    stamp = datetime.combine(on, time(), UTC)
    for one in events:
        event = Event()
        event.add("uid", one.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + ONE_DAY)
        event.add("summary", one.summary)
        event.add("description", one.description)
        event.add("url", one.url)
        event.add("transp", "TRANSPARENT")  # the day is not taken
        calendar.add_component(event)
    return bytes(calendar.to_ical())
