"""The page of every part: who sees it, that it shows all there is, and that none is inaccessible."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from tests.browser import assert_accessible, be_logged_in, every_look
from tests.web.markup import parse

pytestmark = pytest.mark.django_db
# Those of the project's own apps: `make looks` and `collectstatic` leave copies beside them.
STYLES = sorted(
    path
    for app in ("albertslund_it", "inventory", "leasing")
    for path in (settings.BASE_DIR / app / "static").rglob("*.css")
)
COMMENT, RULE = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"([^{}]*)\{([^{}]*)\}")


def test_where_debugging_is_off_only_administrators_see_it(cast, client_of, settings):
    settings.DEBUG = False
    assert client_of(cast.administrator).get("/stil/").status_code == 200
    assert client_of(cast.helpdesk).get("/stil/").status_code == 403
    settings.DEBUG = True
    assert client_of(cast.helpdesk).get("/stil/").status_code == 200


def test_every_colour_of_the_tokens_has_its_swatch_in_each_look(cast, client_of):
    tokens = Path(finders.find("web/tokens.css")).read_text()
    light, dark = tokens.split('[data-bs-theme="dark"]')[:2]
    colours = set(re.findall(r"--([a-z0-9-]+): (?:#|rgb\()", light))
    assert colours - {"shadow-1", "shadow-2", "veil", "on-accent"} <= set(
        re.findall(r"--([a-z0-9-]+): (?:#|rgb\()", dark)
    )
    page = parse(client_of(cast.administrator).get("/stil/"))
    shown = {one.split("swatch-")[1] for one in page.xpath("//span/@class") if "swatch-" in one}
    assert shown == colours - {"veil", "on-accent"}
    sides = page.xpath("//section[contains(@class, 'side')]")
    assert len(sides) == 4
    assert len({len(side.xpath(".//*")) for side in sides}) == 1


def test_the_dark_changes_colours_only():
    """What axe-core finds in the light it need not look for in the dark (tests/browser.py)."""
    rules = [
        (file.name, selector, declared.strip())
        for file in STYLES
        for selector, inside in RULE.findall(COMMENT.sub("", file.read_text()))
        if "dark" in selector or '[data-theme="light"]' in selector
        for declared in inside.split(";")
        if declared.strip()
    ]
    assert len(rules) > 20
    # The admin's are Django's to name; each of them says for which look it is.
    by_system = [file.name for file in STYLES if "prefers-color-scheme" in file.read_text()]
    assert by_system == ["admin.css"]
    assert [one for one in rules if not re.match(r"(--[a-z0-9-]+|color-scheme):", one[2])] == []


def test_every_shared_part_is_shown(cast, client_of):
    parts = Path(finders.find("web/parts.css")).read_text()
    of_parts = set(re.findall(r"^\.([a-z-]+) \{", parts, re.MULTILINE))
    page = parse(client_of(cast.administrator).get("/stil/"))
    shown = {name for names in page.xpath("//main//@class") for name in names.split()}
    # The search of everything and the end of a login come over a page, and a few only change what stands in them.
    assert of_parts - shown <= {
        "less",
        "palette",
        "palette-foot",
        "palette-group",
        "palette-query",
        "session-end",
        "stack",
    }


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_no_part_is_inaccessible_in_any_look(page, live_server, cast):
    be_logged_in(page, live_server, cast.administrator)
    page.goto(live_server.url + "/stil/")
    for _ in every_look(page):
        assert_accessible(page)  # in full in each: other pages are asked for half of their colours
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_is_ticked_restyles_no_whole_page():
    """A `:has()` that ends in anything at all makes a browser work out every style below it anew."""
    found = [
        (file.name, one.strip())
        for file in STYLES
        for selector, _ in RULE.findall(COMMENT.sub("", file.read_text()))
        for one in selector.split("\n")
        if re.search(r":has\(.*[ >+~](\*|:not\([^()]*\))\s*$", one)
    ]
    assert found == []
