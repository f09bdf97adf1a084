"""Labels as they are printed: whatever the serial number and the model, nothing is cut."""

import pytest
from django.urls import reverse

from leasing.models import Settings
from tests import builders
from tests.browser import log_in

LONGEST = [
    (
        "PF0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ01",
        "Universal Thunderbolt 4 Workstation Dock ÆØÅ & co, model 2",
    ),
    ("W" * 40, "WWWWWWWWWW" * 6),
    ("A-1/B_2.X", "T14"),
    ("5CG1234XYZ5CG1234XYZ5CG1", "T14 Gen 5"),
]
# Each label's text, and each piece of it, lies within the label; and the number is whole.
CUT = """() => [...document.querySelectorAll('.label')].filter(label => {
    const box = label.getBoundingClientRect();
    return [...label.querySelectorAll('.label-text, .label-text *')].some(part => {
        const one = part.getBoundingClientRect();
        return one.top < box.top || one.bottom > box.bottom || one.right > box.right
            || part.scrollWidth > part.clientWidth + 1 && part.clientWidth;
    });
}).map(label => label.textContent.trim())"""

LINES = """() => Object.fromEntries([...document.querySelectorAll('.label-number')].map(number => [
    number.textContent,
    Math.round(number.offsetHeight / parseFloat(getComputedStyle(number).lineHeight)),
]))"""


@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_long_serial_number_is_whole(page, live_server, cast, media):
    Settings.objects.update(uses_labels=True)
    for number, model in LONGEST:
        builders.device(number, model=builders.model(model))
    log_in(page, live_server, cast.helpdesk)
    numbers = ",".join(number for number, _ in LONGEST)

    page.goto(f"{live_server.url}{reverse('labels')}?serienumre={numbers}")
    page.emulate_media(media=media)

    assert page.locator(".label").count() == len(LONGEST)
    assert page.evaluate(CUT) == []
    lines = page.evaluate(LINES)
    assert lines["PF0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ01"] == 2
    assert lines["A-1/B_2.X"] == 1
