"""axe-core finds nothing on the pages of the rollout."""

from datetime import date

import pytest
from django.urls import reverse

from inventory.models import RolloutWeek
from tests import builders as make
from tests.browser import be_logged_in
from tests.web.test_accessible import check

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = date(2026, 5, 1)


@pytest.fixture
def town(cast):
    """Give the rollout something of everything: done with and without a new pc, waiting, excused."""
    new = make.lease("PF000001", unit=cast.unit).device
    day = date(2025, 12, 1)
    make.old_machine("PB000001", cast.unit, new_device=new, replaced_on=day)
    make.old_machine("PB000002", cast.unit, replaced_on=day)
    make.old_machine("PB000003", cast.unit, reason="Styrer døren")
    make.old_pc("PB000005", cast.unit)
    for week in range(47, 52):
        RolloutWeek.objects.create(
            roll=make.roll(), department=cast.department, year=2025, week=week
        )
    return make.old_machine("PB000004", cast.unit)


def test_the_pages_of_the_rollout(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.helpdesk)

    for path in (
        reverse("rollout"),
        f"{reverse('rollout')}?pr=x",
        reverse("rollout-machines"),
        reverse("rollout-machine", args=[town.pk]),
        reverse("rollout-find"),
        f"{reverse('rollout-find')}?roll=2&ram=8",
        f"{reverse('rollout-find')}?roll=2",
        reverse("rollout-plan"),
        reverse("rollout-roll"),
    ):
        check(page, live_server, path)
    page.problems[:] = [one for one in page.problems if "422" not in one]


def test_how_far_it_is_shows_in_forced_colours_and_on_paper(page, live_server, town, cast):
    be_logged_in(page, live_server, cast.helpdesk)
    page.goto(live_server.url + reverse("rollout"))
    bar = page.locator("progress").first

    for look in ({"forced_colors": "active"}, {"forced_colors": "none", "media": "print"}):
        page.emulate_media(**look)
        bar.evaluate("bar => { bar.value = bar.max; }")
        whole = bar.screenshot()
        bar.evaluate("bar => { bar.value = 0; }")
        assert bar.screenshot() != whole, look


def test_the_rollout_before_there_is_any_and_for_a_head(page, live_server, cast):
    be_logged_in(page, live_server, cast.head)

    for name in ("rollout", "rollout-machines"):
        check(page, live_server, reverse(name))
