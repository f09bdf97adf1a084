"""What a municipality does not want is switched off as a whole: pages, menu, search and links."""

from datetime import UTC, datetime

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from leasing.models import Settings, Stocktake
from leasing.settings.selectors import MODULES, module_of
from tests.leasing.settings.test_settings_pages import save

PLACES = {
    "uses_labels": ("helpdesk", "labels"),
    "uses_calendar_feed": ("helpdesk", "calendar-feed-page"),
    "uses_api": ("administrator", "api-clients"),
    "uses_webhooks": ("administrator", "webhook-list"),
    "uses_stocktakes": ("helpdesk", "stocktake-list"),
    "uses_scenarios": ("head", "what-if"),
    "uses_comparison": ("finance", "municipality"),
}
# Where the modules are linked from, beside the menu that every page has.
PAGES = (
    "front",
    "search",
    "data-quality",
    "share",
    "bridge",
    "budgets",
    "device-list",
    "moves",
    "end-calendar",
)


@pytest.fixture
def page_of(client_of, cast):
    def page_of(role, name):
        return client_of(getattr(cast, role)).get(reverse(name), follow=True)

    return page_of


# A module is switched off by the names of its pages: no database is asked what they are.
@pytest.mark.once
@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_is_off_is_nowhere(module, page_of):
    role, name = PLACES[module]
    Settings.objects.update(**{module: True})
    assert page_of(role, name).status_code == 200
    there = {one for one in PAGES if _links(page_of(role, one), module)}
    assert there

    Settings.objects.update(**{module: False})
    assert page_of(role, name).status_code == 404
    assert {one for one in PAGES if _links(page_of(role, one), module)} == set()


def test_each_name_of_a_module_is_of_a_page():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    for begins in MODULES.values():
        for one in begins:
            assert any(module_of(name) and name.startswith(one) for name in names)


def test_stocktakes_are_not_switched_off_while_one_runs(client_of, cast):
    Stocktake.objects.create(
        name="Efterår", due_on="2026-12-01", started_at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    page = save(client_of(cast.administrator), "moduler", uses_stocktakes=False)

    assert "Luk først optællingen »Efterår«" in page.content.decode()
    assert Settings.objects.get().uses_stocktakes


def _links(response, module):
    page = response.content.decode()
    for name in get_resolver().reverse_dict:
        if isinstance(name, str) and module_of(name) == module:
            try:
                address = reverse(name)
            except NoReverseMatch:
                continue  # of one thing
            if f'href="{address}"' in page or f'href="{address}?' in page:
                return True
    return False
