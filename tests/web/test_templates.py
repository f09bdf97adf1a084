"""How templates are written."""

import re

import pytest
from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
WIDTH = 120
# Which payer a page is for is the payer's to say: `is_everybody`, `is_stock`.
# What a line begins with has a space before it on the page.
COMMA_APART = re.compile(r"\s*\{% if\b[^%]*%\}\s*[,.;:]")
# A municipality has a hundred units or more.
UNITS_IN_A_ROW = re.compile(r'<select(?![^>]*data-choose)[^>]*name="(enhed|unit)"')
KEY_COMPARED = re.compile(r"""[=!]=\s*["'](alle|it-lager)["']|["'](alle|it-lager)["']\s*[=!]=""")


def lines_where(is_wrong):
    return [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if is_wrong(line)
    ]


@pytest.mark.parametrize(
    "is_wrong",
    [
        pytest.param(lambda line: len(line) > WIDTH, id="no line is wider than 120 signs"),
        pytest.param(COMMA_APART.match, id="no space before a comma or full stop"),
        pytest.param(KEY_COMPARED.search, id="no payer is known by its key"),
        pytest.param(UNITS_IN_A_ROW.search, id="a unit is found by writing a part of its name"),
    ],
)
def test_templates_keep_a_rule(is_wrong):
    assert lines_where(is_wrong) == []


def test_whatever_shows_a_list_has_room_for_its_presets():
    """The answer to htmx brings them along, and htmx complains where they have no place."""
    pages = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")]
    shown = [one for one in pages if 'id="liste"' in one]
    assert len(shown) > 3
    for page in shown:
        assert page.count('id="liste"') == page.count('include "web/list_presets.html"')


def test_what_scrolls_by_itself_is_reached_by_the_keyboard():
    """A table that is wider than a phone is scrolled from itself, or from a link in it."""
    tables = [
        (path.name, one.split("</table>")[0])
        for path in sorted(TEMPLATES.rglob("*.html"))
        for one in path.read_text(encoding="utf-8").split('<div class="table-wrap"')[1:]
    ]
    assert len(tables) > 3
    for name, table in tables:
        assert re.search('^ tabindex="0"|<a |opened_cells', table), name
