import pytest
from django.db import transaction

from albertslund_it.demo.build import build


@pytest.fixture(scope="module")
def filled(request, django_db_setup, django_db_blocker):
    """Fill the database with the scene and day of the module's `SCENE` and `TODAY`, once."""
    with django_db_blocker.unblock(), transaction.atomic():
        build(scene=request.module.SCENE, today=request.module.TODAY, tell=lambda text: None)
        yield
        transaction.set_rollback(True)
