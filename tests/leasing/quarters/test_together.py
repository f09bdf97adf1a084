"""Two who close a quarter at the same moment make one run, and the second is told who was first."""

import threading

from django.db import connection
from django.test import Client

from leasing.billing.selectors.preview import preview_run
from leasing.models import BillingRun
from tests.leasing.town import TODAY, Town

CLOSE = "/kvartaler/2026Q3/laas/"


def test_two_at_the_same_moment_make_one_run(transactional_db, cast, settings):
    settings.TODAY = TODAY
    Town()
    seen = preview_run("2026Q3", TODAY).proposal.digest
    users = [cast.finance, cast.user("inga", "Økonomi")]
    answers = []

    def post(user):
        try:
            client = Client()
            client.force_login(user)
            response = client.post(CLOSE, {"seen_digest": seen}, follow=True)
            answers.append(response.content.decode())
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BillingRun.objects.filter(code="2026Q3").count() == 1
    assert sum("er godkendt og låst." in answer for answer in answers) == 1
    assert sum("er allerede godkendt og låst" in answer for answer in answers) == 1
