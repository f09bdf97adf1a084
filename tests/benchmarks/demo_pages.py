"""Every page of the demo as each role, in-process through all middleware: milliseconds of CPU.

    DATABASE_URL=sqlite:////tmp/demo.sqlite3 TODAY=2026-11-30 python -m tests.benchmarks.demo_pages [user …]

Asks a demo that is there (`manage.py demo --no-server`). Links are followed from the menu, one page
for each address and one for its narrowed list. Those above the limit, or `--all`, are printed.
"""

import argparse
import logging
import os
import re
import statistics
import time
from urllib.parse import urljoin, urlsplit

import django
from lxml import html

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "albertslund_it.settings")
os.environ["DEBUG"] = "0"
os.environ.setdefault("SECRET_KEY", "maaling" * 10)

USERS = ("okonomi", "helpdesk", "leder", "leder2", "enhedsleder", "ledelse", "admin")
STARTS = ("/", "/hjaelp/", "/soeg/?q=skole", "/visninger/")
NOT_FOLLOWED = re.compile(r"^/(log-ud|static|api|dag|admin)/|[?&](_export|format|fil)=|excel", re.I)


def pages(client):
    """Yield an address of each page that links lead to, the menu's first."""
    from django.urls import Resolver404, resolve

    waiting, seen = list(STARTS), set()
    while waiting:
        url = waiting.pop(0)
        path, _, query = url.partition("?")
        try:
            kind = resolve(path).route, bool(query)
        except Resolver404:
            continue
        if kind in seen or NOT_FOLLOWED.search(url):
            continue
        seen.add(kind)
        answer = client.get(url, secure=True)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        yield url
        for link in html.fromstring(answer.content).xpath("//a/@href"):
            there = urlsplit(urljoin(f"https://testserver{url}", link))
            if there.netloc == "testserver":
                waiting.append(there.path + (f"?{there.query}" if there.query else ""))


def milliseconds(client, url, rounds):
    """Return the median CPU of a page that has been asked for before."""
    from albertslund_it.operation.warming import keep_what_is_there

    taken = []
    client.get(url, secure=True)
    keep_what_is_there()  # as the workers do once they are warm
    for _ in range(rounds):
        began = time.process_time()
        client.get(url, secure=True)
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", nargs="*", default=USERS)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    from django.conf import settings

    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    logging.disable(logging.WARNING)
    for name in options.users:
        client = Client()
        client.force_login(User.objects.get(username=name))
        addresses = list(pages(client))
        empty = milliseconds(client, "/findes-ikke/", options.rounds)
        found = {}
        for url in addresses:
            found[url] = milliseconds(client, url, 3)
            if found[url] > options.limit * 0.8:
                found[url] = milliseconds(client, url, options.rounds)
        over = [url for url in found if found[url] > options.limit]
        print(
            f"{name}: {len(found)} pages, an empty one {empty:.1f} ms, median "
            f"{statistics.median(found.values()):.1f}, {len(over)} over {options.limit:.0f}",
            flush=True,
        )
        for url in sorted(found, key=found.get, reverse=True):
            if options.all or found[url] > options.limit:
                print(f"  {found[url]:6.1f}  {url}", flush=True)


if __name__ == "__main__":
    main()
