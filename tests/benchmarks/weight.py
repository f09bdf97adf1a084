"""What a page weighs, whether it jumps, and how soon it is painted, on the demo in Chromium.

    python -m tests.benchmarks.weight

A page's own weight is its HTML, stylesheets and scripts, compressed as a server sends them. It is painted
in a browser that has been on the page before, and so keeps its files as a server's headers let it. The
clock runs from the last byte of the answer to the first contentful paint, as Chromium notes both itself.
Nothing is asked of the page in between: Playwright's own script, which it sends along with the first
question, would take about 10 ms of the page's thread, often before the paint.
"""

import gzip
import statistics

from playwright.sync_api import sync_playwright

from tests.demo_server import chromium, demo_server, log_in_to_demo
from tests.looks import PAGES

MOST_KB, MOST_MS = 120, 100
TIMES = 5
KINDS = {"document": "HTML", "stylesheet": "CSS", "script": "JS"}
# The answer is there when its last byte is; the layout may shift until long after the first paint.
WATCH = """() => { window.shift = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: 'layout-shift', buffered: true}); }"""
PAINTED_BY = 500  # ms after the page has loaded
PAINTED = """() => performance.getEntriesByName('first-contentful-paint')[0].startTime
  - performance.getEntriesByType('navigation')[0].responseEnd"""


def main() -> None:
    """Print a line for each page, and end with 1 if one of them is over a limit."""
    over = 0
    with demo_server(as_for_real=True) as address, sync_playwright() as playwright:
        browser = chromium(playwright)
        print(f"{'page':14}{'HTML':>7}{'CSS':>7}{'JS':>7}{'all KB':>8}{'shift':>8}{'paint ms':>10}")
        for name, user, url in PAGES:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            log_in_to_demo(page, address, user)
            kb = _weight(page, address + url)
            page.goto(address + url)
            page.evaluate(WATCH)
            page.wait_for_timeout(500)
            shift = page.evaluate("window.shift")
            painted = statistics.median(_painted(page, address + url) for _ in range(TIMES))
            total = sum(kb.values())
            parts = "".join(f"{kb[kind]:7.1f}" for kind in KINDS.values())
            print(f"{name:14}{parts}{total:8.1f}{shift:8.3f}{painted:10.0f}")
            over += total > MOST_KB or shift > 0.01 or painted > MOST_MS
            page.context.close()
    print(f"Limits: {MOST_KB} KB, no shift, {MOST_MS} ms after the answer; {over} pages over one.")
    raise SystemExit(bool(over))


def _weight(page, url: str) -> dict[str, float]:
    found = dict.fromkeys(KINDS.values(), 0.0)
    answers = []

    def remember(answer):
        answers.append(answer)

    browser = page.context.new_cdp_session(page)
    browser.send("Network.enable")
    browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.on("response", remember)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", remember)
    browser.send("Network.setCacheDisabled", {"cacheDisabled": False})
    for answer in answers:
        kind = KINDS.get(answer.request.resource_type)
        if kind and answer.ok:
            found[kind] += len(gzip.compress(answer.body())) / 1024
    return found


def _painted(page, url: str) -> float:
    page.goto(url)
    page.wait_for_timeout(PAINTED_BY)
    return page.evaluate(PAINTED)


if __name__ == "__main__":
    main()
