"""A crawler in each role that sends what nobody should: thousands of requests, pages and files.

    python -m tests.benchmarks.hostile --requests 5000 [--role It-helpdesk] [--seed 1]

The names come from the pages themselves, as in `tests/web/test_hostile.py`; the values are hostile,
or numbers of rows, one's own and other people's; several at once, repeated, by any method, beside
what every list takes, with headers and files that lie. Prints the answers by status. Exits with 1 on
a 500, a foreign word in an answer or in a workbook, or a foreign row that has changed. What a batch
of requests wrote is rolled back, so that there is something left to attack.
"""

import argparse
import io
import os
import random
import time
import zipfile
from collections import Counter
from urllib.parse import quote_from_bytes

from tests.benchmarks.ground import own_database

TURN = 250
LIST_NAMES = ("q", "side", "page", "sorter", "sort", "kolonne", "valgt", "hent", "visning", "vis")
LIST_NAMES += ("afdeling", "enhed", "kvartal", "per_page", "raekke", "fra", "til", "dag", "format")
METHODS = ("put", "delete", "patch", "head", "options")
HEADERS = (
    {"HX-Request": "true", "HX-Current-URL": "http://[\x7f"},
    {"HX-Request": "true", "HX-Target": "'\"><x>", "HX-Current-URL": "javascript:alert(1)"},
    {"HX-Request": "true", "HX-Current-URL-URI-AutoEncoded": "true", "HX-Current-URL": "%ff%00"},
    {"Accept": "application/json;q=x,*/*;q=-1"},
    {"Accept-Language": "æøå" * 50, "Accept-Encoding": "\x00gzip"},
    {"If-None-Match": '"' * 50, "If-Modified-Since": "99999999999"},
    {"Range": "bytes=9999999999999999999-0"},
    {"Referer": "http://[::1", "X-Forwarded-For": "x, \ud7ff, 999.999.999.999"},
    {"Authorization": "Bearer \x00"},
    {"Cookie": "messages=gAAA:x; sessionid"},
)
FILES = (
    ("a.xlsx", b"PK\x03\x04" + b"\xff" * 500),
    ("a.csv", b"\xff\xfe\x00;" * 300),
    ("a.csv", "Enhedsnr;Afdeling;Enhed\n²;\0;=1+1\n".encode() * 30),
    ("../../a.pdf", b"%PDF-1.7 \0"),
    ("x" * 400 + ".csv", b""),
    ("a.csv", b"\n" * 5000),
)


def words_of(response) -> str:
    """Return all that an answer says, a workbook's and an archive's parts too."""
    data = response.getvalue()
    text = data.decode(errors="replace")
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text += "".join(
                archive.read(name).decode(errors="replace") for name in archive.namelist()
            )
    return text


class Crawler:
    """One role's: what it sent, how that was answered, and what was wrong."""

    def __init__(self, client, role, town, seed):
        from albertslund_it import roles
        from tests.web.test_every_url import OURS, TABLE, address
        from tests.web.test_hostile import FOREIGN

        self.client, self.role, self.town = client, role, town
        self.chance = random.Random(f"{role} {seed}")
        self.statuses, self.faults, self.known = Counter(), set(), {}
        self.hidden = FOREIGN if role in (roles.HEAD, roles.UNIT_LEADER) or not role else ()
        may = [
            route
            for route in OURS
            if role in TABLE[route]["open"] | TABLE[route].get("hidden", set())
        ]
        # Mostly what opens: the rest is refused before anything is read.
        self.routes = may * 6 + OURS
        self.table, self.address = TABLE, address

    def where(self, route):
        """Return an address of it: one's own, another's, or one that no row has."""
        from tests.web.test_hostile import PART

        if (kind := self.chance.random()) < 0.15 and PART.search(route):
            part = self.chance.choice(PART.findall(route))
            value = self.chance.choice([str(self.chance.randint(0, 60)), *self.values()])
            said = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
            route = route.replace(f"<{part[0]}:{part[1]}>", quote_from_bytes(said[:300], safe=""))
        whose = "foreign" if kind > 0.75 else "own"
        return self.address(route, self.town, whose)

    def values(self):
        from tests.web.test_hostile import DIGITS, EVERYTHING

        return [
            self.chance.choice(EVERYTHING),
            self.chance.choice(EVERYTHING),
            self.chance.choice(
                [DIGITS, str(2**63), str(-(2**31) - 1), "NaN", "Infinity", "[]", "null"]
            ),
            self.chance.choice(
                ["alle", "xlsx", "csv", "ja", "1", "on", "-", "--", "?", "&", "pk", "id"]
            ),
            self.chance.choice(["2026Q1", "2026Q2", "2026S1", "2199Q4", "2000Q1", "01-01-2026"]),
            *(str(self.chance.randint(0, 60)) for _ in range(3)),
        ]

    def names(self, route, where):
        """Return what an address reads, by method; learnt once."""
        from tests.web.test_hostile import learn

        if route not in self.known:
            self.known[route] = learn(self.client, route, where, thorough=True)
        return self.known[route]

    def pairs(self, route, method, learnt):
        """Return what is sent: as the page itself would, with some of it hostile."""
        names, base = learnt.get(method, ({}, {}))
        pairs = list(base if isinstance(base, list) else base.items())
        possible = [*names] * 3 + [*(LIST_NAMES if method == "get" else ())]
        for _ in range(self.chance.choice((1, 1, 1, 2, 3, 6))):
            name = self.chance.choice(possible or LIST_NAMES)
            times = self.chance.choice((1, 1, 1, 2, 3, 40))
            if self.chance.random() < 0.8:
                pairs = [pair for pair in pairs if pair[0] != name]
            if self.chance.random() < 0.08:
                name += self.chance.choice(("[]", "__in", "\0", "__isnull", "-0", "__regex"))
            pairs += [(name, self.chance.choice(self.values())) for _ in range(times)]
        if method == "get" and self.chance.random() < 0.2:
            pairs.append(("hent", "xlsx"))
        return pairs

    def one(self):
        """Send one request."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from tests.web.test_hostile import ask

        chance = self.chance
        route = chance.choice(self.routes)
        own = self.address(route, self.town)
        is_post = self.table[route].get("method") == "post"
        learnt = self.names(route, own)
        method = "post" if is_post or ("post" in learnt and chance.random() < 0.5) else "get"
        where, pairs = self.where(route), self.pairs(route, method, learnt)
        odd = chance.random()
        defaults = dict(self.client.defaults)
        try:
            if odd < 0.04:
                method = chance.choice(METHODS)
                response = getattr(self.client, method)(where)
            elif odd < 0.08 and method == "post":
                name, data = chance.choice(FILES)
                form = {str(key): str(value)[:2000] for key, value in pairs}
                form[chance.choice(("file", "fil", "files"))] = SimpleUploadedFile(name, data)
                response = self.client.post(where, form)
            elif odd < 0.1 and method == "post":
                kind = chance.choice(("application/json", "text/xml", "multipart/form-data", "æ"))
                response = self.client.post(where, '{"a": [' * 200, content_type=kind)
            else:
                if odd > 0.9:
                    headers = chance.choice(HEADERS)
                    self.client.defaults |= {
                        f"HTTP_{name.upper().replace('-', '_')}": text
                        for name, text in headers.items()
                    }
                response = ask(self.client, method, where, pairs)
        except Exception as error:
            self.fault(route, method, where, pairs, repr(error)[:300])
            self.statuses[500] += 1  # a server would have answered so
            return
        finally:
            self.client.defaults = defaults
        self.statuses[response.status_code] += 1
        if response.status_code >= 500:
            return self.fault(route, method, where, pairs, response.status_code)
        text = words_of(response)
        if "<script>alert(1)" in text and response.get("Content-Type", "").startswith("text/html"):
            self.fault(route, method, where, pairs, "not escaped")
        for word in self.hidden:
            if word in text:
                self.fault(route, method, where, pairs, f"foreign: {word}")

    def fault(self, route, method, where, pairs, what):
        key = (route, method, str(what)[:80])
        if key not in self.faults:
            self.faults.add(key)
            print("   ", self.role, *key, where[:200], str(pairs)[:1500], what, flush=True)

    @property
    def count(self) -> int:
        return sum(self.statuses.values())

    def go_on(self, requests):
        """Send so many more; say how all of them were answered."""
        from django.contrib.auth.models import User
        from django.db import transaction

        began, before = time.perf_counter(), foreign_rows(self.town)
        until, who = self.count + requests, self.client.session["_auth_user_id"]
        with transaction.atomic():
            while self.count < until:
                self.one()
                if self.client.session.get("_auth_user_id") != who:
                    self.client.force_login(User.objects.get(pk=who))
            if self.hidden and foreign_rows(self.town) != before:
                self.fault("", "", "", [], "a foreign row has changed")
            transaction.set_rollback(True)
        print(
            f"{self.role or 'no role'}: {self.count} requests, {dict(sorted(self.statuses.items()))}, "
            f"{len(self.faults)} faults; the last {requests} in {time.perf_counter() - began:.0f} s",
            flush=True,
        )


def foreign_rows(town):
    """Return what stands of those that no leader here has a part in."""
    unit, device = town["foreign"]
    things = [unit, unit.department, device, device.lease, town["people"]["foreign"]]
    things += [town["approvals"]["foreign"], town["lines"]["foreign"], town["counts"]["foreign"]]
    rows = [list(type(one)._base_manager.filter(pk=one.pk).values()) for one in things]
    return [*rows, list(device.placements.order_by("pk").values())]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--role")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["TODAY"] = "2026-05-01"
    os.environ["EMAIL_URL"] = "smtp://127.0.0.1:1"  # what is written is sent to nobody
    os.environ.setdefault("ALLOWED_HOSTS", "testserver")
    os.environ.setdefault("SECURE_SSL_REDIRECT", "0")
    with own_database():
        import logging

        from django.test import Client

        from tests.cast import Cast
        from tests.web.test_every_url import make_town

        logging.disable(logging.CRITICAL)
        cast = Cast()
        users = cast.by_role()
        town = make_town(cast)
        crawlers = []
        for role, user in users.items():
            if options.role in (None, role):
                client = Client()
                client.force_login(user)
                crawlers.append(Crawler(client, role, town, options.seed))
        # In turns, so that whoever stops it has something of each role.
        while crawlers[-1].count < options.requests:
            for crawler in crawlers:
                crawler.go_on(min(TURN, options.requests - crawler.count))
    raise SystemExit(any(crawler.faults for crawler in crawlers))


if __name__ == "__main__":
    main()
