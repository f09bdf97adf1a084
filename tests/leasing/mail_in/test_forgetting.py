"""The retention period reaches the mails that were fetched, and their files."""

from datetime import UTC, date, datetime

import pytest
from django.core.serializers import serialize

from leasing.mail_in.importers.message import read_message
from leasing.mail_in.services import dismiss, take_in
from leasing.models import KeptFile, MailOutcome, Order, ReceivedFile, ReceivedMail
from leasing.retention.services.anonymise import anonymise
from tests import builders as make
from tests.leasing.mail_in.letters import letter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("year", "is_left"), [(2026, False), (2031, True)])
@pytest.mark.parametrize("outcome", [MailOutcome.ORDER, MailOutcome.AUTOMATIC, "dismissed"])
def test_a_mail_is_forgotten_with_what_came_of_it(outcome, year, is_left):
    make.cost_holder()
    pdf = ("Mette Dam.pdf", "application/pdf", b"%PDF-1")
    read = read_message(letter("Mette Dam skal bruge noget", files=[pdf]))
    now = datetime(year, 3, 1, 8, tzinfo=UTC)
    is_order = outcome != MailOutcome.AUTOMATIC
    take_in(
        read=read,
        outcome=MailOutcome.ORDER if is_order else MailOutcome.AUTOMATIC,
        why="" if is_order else "Automatisk svar",
        today=now.date(),
        now=now,
    )
    if outcome == "dismissed":
        dismiss(mail_id=ReceivedMail.objects.get().pk, actor=None)

    anonymise(today=date(2032, 6, 1))

    kept = serialize("json", [*ReceivedMail.objects.all(), *Order.objects.all()])
    assert ("Lone" in kept or "lone@" in kept) is is_left
    assert (ReceivedFile.objects.exists(), KeptFile.objects.exists()) == (
        (is_left and outcome != "dismissed",) * 2
    )
    assert ReceivedMail.objects.get().key == read.key
    assert not anonymise(today=date(2032, 6, 1))
