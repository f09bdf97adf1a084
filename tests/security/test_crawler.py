"""The crawler of `tests.benchmarks.hostile` finds what it is for; else its silence says nothing."""

import io

import openpyxl
import pytest
from django.http import HttpResponse

from albertslund_it import roles
from tests.benchmarks.hostile import Crawler
from tests.web import test_hostile
from tests.web.test_every_url import town  # noqa: F401

pytestmark = pytest.mark.django_db


def workbook(word):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.append([word])
    book.save(stream)
    return stream.getvalue()


def test_it_finds_errors_foreign_words_and_foreign_rows(
    town,  # noqa: F811
    cast,
    client_of,
    monkeypatch,
    capsys,
):
    unit, _ = town["foreign"]

    def renamed(*args):
        type(unit).objects.filter(pk=unit.pk).update(name="Ændret")
        return HttpResponse("")

    answers = {
        "500": lambda *args: HttpResponse(status=500),
        "ZeroDivisionError": lambda *args: 1 / 0,
        "foreign: Åhaven": lambda *args: HttpResponse("<p>Åhaven</p>"),
        "foreign: PF000002": lambda *args: HttpResponse(workbook("PF000002")),
        "not escaped": lambda *args: HttpResponse("<script>alert(1)</script>"),
        "a foreign row has changed": renamed,
    }
    for found, answer in answers.items():
        monkeypatch.setattr(test_hostile, "ask", answer)
        crawler = Crawler(client_of(cast.head), roles.HEAD, town, seed=1)
        crawler.routes, crawler.known = ["udstyr/"], {"udstyr/": {"get": ({}, [])}}
        crawler.go_on(8)
        assert len(crawler.faults) == 1, found
        assert found in capsys.readouterr().out
