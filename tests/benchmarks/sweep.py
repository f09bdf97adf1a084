"""Every page of the demo, in its states and looks, as each role: axe, width, keyboard, no script.

    python -m tests.benchmarks.sweep [user …]

Links are followed from the menu, one page for each address and one for its narrowed list. A finding is
printed once, with how many pages have it. The demo is a copy, for every form is sent empty.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "albertslund_it.settings")
django.setup()

from tests.browser import AXE, AXE_COLOURS, AXE_RUN, AXE_TAGS, NARROW, WIDE  # noqa: E402
from tests.demo_server import chromium, demo_server, log_in_to_demo  # noqa: E402

USERS = ("helpdesk", "okonomi", "leder", "admin", "ledelse", "enhedsleder")
# A window of 320 px, and one of 1280 px at 200 %.
WIDTHS = (320, 390, 640, 1280)
STARTS = ("/", "/hjaelp/", "/admin/", "/soeg/?q=findes-ikke", "/visninger/")
NOT_FOLLOWED = re.compile(r"/(log-ud|static|api|dag)/|[?&](_export|format|fil)=|excel", re.I)
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
WIDER = "document.documentElement.scrollWidth - window.innerWidth"
LINKS = "[...document.querySelectorAll('a[href]')].map(one => one.href)"
MOVES = """() => document.getAnimations().filter(one =>
  Number(one.effect?.getComputedTiming().duration) > 20).length"""
EMPTY_FORM = """() => {
  const form = [...document.querySelectorAll('main form[method=post]')].reverse().find(one =>
    one.querySelector('input:not([type=hidden]):not([type=checkbox]), textarea, select'));
  if (!form) return false;
  form.noValidate = true;
  for (const one of form.querySelectorAll('input, textarea')) {
    if (!['hidden', 'checkbox', 'radio', 'submit'].includes(one.type)) one.value = '';
    if (['checkbox', 'radio'].includes(one.type)) one.checked = false;
  }
  form.requestSubmit();
  return true;
}"""
# What one can tab to, and what of it the focus does not show itself on.
STOPS = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex]')]
  .filter(one => !one.disabled && one.tabIndex >= 0 && one.type !== 'hidden'
    && one.checkVisibility({visibilityProperty: true}) && !one.closest('[inert]')
    && (one.type !== 'radio' || one.checked)).length"""
FOCUSED = """() => { const one = document.activeElement; if (one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const is_first = !one.dataset.swept; one.dataset.swept = 1;
  const label = one.type === 'radio' || one.type === 'checkbox' ? one.closest('label') : null;
  // A drawing marks its spot by a stroke of its own.
  const shown = one.closest('svg') || [one, label].filter(Boolean).some(seen => { const its = getComputedStyle(seen);
    return (its.outlineStyle !== 'none' && parseFloat(its.outlineWidth) > 0)
      || its.boxShadow !== 'none'; });
  return [is_first, shown && box.width > 0, one.outerHTML.slice(0, 160)]; }"""
MOST_STOPS = 150


class Sweep:
    """What was found, by what it is, and on how many pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.found: Counter[str] = Counter()
        self.first: dict[str, str] = {}

    def note(self, where: str, what: str) -> None:
        """Keep a finding, and print it the first time."""
        alike = re.sub(r"[0-9]+", "0", what)
        if not self.found[alike]:
            self.first[alike] = where
            print(f"  {where}\n      {what}", flush=True)
        self.found[alike] += 1

    def axe(self, page: Page, where: str, *, colours_only: bool = False) -> None:
        """Note all that axe-core finds on a page as it stands."""
        page.evaluate(AXE)
        kind, values = ("rule", AXE_COLOURS) if colours_only else ("tag", AXE_TAGS)
        for violation in page.evaluate(AXE_RUN, {"runOnly": {"type": kind, "values": values}}):
            for node in violation["nodes"]:
                self.note(where, f"{violation['id']}: {violation['help']} {node['html'][:160]}")

    def look(self, page: Page, where: str) -> None:
        """Look at a page in every look: axe in full in two of them, colours in the others."""
        for size, scheme, colours_only in (
            (WIDE, "light", False),
            (WIDE, "dark", True),
            (NARROW, "dark", False),
            (NARROW, "light", True),
        ):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.axe(page, f"{where} {size['width']} {scheme}", colours_only=colours_only)
        self.widths(page, where)

    def widths(self, page: Page, where: str) -> None:
        """Note where a page is wider than its window, and what moves in spite of everything."""
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if (wider := page.evaluate(WIDER)) > 0:
                self.note(f"{where} {width}", f"{wider} px wider than the window at {width} px")
        if page.evaluate(MOVES):
            self.note(where, "moves although less motion was asked for")

    def keys(self, page: Page, where: str) -> None:
        """Note what the Tab key does not reach, and what does not show that it has the focus."""
        stops = page.evaluate(STOPS)
        reached = 0
        for _ in range(min(stops, MOST_STOPS) + 5):
            page.keyboard.press("Tab")
            told = page.evaluate(FOCUSED)
            if told is None:
                continue
            is_first, is_shown, html = told
            if not is_first:
                break
            reached += 1
            if not is_shown:
                self.note(where, f"focus not seen: {html}")
        if reached < min(stops, MOST_STOPS) - 3:
            self.note(where, f"Tab reaches {reached} of {stops}")


def main() -> None:
    """Sweep as the users named, or as all, and end with 1 if anything was found."""
    with demo_server(on_a_copy=True) as address, sync_playwright() as playwright:
        browser, sweep = chromium(playwright), Sweep(address)
        for user in sys.argv[1:] or USERS:
            _as(browser, sweep, user)
    for what, count in sweep.found.most_common():
        print(f"{count:4} x {what[:150]}\n       first: {sweep.first[what]}")
    print(f"{len(sweep.found)} kinds of finding, {sum(sweep.found.values())} in all.")
    raise SystemExit(bool(sweep.found))


def _as(browser, sweep: Sweep, user: str) -> None:
    page = browser.new_page(viewport=WIDE, reduced_motion="reduce", bypass_csp=True)
    log_in_to_demo(page, sweep.address, user)
    pages = list(_pages(page, sweep.address))
    print(f"{user}: {len(pages)} pages", flush=True)
    for url in pages:
        try:
            _page(page, sweep, user, url)
            _form(page, sweep, user, url)
        except Error as error:
            sweep.note(f"{user} {url}", f"browser: {str(error).splitlines()[0]}")
    _without_script(browser, page, sweep, user, pages)
    page.context.close()


def _pages(page: Page, address: str) -> Iterator[str]:
    """Return an address of each page that links lead to, the menu's first."""
    waiting, seen = list(STARTS), set()
    while waiting:
        url = waiting.pop(0)
        key = _kind(url)
        if key in seen or NOT_FOLLOWED.search(url):
            continue
        seen.add(key)
        try:
            answer = page.goto(address + url)
        except Error:
            continue  # a file
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        yield url
        for link in page.evaluate(LINKS):
            there = urlsplit(urljoin(page.url, link))
            if link.startswith(address):
                waiting.append(there.path + (f"?{there.query}" if there.query else ""))


def _kind(url: str) -> tuple[str, bool]:
    """Return which address of the system a page is of, and whether it was narrowed."""
    path, _, query = url.partition("?")
    try:
        route = resolve(path).route
    except Resolver404:
        route = path
    if route.startswith("admin/"):
        # One list and one form of the admin's tell of all but their fields.
        return route, False
    return route, bool(query)


def _page(page: Page, sweep: Sweep, user: str, url: str) -> None:
    where = f"{user} {url}"
    page.set_viewport_size(WIDE)
    answer = page.goto(sweep.address + url)
    if answer.status >= 500:
        sweep.note(where, f"answered {answer.status}")
    page.wait_for_load_state("networkidle")
    sweep.keys(page, where)
    page.evaluate(OPEN_ALL)
    sweep.look(page, where)
    page.set_viewport_size(WIDE)
    page.goto(sweep.address + url)
    if (sort := page.locator("main thead a")).count() and "/admin/" not in url:
        sort.last.click()
        page.wait_for_load_state("networkidle")
        sweep.axe(page, f"{where} sorted")
    field = page.locator("main input[name=q]")
    if field.count() and "?" not in url:
        page.goto(f"{sweep.address}{url}?q=findes-ikke-zz")
        page.evaluate(OPEN_ALL)
        sweep.look(page, f"{where} empty")


def _form(page: Page, sweep: Sweep, user: str, url: str) -> None:
    """Send a page's form empty, and look at what it answers."""
    page.set_viewport_size(WIDE)
    if "/admin/" in url:
        return
    page.goto(sweep.address + url)
    if not page.evaluate(EMPTY_FORM):
        return
    page.wait_for_load_state("networkidle")
    page.evaluate(OPEN_ALL)
    sweep.look(page, f"{user} {url} sent empty")


def _without_script(browser, page: Page, sweep: Sweep, user: str, pages: list[str]) -> None:
    """Note what cannot be seen or sent without JavaScript."""
    context = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), viewport=WIDE
    )
    plain = context.new_page()
    for url in pages:
        if "/admin/" in url:
            continue
        plain.goto(sweep.address + url)
        for form in plain.locator("main form").all():
            sends = form.locator("[type=submit], button:not([type=button])")
            named = form.get_attribute("id")
            outside = plain.locator(f"[form='{named}']") if named else plain.locator("none")
            if not sends.count() and not outside.count():
                html = form.evaluate("one => one.outerHTML.slice(0, 120)")
                sweep.note(f"{user} {url}", f"no button without JavaScript: {html}")
    context.close()


if __name__ == "__main__":
    main()
