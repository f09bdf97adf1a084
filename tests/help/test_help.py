"""What each page says of how one does it, and how it is found."""

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver, resolve

from albertslund_it import roles
from albertslund_it.help.reference import WORDS
from albertslund_it.help.topics import (
    BY_PAGE,
    BY_ROOM,
    GROUPS,
    TOPICS,
    groups_for,
    topic_of,
    topics_like,
    topics_of,
)

# Their pages explain themselves.
WITHOUT = {"albertslund_it.help", "albertslund_it.web", "albertslund_it.style"}


def views(patterns):
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one.name, ".".join(one.callback.__module__.split(".")[:2])
        elif one.app_name != "admin":
            yield from views(one.url_patterns)


def test_every_page_has_help_and_none_is_for_a_page_that_is_gone():
    pages = list(views(get_resolver().url_patterns))
    rooms = {room for _, room in pages if room.startswith(("leasing.", "inventory."))}

    assert rooms <= set(BY_ROOM)
    assert set(BY_PAGE) <= {name for name, _ in pages}
    assert {one.group for one in TOPICS} == set(GROUPS)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_a_topic_is_a_few_steps_and_its_picture_is_there(topic):
    told = get_template(topic.template).render()

    assert 2 <= told.count("<li>") <= 5
    assert not topic.picture or finders.find(topic.picture)


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/", "forside"),
        ("/bestillinger/", "bestilling"),
        ("/bestillinger/levering/", "levering"),
        ("/egenbetaling/", "egenbetaling"),
        ("/egenbetaling/forskel/", "forskel"),
        ("/kvartaler/2026Q3/", "kvartal"),
    ],
)
def test_a_page_has_its_own_topic_before_that_of_its_room(path, slug):
    assert topic_of(resolve(path)).slug == slug


def test_the_search_finds_words_of_the_steps_however_they_are_spelled():
    def found(asked):
        return {topic.slug for _, topics in groups_for(set(), asked) for topic in topics}

    assert "leverandoerfaktura" in found("kreditnota")
    assert found("leverandør") == found("leverandoer") != set()
    assert found("kreditnota frikøb") == set()
    assert len(found("")) == len(TOPICS)


def test_ones_own_role_comes_first():
    assert next(groups_for({roles.FINANCE}, ""))[0] == roles.FINANCE
    assert next(groups_for({roles.UNIT_LEADER}, ""))[0] == "Ledere"


def test_the_words_stand_in_the_order_of_a_dictionary():
    from albertslund_it.common.names import danish_key

    names = [word for word, _ in WORDS]
    assert names == sorted(names, key=danish_key)


def test_a_page_carries_its_help_and_the_menu_leads_to_it(client_of, cast):
    page = client_of(cast.finance).get("/kvartaler/").content.decode()

    assert "Sådan gør du: Lås kvartalet, og få det i Opus" in page
    assert 'href="#hjaelp"' in page


def test_a_search_for_nothing_known_says_whom_to_ask(client_of, cast):
    page = client_of(cast.head).get("/hjaelp/", {"q": "<b>kaffe"}).content.decode()

    assert "Intet i hjælpen handler om »&lt;b&gt;kaffe«" in page
    assert client_of(cast.head).get("/hjaelp/findes-ikke/").status_code == 404


def test_the_search_leads_to_the_help_named_so_first(client_of, cast):
    page = client_of(cast.finance).get("/soeg/alt/", {"q": "dispens"}).content.decode()

    assert 'href="/hjaelp/dispensation/"' in page
    assert topics_like("dispens", TOPICS)[0].slug == "dispensation"
    assert "leverandoerfaktura" in {topic.slug for topic in topics_like("kreditnota", TOPICS)}
    assert topics_like("di", TOPICS) == topics_like("æblegrød", TOPICS) == []


def test_the_page_of_keys_has_ones_own_letters_and_the_switch(client_of, cast):
    page = client_of(cast.helpdesk).get("/hjaelp/genveje/").content.decode()

    assert 'href="/bestillinger/ny/">Ny bestilling</a>' in page
    assert "data-keys-switch" in page
    others = client_of(cast.finance).get("/hjaelp/genveje/").content.decode()
    assert ">Ny bestilling</a>" not in others


@pytest.mark.django_db
def test_a_search_offers_the_help_for_what_one_does(cast):
    def slugs(typed, user):
        return {topic.slug for topic in topics_like(typed, topics_of(user))}

    assert "leverandoerfaktura" in slugs("ikke vores", cast.finance)
    assert "bekraeft" in slugs("ikke vores", cast.head)
    assert "leverandoerfaktura" not in slugs("ikke vores", cast.head)
    assert "dispensation" in slugs("dispens", cast.helpdesk), "a page that is open"
    assert "forside" in slugs("venter", cast.head), "what is for everybody"
    assert "leverandoerfaktura" in slugs("kreditnota", cast.auditor)
