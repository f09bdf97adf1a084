import pytest

from leasing.models import Settings
from tests import builders as make

pytestmark = pytest.mark.django_db


def test_nothing_is_guarded_before_the_first_closing():
    Settings.objects.update(billing_starts_on="2026-04-01")
    make.cost_holder().delete()
    make.cost_holder("9001")
    assert make.charge(make.unit()).delete()[0] == 1
