"""Pictures of the main pages beside those that were accepted: `make looks`, `make looks ACCEPT=1`.

A tool for people, not a test: what differs is marked, and somebody decides whether it is better.
"""

import base64
import os
import shutil
from dataclasses import dataclass

from playwright.sync_api import Page, sync_playwright

from tests.demo_server import LOOKS, chromium, demo_server, log_in_to_demo

WIDTHS, THEMES = (390, 768, 1440), ("light", "dark")
NEW, KEPT, MARKED = LOOKS / "new", LOOKS / "kept", LOOKS / "marked"
# (name, who looks, address)
PAGES = (
    ("stil", "admin", "/stil/"),
    ("tavle", "helpdesk", "/"),
    ("bestilling", "helpdesk", "/bestillinger/ny/"),
    ("bestillinger", "helpdesk", "/bestillinger/"),
    ("udstyr", "helpdesk", "/udstyr/"),
    ("udlever", "helpdesk", "/udstyr/udlever/"),
    ("medarbejdere", "helpdesk", "/medarbejdere/"),
    ("datakvalitet", "helpdesk", "/datakvalitet/"),
    ("egenbetaling", "leder", "/egenbetaling/"),
    ("forskel", "leder", "/egenbetaling/forskel/"),
    ("stemmer", "leder", "/bekraeft/"),
    ("kvartal", "okonomi", "/kvartaler/2026Q3/"),
    ("afdelinger", "okonomi", "/afdelinger/"),
)
# Done by the browser's canvas: what differs is red on a pale copy of the new picture.
COMPARE = """async ([before, after]) => {
  const read = async data => createImageBitmap(await (await fetch('data:image/png;base64,' + data)).blob());
  const [a, b] = [await read(before), await read(after)];
  const width = Math.max(a.width, b.width), height = Math.max(a.height, b.height);
  const pixels = image => {
    const sheet = new OffscreenCanvas(width, height).getContext('2d');
    sheet.drawImage(image, 0, 0);
    return sheet.getImageData(0, 0, width, height);
  };
  const [old, now] = [pixels(a), pixels(b)];
  let changed = 0;
  for (let i = 0; i < now.data.length; i += 4) {
    const apart = [0, 1, 2].some(c => Math.abs(old.data[i + c] - now.data[i + c]) > 16);
    if (apart) { changed += 1; now.data.set([200, 0, 0, 255], i); } else { now.data[i + 3] = 70; }
  }
  const sheet = new OffscreenCanvas(width, height);
  sheet.getContext('2d').putImageData(now, 0, 0);
  const bytes = new Uint8Array(await (await sheet.convertToBlob()).arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [changed / (width * height), btoa(text)];
}"""


@dataclass(frozen=True)
class Compared:
    """A picture and the part of it that is not as it was kept; None where nothing was kept."""

    name: str
    changed: float | None


def main() -> None:
    """Take the pictures, compare them, and write the page that shows both; or accept them."""
    for folder in (NEW, MARKED):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    KEPT.mkdir(exist_ok=True)
    with demo_server() as address, sync_playwright() as playwright:
        browser = chromium(playwright)
        names = _take(browser, address)
        sheet = browser.new_page()
        found = [_compared(sheet, name) for name in names]
    (LOOKS / "index.html").write_text(_page(found))
    if os.environ.get("ACCEPT"):
        shutil.rmtree(KEPT)
        shutil.copytree(NEW, KEPT)
        print(f"Accepted: {len(found)} pictures in {KEPT}")
        return
    differ = [one for one in found if one.changed != 0]
    for one in differ:
        print(f"{one.name}: " + ("new" if one.changed is None else f"{one.changed:.2%} differs"))
    print(f"{len(differ)} of {len(found)} differ. See {LOOKS / 'index.html'}")


def _take(browser, address: str) -> list[str]:
    names = []
    for user in sorted({user for _, user, _ in PAGES}):
        page = browser.new_page(reduced_motion="reduce")
        log_in_to_demo(page, address, user)
        for name, seen_by, url in PAGES:
            if seen_by == user:
                names += _take_one(page, name, address + url)
        page.context.close()
    return names


def _take_one(page: Page, name: str, url: str) -> list[str]:
    names = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.goto(url)
            page.wait_for_load_state("networkidle")
            names.append(f"{name}-{width}-{theme}")
            page.screenshot(path=NEW / f"{names[-1]}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light", media="print")
    page.screenshot(path=NEW / f"{name}-print.png", full_page=True)
    page.emulate_media(media="screen", forced_colors="active")
    page.screenshot(path=NEW / f"{name}-forced.png", full_page=True)
    page.emulate_media(forced_colors="none")
    return [*names, f"{name}-print", f"{name}-forced"]


def _compared(sheet: Page, name: str) -> Compared:
    kept, new = KEPT / f"{name}.png", NEW / f"{name}.png"
    if not kept.exists():
        return Compared(name, None)
    if kept.read_bytes() == new.read_bytes():
        return Compared(name, 0)
    pictures = [base64.b64encode(one.read_bytes()).decode() for one in (kept, new)]
    changed, marked = sheet.evaluate(COMPARE, pictures)
    (MARKED / f"{name}.png").write_bytes(base64.b64decode(marked))
    return Compared(name, changed)


def _page(found: list[Compared]) -> str:
    rows = []
    for one in sorted(found, key=lambda one: (one.changed == 0, one.name)):
        said = "not kept yet" if one.changed is None else f"{one.changed:.2%} differs"
        folders = ("new",) if one.changed is None else ("kept", "new", "marked")
        shown = "".join(f'<img src="{folder}/{one.name}.png" alt="">' for folder in folders)
        is_open = " open" if one.changed else ""
        rows.append(f"<details{is_open}><summary>{one.name}: {said}</summary>{shown}</details>")
    style = "<style>img{width:32%;vertical-align:top;border:1px solid #999}</style>"
    return f"<!doctype html><meta charset=utf-8><title>Looks</title>{style}" + "\n".join(rows)


if __name__ == "__main__":
    main()
