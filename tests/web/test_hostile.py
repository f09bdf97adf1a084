"""What anybody can send: every parameter and field of every page takes what is hostile.

The names come from the pages themselves: what a view asks its query or its form for, what the
fields and the links of a page are called. A new parameter is in the test by itself.

`HOSTILE_ROUNDS=20` sends so many times as much, another part of it in each round.
"""

import os
import random
import re
import sys
from contextlib import contextmanager
from itertools import product
from urllib.parse import parse_qsl, urlencode, urlsplit
from zlib import crc32

import pytest
from django.db import connection
from django.http import QueryDict
from django.http.request import MultiValueDict
from lxml import html

from albertslund_it import roles
from tests.web.test_every_url import LEADERS, OURS, TABLE, address, town  # noqa: F401

pytestmark = pytest.mark.django_db

DIGITS = "9" * 5000
SCRIPT = "\"'><script>alert(1)</script>"
NUMBERS = [DIGITS, "9" * 400, "9" * 25, str(2**63), "-1", "0", "1e9", "²", "٣", "1.5", "+7", "1 1"]
DATES = ["31-02-2026", "01-01-0000", "31-12-9999", "99-99-99999", "2026-13-45", "2026Q9", "9999Q4"]
TEXTS = [
    "\0",
    "\u202egnol",
    "\u200b\ufeff",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe\xc3",
    "x" * 20_000,
    "' OR 1=1 --",
    SCRIPT,
    "../../etc/passwd",
    "{{ 7*7 }}%s%d",
    "\U0001f4bb" * 50,
    "a\r\nSet-Cookie: b=c",
]
# What a number is read from takes these; of all the rest a few that differ from name to name.
TOO_LARGE = str(2**63)  # a number to Python, and to each database one too large of its own kind
NO_NUMBER = [DIGITS, "²", SCRIPT]  # nothing to a database: each name meets them on one of the two
EVERYTHING = [*NUMBERS, *DATES, *TEXTS]


FRAME = {"csrfmiddlewaretoken", "next"}  # not the page's own


@contextmanager
def keys_read():
    """Note the names that are asked of a query or a form meanwhile: name → whether by our own code.

    What a form's field reads is checked by the field; what a view reads is checked by nobody else.
    """
    found = {}
    originals = {name: getattr(MultiValueDict, name) for name in ("__getitem__", "get", "getlist")}
    inside = QueryDict.__contains__

    def note(query, key):
        if isinstance(query, QueryDict) and isinstance(key, str) and key not in FRAME:
            by = sys._getframe(2).f_code.co_filename
            found[key] = found.get(key, False) or "site-packages" not in by

    def noting(original):
        def read(self, key, *args, **kwargs):
            note(self, key)
            return original(self, key, *args, **kwargs)

        return read

    def contains(self, key):
        note(self, key)
        return inside(self, key)

    for name, original in originals.items():
        setattr(MultiValueDict, name, noting(original))
    QueryDict.__contains__ = contains
    try:
        yield found
    finally:
        for name, original in originals.items():
            setattr(MultiValueDict, name, original)
        QueryDict.__contains__ = inside


def ask(client, method, where, pairs):
    """Send names and values, which may be bytes that are no text."""
    said = urlencode(pairs)
    if method == "get":
        path, _, query = where.partition("?")
        return client.get(f"{path}?{query}&{said}" if query else f"{path}?{said}")
    return client.post(where, said, content_type="application/x-www-form-urlencoded")


def inputs_and_links(response, path):
    """Return the names of a page's fields, by method, and the queries of its links to itself."""
    fields, queries = {"get": {}, "post": {}}, []
    if not response.get("Content-Type", "").startswith("text/html") or not response.content.strip():
        return fields, queries
    tree = html.fromstring(response.content)
    for form in tree.iter("form"):
        method = (form.get("method") or "get").lower()
        action = urlsplit(form.get("action") or path).path
        if action == path:
            fields[method] |= {
                name: value or "" for name, value in form.form_values() if name != "logout"
            }
            for one in form.xpath(".//*[@name]"):
                fields[method].setdefault(one.get("name"), "")
            for name in FRAME:
                fields[method].pop(name, None)
    for link in tree.xpath("//@href | //@hx-get"):
        parts = urlsplit(link)
        if parts.query and parts.path in ("", path):
            query = [pair for pair in parse_qsl(parts.query) if pair[0] != "hent"]
            if query and query not in queries:
                queries.append(query)
    return fields, queries


def learn(client, route, where, *, thorough):
    """Give method → (names, a query or form that works) of an address for whoever is logged in."""
    known, base = {"get": {}, "post": {}}, {"get": [], "post": {}}
    is_post = TABLE[route].get("method") == "post"

    def send(method, pairs):
        with keys_read() as names:
            response = ask(client, method, where, pairs)
        for name, is_ours in names.items():
            known[method][name] = known[method].get(name, False) or is_ours
        return response

    if not is_post:
        response = send("get", [])
        if response.status_code != 200:
            return {}
        fields, queries = inputs_and_links(response, where)
        # Some names are read only beside others: the richest of the page's own links has them.
        queries.sort(key=lambda query: -len({name for name, _ in query}))
        for query in queries[: 1 if thorough else 0]:
            if send("get", query).status_code == 200:
                base["get"] = query
            known["get"] = dict.fromkeys((name for name, _ in query), False) | known["get"]
        base["post"] = fields["post"]
        for method in known:
            known[method] = dict.fromkeys(fields[method], False) | known[method]
    if is_post or known["post"]:
        send("post", list(base["post"].items()))
    return {method: (names, base[method]) for method, names in known.items()}


# What every list reads by the same code: between them they are tried with everything.
OF_EVERY_LIST = {"hent", "kolonne", "q", "side", "sorter", "valgt", "visning"}


def attacks(name, is_ours, chance, *, thorough):
    """Return the values that a name is tried with: all that matter where our own code reads it."""
    if not thorough:  # the same code, read with other rights
        return [chance.choice(EVERYTHING)] if is_ours else []
    if not is_ours:  # a form asks its fields itself, before it asks a database
        return [chance.choice(EVERYTHING)] if is_here(name) else []
    if name in OF_EVERY_LIST:
        return [chance.choice(EVERYTHING)]
    if not is_here(name):
        return [TOO_LARGE]
    return [TOO_LARGE, *NO_NUMBER, chance.choice(EVERYTHING)]


def is_here(name) -> bool:
    """Return whether what no database reads is sent for a name on this one, or on the other."""
    return crc32(name.encode()) % 2 == (connection.vendor == "postgresql")


# What the departments of others are known by, in the town of test_every_url.
FOREIGN = ("Åhaven", "Miljø & Teknik", "Miljø &amp; Teknik", "Bo Fremmed", "PF000002")


def fault_of(response, hidden) -> object:
    """Say what is wrong with an answer; '' where nothing is."""
    if response.status_code >= 500:
        return response.status_code
    if not response.get("Content-Type", "").startswith("text/html"):
        return ""
    if response.status_code in (400, 403, 404) and not explained(response):
        return "not explained"
    text = response.getvalue().decode(errors="replace")
    if "<script>alert(1)" in text:
        return "not escaped"
    return next((word for word in hidden if word in text), "")


def queries(route, method, names, pairs, *, thorough):
    """Yield (name, names and values to send) of every attack with these names."""
    of_forms = [name for name, is_ours in names.items() if not is_ours]
    if thorough and of_forms:  # a form asks each of its fields, whatever is wrong with another
        yield "all its fields", [(name, DIGITS) for name in of_forms]
    for turn, (name, is_ours) in product(range(ROUNDS), names.items()):
        chance = random.Random(f"{route} {method} {name} {turn}")
        others = [pair for pair in pairs if pair[0] != name]
        for value in attacks(name, is_ours, chance, thorough=thorough):
            yield name, [*others, (name, value)]
        if thorough and is_ours and is_here(name):
            yield name, [*others, (name, "1"), (name, "x"), (name, "2")]


def tried(client, route, where, *, thorough, hidden=()):
    """Return (what was sent, fault) of every attack on an address that is answered wrongly.

    `hidden` are words that whoever is logged in must not read, whatever is asked.
    """
    wrong = []
    for method, (names, base) in learn(client, route, where, thorough=thorough).items():
        pairs = base if isinstance(base, list) else list(base.items())
        for name, sent in queries(route, method, names, pairs, thorough=thorough):
            try:
                response = ask(client, method, where, sent)
            except Exception as error:
                wrong.append((method, where, name, str(sent[-1:])[:80], repr(error)[:150]))
                continue
            if fault := fault_of(response, hidden):
                wrong.append((method, where, name, str(sent[-1:])[:80], fault))
    return wrong


PART = re.compile(r"<(int|str|slug):(\w+)>")


# What is no number leads to no page with a number in its address, whichever it is.
NO_NUMBERS = ("x", "%00", "9999Q4")


def paths(route, town):  # noqa: F811
    """Return addresses of a route with one part of it hostile."""
    for found in PART.finditer(route):
        texts = () if found[1] == "int" else NO_NUMBERS
        for value in (TOO_LARGE, *(("0", DIGITS, *texts) if is_here(route) else ())):
            yield address(route.replace(found[0], value), town)


def explained(response):
    text = response.content.decode()
    return "<h1" in text and 'lang="da"' in text and 'href="/"' in text


# An address is attacked thoroughly by the first of these that opens it; the others read the same code.
THOROUGH = (roles.HELPDESK, roles.FINANCE, roles.HEAD, roles.ADMINISTRATOR)
ROUNDS = int(os.environ.get("HOSTILE_ROUNDS", "1"))
PARTS = 4  # of a role's addresses, so that no test takes minutes


def is_thorough(role, route):
    may = TABLE[route]["open"] or TABLE[route]["hidden"]
    return role == next(one for one in THOROUGH if one in may)


# What the others may follows from their rights, which no database decides: they try it once.
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    "role",
    [
        *THOROUGH,
        *(
            pytest.param(one, marks=pytest.mark.once)
            for one in sorted({*roles.ROLES, ""} - {*THOROUGH})
        ),
    ],
)
def test_nothing_that_is_sent_breaks_a_page(town, cast, client_of, role, part):  # noqa: F811
    client = client_of(cast.by_role()[role])
    wrong, hidden = [], FOREIGN if role in LEADERS else ()
    for route in OURS[part::PARTS]:
        thorough = is_thorough(role, route)
        if not thorough and connection.vendor == "postgresql":
            continue
        where = address(route, town)
        wrong += tried(client, route, where, thorough=thorough, hidden=hidden)
        for where in paths(route, town) if thorough else ():
            method = "post" if TABLE[route].get("method") == "post" else "get"
            try:
                response = getattr(client, method)(where)
            except Exception as error:
                wrong.append((method, where[:80], repr(error)[:150]))
                continue
            if response.status_code >= 500:
                wrong.append((method, where[:80], response.status_code))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_not_found_where_one_stands_in_the_address(cast, client_of, value):
    response = client_of(cast.helpdesk).get(f"/udstyr/{value}/")
    assert response.status_code in (400, 404)
    assert explained(response)


@pytest.mark.parametrize(
    "where", ["/udstyr/?q=%00", "/soeg/?q=a%00", "/log-ind/?next=%00", "/?%00=1"]
)
def test_an_address_that_no_database_can_read_is_refused_in_the_frame(cast, client_of, where):
    response = client_of(cast.helpdesk).get(where)
    assert response.status_code == 400
    assert explained(response)
    assert "Forespørgslen kunne ikke læses" in response.content.decode()


@pytest.mark.parametrize(
    ("method", "where", "name"),
    [
        ("post", "/egenbetaling/beslutninger/", "lease"),
        ("post", "/bekraeft/", "device"),
        ("get", "/egenbetaling/hvad-nu-hvis/", "scenarie"),
        ("get", "/egenbetaling/beslutninger/", "side"),
        ("get", "/kvartaler/2026Q1/afstemning/afgoer/?bunke=missing", "belob"),
    ],
)
def test_five_thousand_digits_are_no_number(town, cast, client_of, method, where, name):  # noqa: F811
    user = cast.finance if where.startswith("/kvartaler") else cast.head
    response = ask(client_of(user), method, where, [(name, DIGITS)])
    assert response.status_code < 500
