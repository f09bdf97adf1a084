"""Take the README's pictures of the demo: `python -m tests.journeys.take_pictures`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.demo_server import chromium, demo_server, log_in_to_demo

# The pages of help show them too.
HERE = Path(__file__).parents[2] / "albertslund_it" / "static" / "help"
# (file, user, address, width, height)
PICTURES = (
    ("front", "okonomi", "/", 1280, 800),
    ("quarter", "okonomi", "/kvartaler/2026Q3/", 1280, 1240),
    ("share", "leder", "/egenbetaling/", 1280, 1240),
    ("bridge", "leder", "/egenbetaling/forskel/?fra=2026Q1&til=2026Q4", 1280, 1000),
    ("departments", "ledelse", "/egenbetaling/kommunen/", 1280, 1100),
    ("device", "helpdesk", "/udstyr/", 1280, 800),
    ("orders", "helpdesk", "/bestillinger/", 1280, 900),
    ("order", "helpdesk", "/bestillinger/ny/?medarbejder=1", 1280, 900),
    ("rollout", "helpdesk", "/udrulning/", 1280, 1240),
    ("reconciliation", "okonomi", "/kvartaler/2026Q3/afstemning/", 1280, 1240),
)


def main():
    """Take each picture as its user, in light."""
    with demo_server() as address, sync_playwright() as playwright:
        browser = chromium(playwright)
        for name, user, path, width, height in PICTURES:
            size = {"width": width, "height": height}
            page = browser.new_page(viewport=size, color_scheme="light", reduced_motion="reduce")
            log_in_to_demo(page, address, user)
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=HERE / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
