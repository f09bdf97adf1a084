"""A menu shows what opens: for every role, whatever access somebody has, had or is to get."""

from datetime import date
from urllib.parse import urljoin, urlsplit

import pytest

from albertslund_it import roles
from inventory.models import Access
from tests import builders as make
from tests.leasing.cost_share.test_leaks import Secrets
from tests.leasing.town import TODAY
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
ASK = "it-helpdesk@albertslund.dk"


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Secrets()


def accesses(town, state):
    """Return what a state means as rows (department, unit, from, until)."""
    school, culture, first = town.school, town.culture, town.first
    long_ago, soon = date(2025, 1, 1), date(2027, 1, 1)
    return {
        "none": [],
        "ended": [(school, None, long_ago, TODAY)],
        "future": [(school, None, soon, None)],
        "head": [(school, None, long_ago, None)],
        "unit": [(None, first, long_ago, None)],
        "the cost holder alone": [(None, town.holder, long_ago, None)],
        "substitute": [(school, None, long_ago, TODAY), (culture, None, TODAY, soon)],
        "both": [(school, None, long_ago, None), (culture, None, TODAY, soon)],
        "an empty department": [(make.department("Tom afdeling"), None, long_ago, None)],
    }[state]


STATES = (
    "none",
    "ended",
    "future",
    "head",
    "unit",
    "the cost holder alone",
    "substitute",
    "both",
    "an empty department",
)


def somebody(cast, town, names, state, name):
    user = cast.user(name, *names, is_staff=roles.ADMINISTRATOR in names)
    for department, unit, starts_on, ends_before in accesses(town, state):
        Access.objects.create(
            user=user,
            department=department,
            unit=unit,
            starts_on=starts_on,
            ends_before=ends_before,
        )
    return user


def links_of(page, address):
    """Give every address that a page offers to be opened."""
    found = set()
    for link in page.xpath("//@href | //@hx-get"):
        parts = urlsplit(urljoin(address, link))
        if not parts.netloc and not parts.scheme and not parts.path.startswith("/static/"):
            found.add(parts._replace(fragment="").geturl())
    return found


LEADERS = [(roles.HEAD,), (roles.UNIT_LEADER,), ()]
OTHERS = [(name,) for name in roles.ROLES if name not in (roles.HEAD, roles.UNIT_LEADER)]
CASES = [(names, state) for names in LEADERS for state in STATES]
CASES += [(names, "head") for names in OTHERS]
CASES += [((roles.HEAD, one), "ended") for (one,) in OTHERS]


# What is offered follows from rights and accesses; that the pages open is asked on both databases by
# test_hostile.py.
@pytest.mark.once
def test_all_that_is_offered_opens(town, cast, client_of):
    wrong = {}
    for number, (names, state) in enumerate(CASES):
        user = somebody(cast, town, names, state, f"nogen{number}")
        client = client_of(user)
        fronts = {address: client.get(address) for address in ("/", "/?vis=beregning")}
        opened = {address: front.status_code for address, front in fronts.items()}
        offered = set().union(*(links_of(parse(front), "/") for front in fronts.values()))
        for link in sorted(offered - opened.keys()):
            opened[link] = client.get(link).status_code
        for link, status in opened.items():
            if status != 200:
                wrong[names, state, link] = status
    assert not wrong


def test_a_leader_is_offered_a_share_while_there_is_one(town, cast, client_of):
    for state in STATES:
        is_there = state not in ("none", "ended", "future", "the cost holder alone")
        client = client_of(somebody(cast, town, (roles.HEAD,), state, f"leder {state}"))
        page = parse(client.get("/"))
        offered = "Egenbetaling" in [text(one) for one in select(page, ".site-nav a")]
        assert offered is is_there, state
        assert (client.get("/egenbetaling/").status_code == 200) is is_there, state
        told = page.get_element_by_id("indhold").text_content()
        assert (ASK in told) is not is_there, "who sees nothing is told whom to ask"


def test_who_has_no_role_is_told_whom_to_ask(town, cast, client_of):
    for state in ("none", "head"):
        page = parse(client_of(somebody(cast, town, (), state, f"uden {state}")).get("/"))
        assert [text(one) for one in select(page, ".site-nav a")] == ["I dag"]
        told = page.get_element_by_id("indhold").text_content()
        assert "rolle" in told
        assert ASK in told
        assert "Ærtebjerg" not in told
