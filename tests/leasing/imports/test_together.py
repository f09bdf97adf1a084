"""The same file from two people at the same moment: taken in once, and the other is told."""

import pytest

from inventory.models import Employee
from leasing.models import ImportBatch, WaitingRow
from tests import builders
from tests.files import take_file
from tests.leasing.agreeing import agreed_in
from tests.leasing.billing.test_closing_together import at_the_same_moment
from tests.leasing.imports.test_conversation import step
from tests.leasing.imports.test_import_page import upload

PEOPLE = "Initialer;Navn;Enhedsnr\nANBE;Anna Berg;1001\nCADA;;1001\n"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_leave_each_row_waiting_once():
    builders.unit("1001")
    results = at_the_same_moment(*[lambda: take_file("employees", PEOPLE, good_rows=True)] * 2)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert WaitingRow.objects.count() == 1
    assert ImportBatch.objects.count() == 1
    assert Employee.objects.count() == 1


def test_who_agrees_second_is_shown_what_it_was_taken_in_as(db, client_of, cast):
    builders.unit("1001")
    client = client_of(cast.helpdesk)
    pages = []
    for _ in range(2):
        page = upload(client, PEOPLE)
        pages.append(client.post("/indlaes/employees/", step(page, good_rows="1")))
    for page in pages:
        sent = step(page, agreed=agreed_in(page))
        done = client.post("/indlaes/employees/", sent, follow=True)
    batch = ImportBatch.objects.get()
    assert done.context["batch"] == batch
    assert f"er taget ind allerede, som nr. {batch.pk}." in done.content.decode()
