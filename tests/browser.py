"""What browser tests do again and again; the fixture `page` is in conftest.py."""

import re
from importlib.resources import files
from urllib.parse import urlsplit
from zlib import crc32

from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD

# For each element axe works out, in ten colour spaces, what the same few texts mean that it and all it
# stands in are coloured by: two fifths of its time, unless it remembers them.
REMEMBER_COLOURS = """(() => {
    const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
    colour.parseString = function (text) {
        if (!known.has(text)) {
            parse.call(this, text);
            known.set(text, [this.r, this.g, this.b, this.alpha]);
        }
        [this.r, this.g, this.b, this.alpha] = known.get(text);
        return this;
    };
})();"""
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text() + REMEMBER_COLOURS
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# The dark differs from the light in its colours alone (tests/web/test_style.py), so only the rules
# that read those are asked of it: the others would say once more what they said in the light.
AXE_COLOURS = ["color-contrast", "link-in-text-block"]
# Only what is wrong is described and sent: describing all that is right is most of axe's time.
AXE_RUN = """asked => axe.run(document, {
    ...asked, resultTypes: ['violations'], selectors: false,
}).then(result => result.violations)"""
DARK = "dark"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def log_in(page, live_server, user, password=PASSWORD):
    """Log in through the real form; ends on the page that the login leads to."""
    page.goto(live_server.url + reverse("login"))
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", password)
    page.click("form:has(input[name=password]) [type=submit]")
    page.wait_for_load_state()
    assert "sessionid" in {cookie["name"] for cookie in page.context.cookies()}, page.url


def be_logged_in(page, live_server, user):
    """Let the browser be somebody's without the form, which journeys go through; shows no page yet."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": session.key, "value": session.value, "url": live_server.url}]
    )


def wait_for_focus(page, selector="input, textarea, select"):
    """Wait until a field has the focus: the browser gives it some time after the page has loaded."""
    page.wait_for_function("one => document.activeElement.matches(one)", arg=selector)


def wait_until_settled(page):
    """Wait until htmx listens to what it has put on the page, a moment after it is to be seen there."""
    page.wait_for_function("() => !document.querySelector('.htmx-added, .htmx-settling')")


def choose(page, label, text):
    """Choose in a select that one writes in: the first that what is typed fits."""
    field = page.get_by_role("combobox", name=label, exact=True).and_(page.locator("input"))
    field.fill(text)  # waits until the script has put it in place of the select
    field.press("Enter")


def count_clicks(page):
    """Return what is added to with each click on any page: what a script clicks is none."""
    clicks = []
    page.expose_function("clicked", lambda: clicks.append(1))
    page.add_init_script(
        "document.addEventListener('pointerdown', event => event.isTrusted && clicked(), true)"
    )
    return clicks


def every_look(page):
    """Show the page wide and narrow, light and dark, one after the other; gives each one's name."""
    for size in (WIDE, NARROW):
        for scheme in ("light", DARK):
            page.set_viewport_size(size)
            # Without motion, for axe must not look while colours are still fading over.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            yield f"{size['width']} px {scheme}"
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")


def asks_colours(address, look):
    """Return whether the colours of a page are read in this look.

    They are nearly all of what axe takes its time for. Each page is asked for them wide in one scheme
    and narrow in the other, half of the pages the other way round, so that what they share is asked in
    all four; /stil/ has every part in each (tests/web/test_style.py).
    """
    is_other_way = crc32(re.sub(r"\d+", "", urlsplit(address).path).encode()) % 2
    return (look.endswith(DARK) + look.startswith(str(NARROW["width"])) + is_other_way) % 2 == 0


def assert_accessible(page, look=""):
    """Fail with every violation that axe-core finds on the page as it stands.

    `look` is one of `every_look`, of which the light comes before the dark.
    """
    page.wait_for_load_state()  # a click ends when the next page has begun, before any of it is there
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # evaluated by the debugger, which the page's policy does not stop
    rules = {}
    if look.endswith(DARK):
        if not asks_colours(page.url, look):
            return
        only = {"type": "rule", "values": AXE_COLOURS}
    else:
        only = {"type": "tag", "values": AXE_TAGS}
        if look and not asks_colours(page.url, look):
            rules = {rule: {"enabled": False} for rule in AXE_COLOURS}
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    {node['html'][:200]}"
        for violation in page.evaluate(AXE_RUN, {"runOnly": only, "rules": rules})
        for node in violation["nodes"]
    ]
    assert not found, f"{page.url} {look}\n" + "\n".join(found)


def assert_accessible_in_every_look(page):
    """Run axe-core wide and narrow, light and dark."""
    for look in every_look(page):
        assert_accessible(page, look)


def assert_no_sideways_scroll(page):
    """Fail when the page itself is wider than the window (a table may scroll inside it)."""
    page.wait_for_load_state()
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the window"
