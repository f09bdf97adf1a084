"""What there is help for, and which pages each topic belongs to."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import ResolverMatch, resolve, reverse
from django.utils.html import strip_tags

from albertslund_it import roles
from albertslund_it.common.names import search_words
from leasing.search.presenters.pages import ACTIONS, PAGES, open_to

SHORTEST, MOST_TOPICS = 3, 3
SIGNS = re.compile("[»«,.:;?!()]")
EVERYBODY = "Alle"
LEADERS = "Ledere"
# The order of the front of the help, and whose roles each group is for.
GROUPS = {
    EVERYBODY: (),
    roles.HELPDESK: (roles.HELPDESK,),
    LEADERS: (roles.HEAD, roles.UNIT_LEADER),
    roles.FINANCE: (roles.FINANCE,),
    roles.ADMINISTRATOR: (roles.ADMINISTRATOR,),
}


@dataclass(frozen=True)
class Topic:
    """One job, told in a few steps; its words are the template of its name.

    `rooms` are the subjects whose pages it is for; `pages` are single pages of another room's.
    """

    slug: str
    title: str
    group: str
    rooms: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    shows: str = ""

    @property
    def template(self) -> str:
        return f"help/topics/{self.slug}.html"

    @property
    def picture(self) -> str:
        """Return the static file of the page's picture; '' where it needs none."""
        return self.shows and f"help/{self.shows}.png"


TOPICS = (
    Topic("forside", "Se, hvad der venter på dig", EVERYBODY, ("leasing.front",), shows="front"),
    Topic("soegning", "Find alt med ét felt", EVERYBODY, ("leasing.search",)),
    Topic("fortryd", "Fortryd det, du lige har gjort", EVERYBODY, ("leasing.undo",)),
    Topic(
        "visninger",
        "Gem en visning af en liste, og få den på mail",
        EVERYBODY,
        ("inventory.presets", "leasing.subscriptions"),
    ),
    Topic("arbejde", "Følg det, der tager tid", EVERYBODY, ("leasing.jobs",)),
    Topic("haendelser", "Se, hvem der ændrede hvad", EVERYBODY, ("inventory.history",)),
    Topic("bestilling", "Opret en bestilling", roles.HELPDESK, ("leasing.orders",), shows="order"),
    Topic(
        "postkasse",
        "Gør mails fra postkassen til bestillinger",
        roles.HELPDESK,
        ("leasing.mail_in", "leasing.mail"),
    ),
    Topic(
        "levering",
        "Køb ind, og modtag en levering",
        roles.HELPDESK,
        pages=("purchase", "delivery"),
        shows="orders",
    ),
    Topic(
        "udlevering",
        "Udlever, flyt, lån ud og tag tilbage",
        roles.HELPDESK,
        ("leasing.movements", "inventory.placements"),
    ),
    Topic(
        "udstyr",
        "Find et stykke udstyr, og forstå dets side",
        roles.HELPDESK,
        ("leasing.devices", "leasing.notes", "leasing.kept_files", "inventory.devices"),
        shows="device",
    ),
    Topic(
        "medarbejder",
        "En medarbejder begynder, flytter eller stopper",
        roles.HELPDESK,
        ("leasing.people", "inventory.people"),
    ),
    Topic(
        "udrulning", "Planlæg en udrulning", roles.HELPDESK, ("inventory.rollout",), shows="rollout"
    ),
    Topic("optaelling", "Tæl udstyret i en enhed", roles.HELPDESK, ("leasing.stocktake",)),
    Topic("datakvalitet", "Ret de fejl, der koster", roles.HELPDESK, ("leasing.data_quality",)),
    Topic("kilder", "Sammenlign med andre kilder", roles.HELPDESK, ("leasing.sources",)),
    Topic("indlaes", "Indlæs en fil", roles.HELPDESK, ("leasing.imports",)),
    Topic(
        "organisation",
        "Afdelinger og enheder, også når de ændres",
        roles.HELPDESK,
        ("inventory.organisation", "leasing.reorganisation"),
    ),
    Topic(
        "udloeb",
        "Når leasingen udløber",
        roles.HELPDESK,
        (
            "leasing.lease_end",
            "leasing.leases",
            "leasing.end_calendar",
            "leasing.lessor_questions",
            "leasing.buyout",
            "leasing.replacing",
            "leasing.calendar_feed",
        ),
    ),
    Topic("returnering", "Send udstyr tilbage i it-bure", roles.HELPDESK, ("leasing.returns",)),
    Topic(
        "egenbetaling",
        "Forstå din egenbetaling",
        LEADERS,
        ("leasing.cost_share",),
        shows="share",
    ),
    Topic("forskel", "Se, hvorfor beløbet er ændret", LEADERS, pages=("bridge",), shows="bridge"),
    Topic("dispensation", "Svar på en dispensation", LEADERS, ("leasing.approvals",)),
    Topic("bekraeft", "Bekræft listen, eller sig »Ikke vores«", LEADERS, ("leasing.confirmation",)),
    Topic(
        "kvartal",
        "Lås kvartalet, og få det i Opus",
        roles.FINANCE,
        ("leasing.quarters", "leasing.billing", "leasing.rebilling"),
        shows="quarter",
    ),
    Topic(
        "leverandoerfaktura",
        "Afstem leasinggivers faktura",
        roles.FINANCE,
        ("leasing.supplier",),
        shows="reconciliation",
    ),
    Topic("aaret", "Følg regnskabsåret og budgettet", roles.FINANCE, ("leasing.fiscal_year",)),
    Topic("engangsbeloeb", "Læg et engangsbeløb på en enhed", roles.FINANCE, ("leasing.charges",)),
    Topic("bilagsspor", "Følg et beløb til dets kilde", roles.FINANCE, ("leasing.audit_trail",)),
    Topic("kom-i-gang", "Kom i gang den første dag", roles.ADMINISTRATOR, ("leasing.setup",)),
    Topic("brugere", "Giv adgang, og luk den igen", roles.ADMINISTRATOR, ("leasing.users",)),
    Topic(
        "totrinskode",
        "Sæt totrinskode op",
        roles.ADMINISTRATOR,
        ("albertslund_it.second_factor",),
    ),
    Topic("indstillinger", "Ret indstillinger", roles.ADMINISTRATOR, ("leasing.settings",)),
    Topic("api", "Lad andre systemer læse og skrive", roles.ADMINISTRATOR, ("leasing.api",)),
    Topic(
        "drift",
        "Se, hvordan systemet har det",
        roles.ADMINISTRATOR,
        ("albertslund_it.operation",),
    ),
    Topic(
        "webhooks",
        "Fortæl andre systemer, hvad der sker",
        roles.ADMINISTRATOR,
        ("leasing.webhooks",),
    ),
    Topic("persondata", "Persondata", roles.ADMINISTRATOR, ("leasing.retention",)),
    Topic("it-sikkerhed", "It-sikkerhed", roles.ADMINISTRATOR, ("leasing.it_security",)),
)
BY_SLUG = {topic.slug: topic for topic in TOPICS}
BY_ROOM = {room: topic for topic in TOPICS for room in topic.rooms}
BY_PAGE = {page: topic for topic in TOPICS for page in topic.pages}


def topic_of(match: ResolverMatch | None) -> Topic | None:
    """Return what helps on a page: its own topic, or that of the room it is in."""
    if match is None:
        return None
    room = ".".join(match.func.__module__.split(".")[:2])
    return BY_PAGE.get(match.url_name or "") or BY_ROOM.get(room)


def groups_for(role_names: set[str], asked: str) -> Iterator[tuple[str, list[Topic]]]:
    """Yield each group with the topics that say all words asked for, one's own groups first."""
    words = search_words(asked)
    own = sorted(GROUPS, key=lambda group: not role_names.intersection(GROUPS[group]))
    for group in own:
        found = [topic for topic in TOPICS if topic.group == group]
        found = [topic for topic in found if all(word in _said_in(topic) for word in words)]
        if found:
            yield group, found


def topics_of(user: User) -> list[Topic]:
    """Return the topics for a user: of the own roles, for everybody, and of pages one may open."""
    names = set(user.groups.values_list("name", flat=True))
    own = {group for group, theirs in GROUPS.items() if names.intersection(theirs)}
    opened = {topic_of_page(page.name) for page in open_to(user.has_perm, (*ACTIONS, *PAGES))}
    return [one for one in TOPICS if one.group in (EVERYBODY, *own) or one in opened]


@cache
def topic_of_page(name: str) -> Topic | None:
    """Return what helps on the page of an address without arguments."""
    return topic_of(resolve(reverse(name)))


def topics_like(typed: str, topics: Iterable[Topic]) -> list[Topic]:
    """Return the few of some topics that fit a search: those named so, then those that say it."""
    words = search_words(typed)
    if not any(len(word) >= SHORTEST for word in words):
        return []
    found: tuple[list[Topic], list[Topic]] = ([], [])
    for topic in topics:
        title = _words(topic.title)
        if all(any(one.startswith(word) for one in title) for word in words):
            found[0].append(topic)
        elif set(words) <= set(_said_in(topic).split()):
            found[1].append(topic)
    return [*found[0], *found[1]][:MOST_TOPICS]


@cache
def _said_in(topic: Topic) -> str:
    text = f"{topic.title} {strip_tags(render_to_string(topic.template))}"
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return search_words(SIGNS.sub(" ", text))
