"""A theft is told to IT security by a real mail, and is reported also when no mail gets through."""

from datetime import timedelta

import pytest

from leasing.models import LossReport, Mail, Settings
from leasing.movements.services.losses import LossFacts, report_loss
from tests.leasing.agreeing import save
from tests.leasing.mail.smtp import free_port, mail_server, use
from tests.leasing.movements.town import NOW, TODAY, School

pytestmark = pytest.mark.django_db(transaction=True)


def report(device):
    facts = LossFacts("stolen", NOW - timedelta(hours=3), "no", police_number="0100-12345")
    return report_loss(device=device, facts=facts, actor=None, today=TODAY, now=NOW)


@pytest.fixture
def pc(transactional_db):
    Settings.objects.update(security_mail="sikkerhed@example.dk")
    return School().stock[0]


def test_security_gets_it_at_once_in_text_and_html(pc, settings):
    with mail_server(settings) as inbox:
        report(pc)
    [(to, message)] = inbox.messages

    assert to == ["sikkerhed@example.dk"]
    assert message["Subject"] == "Stjålet udstyr: T14 PF000001"
    for kind in ("plain", "html"):
        body = message.get_body([kind]).get_content()
        # Discovered on the 23rd at 7.00 in Danish time: three days later.
        assert "26-11-2026 kl. 07.00" in body
        assert "0100-12345" in body


def test_the_loss_is_reported_though_no_server_answers(pc, settings):
    use(settings, free_port())
    report(pc)

    assert LossReport.objects.count() == 1
    assert Mail.objects.get().sent_at is None
    assert Mail.objects.get().error


LOSS = {
    "kind": "stolen",
    "discovered_on": "22-11-2026",
    "discovered_at": "8.30",
    "encrypted": "unknown",
    "token": "6f1f6c6e-6f52-4a76-9f5f-2f9d3b0d6a11",
}


@pytest.mark.parametrize("server", ["answers", "is dead", "has nobody to write to"])
def test_the_page_says_what_became_of_the_mail(pc, settings, cast, client_of, server):
    settings.TODAY = TODAY
    client = client_of(cast.helpdesk)
    if server == "answers":
        with mail_server(settings):
            response = save(client, f"/udstyr/{pc.pk}/tab/", LOSS, follow=True)
        expected = "It-sikkerhed har fået en mail."
    elif server == "is dead":
        use(settings, free_port())
        response = save(client, f"/udstyr/{pc.pk}/tab/", LOSS, follow=True)
        expected = "Ring til it-sikkerhed nu: mailen til dem er ikke sendt endnu."
    else:
        Settings.objects.update(security_mail="")
        response = save(client, f"/udstyr/{pc.pk}/tab/", LOSS, follow=True)
        expected = "Ring til it-sikkerhed nu: deres mailadresse mangler"
    said = [str(message) for message in response.context["messages"]]
    assert any(expected in text for text in said), said
    assert sum("it-sikkerhed" in text.lower() for text in said) == 1
