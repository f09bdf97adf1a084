"""What was decided on leases is decided still, term by term, after the upgrade."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from leasing.models import EndDecision, LeaseTerm
from tests import builders as make

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = "0022_end_of_lease"


@pytest.fixture
def earlier_version():
    yield lambda: call_command("migrate", "leasing", BEFORE, verbosity=0)
    call_command("migrate", verbosity=0)


# The migration asks by the ORM alone; that PostgreSQL goes through it, with what the first version
# held, is test_first_version.py's.
@pytest.mark.once
def test_choices_become_decisions_of_terms(earlier_version):
    chosen = {"PF000001": "return", "PF000002": "buyout", "PF000003": "extension", "PF000004": ""}
    leases = {number: make.lease(number, starts_on=date(2026, 1, 1)).pk for number in chosen}
    # One extension has its term; of PF000005 it was only noted, without a price.
    LeaseTerm.objects.create(lease_id=leases["PF000003"], position=2, price_ore=100, quarters=1)
    leases["PF000005"], chosen["PF000005"] = make.lease("PF000005").pk, "extension"
    earlier_version()
    with connection.cursor() as cursor:
        for number, choice in chosen.items():
            cursor.execute(
                "UPDATE leasing_lease SET end_choice = %s WHERE id = %s", [choice, leases[number]]
            )

    call_command("migrate", verbosity=0)

    found = EndDecision.objects.values_list(
        "term__lease__device__serial_number", "term__position", "choice"
    )
    assert sorted(found) == [
        ("PF000001", 1, "return"),
        ("PF000002", 1, "buyout"),
        ("PF000003", 1, "extension"),
    ]
