"""Whoever reads asks where it is read just now, which may be a replica."""

import re

from tests.architecture.imports import our_modules

OF_THE_PRIMARY = re.compile(r"(?<!\w)connection\.(?:chunked_)?cursor\(")
# Locks and tables of one server, and of SQLite alone.
APART = {"leasing.jobs.selectors", "leasing.billing.selectors.beside_the_seal"}


def test_a_selector_asks_no_question_of_the_primary_itself():
    asking = {
        module.name
        for module in our_modules()
        if "selectors" in module.name.split(".") and OF_THE_PRIMARY.search(module.source)
    }
    assert asking == APART
