import re

import pytest

from tests.architecture.imports import ROOT, Module, our_modules
from tests.architecture.words import screen_words


def test_no_selector_or_service_holds_words_for_the_screen():
    assert [words for module in our_modules() for words in screen_words(module)] == []


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("leasing.quarters.selectors.x", 'TITLE = "Enheder uden kontering"'),
        ("leasing.quarters.selectors.x", 'def f(n):\n    return f"{n} stk. er på lager"'),
        ("leasing.quarters.selectors.x", 'def f():\n    return "Økonomi"'),
        ("inventory.rollout.selectors", 'def f():\n    """Return it."""\n    return "er fundet"'),
        ("leasing.orders.services.x", 'STATES = {"a": "Venter på godkendelse"}'),
        (
            "leasing.orders.services.x",
            'class A:\n    @property\n    def label(self):\n        return "er på vej"',
        ),
    ],
)
def test_a_danish_text_below_the_presenters_is_found(name, source):
    (found,) = screen_words(Module(name, source))
    assert found.startswith(f"{name}:")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("leasing.quarters.selectors.x", '"""Hvad der er på lager."""\nKEY = "stock"'),
        ("leasing.quarters.selectors.x", 'def f():\n    raise Refused("Kvartalet er låst.")'),
        ("leasing.quarters.selectors.x", 'def why_not():\n    return "Kvartalet er låst."'),
        ("leasing.quarters.presenters", 'TITLE = "Enheder uden kontering"'),
        ("leasing.orders.services.x", 'def f(errors):\n    errors.add(1, "Enheden er lukket")'),
        ("leasing.orders.services.status_mail", 'SUBJECT = "Din bestilling er på vej"'),
    ],
)
def test_a_refusal_a_mail_and_a_presenter_speak_danish(name, source):
    assert list(screen_words(Module(name, source))) == []


# A quarter is locked as the buttons say, a step and the register are spelt in one way, and where a
# number is known its word is too.
SAID_OTHERWISE = re.compile(
    r"lukke(?:de|t) kvartal|\bregistret\b|[Tt]rine(?:ne|t)\b|\bbackup'?en\b|en backup\b|asinggiverens"
    r"|\b(?:adgang|besked|leasing|mail|række)\((?:e|er|r|s)\)"
)


def test_one_thing_has_one_name():
    texts = {module.name: module.source for module in our_modules()}
    for path in sorted((ROOT / "templates").rglob("*.*")):
        texts[path.name] = path.read_text(encoding="utf-8")
    found = {name: SAID_OTHERWISE.search(text) for name, text in texts.items()}
    assert {name: match[0] for name, match in found.items() if match} == {}
