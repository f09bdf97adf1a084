"""Reading pages as a person does: the figures that are links, and what they lead to."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from albertslund_it.common.money import parse_kroner

TWICE = re.compile(r".{0,40}[.]{2}.{0,20}")
AMOUNT = re.compile(r"−?[0-9.]+,[0-9]{2}(\xa0kr\.)?")


def read(client, url, status=200):
    """Open a page; give its tree. No sentence on it may end twice ('5,00 kr..')."""
    response = client.get(url)
    assert response.status_code == status, f"{url}: {response.status_code}"
    tree = html.fromstring(response.content.decode())
    assert not (twice := TWICE.findall(text_of(tree))), f"{url}: {twice}"
    return tree


def text_of(tree):
    """Return all of a page's text, with a space between elements."""
    return " ".join(" ".join(tree.itertext()).split())


LINES, COMING = "/egenbetaling/linjer/", "/egenbetaling/prognose/kommende/"


def figures(tree, under=(LINES, COMING)):
    """Return (address, øre) of every amount on a page that links to lines, or to what is to come."""
    found = []
    for link in tree.iterfind(".//a"):
        text = link.text_content().strip()
        if link.get("href", "").startswith(under) and AMOUNT.fullmatch(text):
            found.append((link.get("href"), parse_kroner(text)))
    return found


def total_of_lines(client, url):
    """Return what the list of lines says that it adds up to, checked against its rows."""
    tree = read(client, url)
    assert not tree.xpath("//*[@aria-invalid='true']"), f"{url}: asks for what is not there"
    [summary] = tree.xpath("//*[@data-announce]/strong")
    total = parse_kroner(summary.text_content().removeprefix("i alt"))
    if not tree.xpath("//nav[@aria-label='Sider']"):
        cells = tree.xpath("//table/tbody/tr/td[last()]")
        assert sum(parse_kroner(cell.text_content()) for cell in cells) == total, url
    return total


def assert_every_figure_opens_its_lines(client, *urls):
    """Follow every amount of these pages to its lines; give the fewest that one of them has.

    Pages that say the same lead to the same lines, which are read once.
    """
    found = {url: set(figures(read(client, url))) for url in urls}
    addresses = {address for amounts in found.values() for address, _ in amounts}
    totals = {address: total_of_lines(client, address) for address in addresses}
    for url, amounts in found.items():
        assert [one for one in amounts if totals[one[0]] != one[1]] == [], url
    return min(map(len, found.values()))


def queries_of(client, url):
    """Count the queries of a page that has been opened once before."""
    client.get(url)
    with CaptureQueriesContext(connection) as context:
        response = client.get(url)
    assert response.status_code == 200
    return len(context)
