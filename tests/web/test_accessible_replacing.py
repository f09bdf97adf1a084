"""axe-core finds nothing on the pages of what is replaced because it ends."""

import pytest

from leasing.replacing.services.lots import lay_out_lot
from tests import builders as make
from tests.browser import be_logged_in
from tests.leasing.replacing.lots import TODAY, lot_of, question
from tests.web.test_accessible import check

# What axe-core reads is HTML and CSS: the same on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
ASKED = "kvartal=2029Q4&underaftale=&udstyr=pc&fra={}&til={}&antal={}&uden=51"
PLAN, ORDERS, SOON = "/udskiftning/plan/", "/udskiftning/bestil/", "/udskiftning/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


def test_the_pages_of_replacing(page, live_server, cast):
    leases = list(lot_of({"Dagtilbud & Skole": 60, "KKR": 2}).values())
    make.model("L390")
    leases[0].device.model = make.model("L390")
    leases[0].device.save()
    make.placement(leases[1].device, TODAY, None)
    be_logged_in(page, live_server, cast.helpdesk)

    for path in (
        PLAN,
        f"{PLAN}?{ASKED.format('24-12-2029', '01-02-2030', 10)}",
        f"{PLAN}?{ASKED.format('05-11-2029', '16-11-2029', 10)}",
        f"{PLAN}?{ASKED.format('05-11-2029', '16-11-2029', 'x')}",
        f"{SOON}?months=24",
        f"{SOON}?months=1",
        f"{ORDERS}?months=24",
        f"{ORDERS}?udstyr=0",
    ):
        check(page, live_server, path)
    roll = lay_out_lot(asked=question(a_week=30), today=TODAY, actor=None)
    make.placement(leases[2].device, TODAY, None)
    for path in (
        f"{PLAN}?{ASKED.format('05-11-2029', '28-12-2029', 30)}",
        f"{ORDERS}?rul={roll.pk}",
        f"/udrulning/?rul={roll.pk}",
        f"/udrulning/plan/?rul={roll.pk}",
        "/udrulning/",
    ):
        check(page, live_server, path)
    page.problems[:] = [one for one in page.problems if "422" not in one]
