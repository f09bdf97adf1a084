import pytest
from django.db import transaction

from albertslund_it.demo.build import NORMAL, build
from tests.demo.scene import TODAY


@pytest.fixture(scope="package", autouse=True)
def filled(django_db_setup, django_db_blocker):
    """Fill the database once for all of this folder: a scene takes seconds."""
    with django_db_blocker.unblock(), transaction.atomic():
        build(scene=NORMAL, today=TODAY, tell=lambda text: None)
        yield
        transaction.set_rollback(True)
