"""Other systems are told: in the transaction of the fact, signed, tried again, with a log."""

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from albertslund_it.common.errors import Refused
from leasing.approvals.services.approvals import decide_approval
from leasing.lease_end.selectors.undecided import undecided_ends
from leasing.models import Mail, Settings, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from leasing.notices.services.notices import write_notices
from leasing.webhooks.presenters import EVENTS, INSIDE
from leasing.webhooks.selectors import secret_shown
from leasing.webhooks.services import posting
from leasing.webhooks.services.endpoints import make_endpoint
from leasing.webhooks.services.outbox import tell
from leasing.webhooks.services.posting import checked_address, post
from leasing.webhooks.services.sending import forget_old_deliveries, send, send_due
from leasing.webhooks.views.tasks import send_one
from tests import builders as make
from tests.files import take_file
from tests.leasing.closed import close
from tests.leasing.pages import read, text_of
from tests.leasing.webhooks.receiver import receiving

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 8, 8, tzinfo=UTC)
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


@pytest.fixture(autouse=True)
def on(settings, db):
    settings.TODAY = date(2026, 4, 8)
    settings.WEBHOOK_NETWORKS = LOOPBACK
    Settings.objects.update(uses_webhooks=True)


@pytest.fixture(scope="module")
def server():
    with receiving() as found:
        yield found


@pytest.fixture
def receiver(server):
    server.received.clear()
    server.status, server.text, server.headers = 200, "tak", {}
    return server


@pytest.fixture
def endpoint(receiver):
    return made(receiver.address)


def made(address="https://esdh.example.dk/hook", events=tuple(EVENTS), name="ESDH"):
    return make_endpoint(name=name, address=address, events=events, now=NOW)


def at(moment):
    return lambda: moment


def told(event="quarter.locked", now=NOW, **data):
    [delivery] = tell(event, data, now)
    return delivery


def payloads(event):
    return [one.payload["data"] for one in WebhookDelivery.objects.filter(event=event)]


class TestWhatIsTold:
    def test_a_quarter_that_is_locked_is_told_with_it_or_not_at_all(self, cast):
        made()
        make.cost_holder()
        make.lease("PF000001", unit=cast.unit)
        with transaction.atomic():
            close()
            transaction.set_rollback(True)
        assert not WebhookDelivery.objects.exists()
        run = close()
        [data] = payloads("quarter.locked")
        assert data == {
            "run": "2026Q1",
            "lines": run.line_count,
            "total_ore": run.total_ore,
            "digest": run.digest,
        }

    def test_devices_of_a_delivery_are_told_by_number(self, cast):
        made()
        make.cost_holder()
        make.priced("T14")
        file = (
            "Serienummer;Model;Leasingstart;Underaftale\n"
            "PF000011;T14;01-04-2026;UA-1\nPF000012;T14;01-04-2026;UA-1"
        )
        take_file("deliveries", file, actor=cast.helpdesk)
        [data] = payloads("device.delivered")
        assert [one["serial_number"] for one in data["devices"]] == ["PF000011", "PF000012"]

    def test_a_line_that_a_head_grants_is_told_and_names_nobody(self, cast):
        made()
        anna = make.employee("anbe", "Anna Berg", unit=cast.unit)
        line = make.order_line(employee=anna, unit=cast.unit, status="awaiting")
        approval = make.approval(anna, line=line)
        decide_approval(
            approval_id=approval.pk,
            decision="granted",
            reason="",
            actor=cast.head,
            today=NOW.date(),
            now=NOW,
        )
        [data] = payloads("order.approved")
        assert data == {"order": line.order_id, "number": line.order.number, "lines": [1]}

    def test_a_lease_that_ends_is_told_once_a_step(self, cast):
        made()
        make.cost_holder()
        lease = make.lease("PF000001", unit=cast.unit)
        [end] = undecided_ends(NOW.date(), date(2050, 1, 1))
        last = end.last_day
        for days in (95, 90, 80, 60):
            write_notices(today=last - timedelta(days=days), now=NOW)
        steps = [
            (one["lease"], one["days"]) for d in payloads("lease.ends_soon") for one in d["leases"]
        ]
        assert sorted(steps) == [(lease.pk, 60), (lease.pk, 90), (lease.pk, 180)]

    def test_what_nobody_wants_or_is_turned_off_is_not_written(self, endpoint):
        WebhookEndpoint.objects.update(events=["order.approved"])
        assert tell("quarter.locked", {}, NOW) == []
        WebhookEndpoint.objects.update(is_on=False)
        assert tell("order.approved", {}, NOW) == []
        WebhookEndpoint.objects.update(is_on=True)
        Settings.objects.update(uses_webhooks=False)
        assert tell("order.approved", {}, NOW) == []


class TestSending:
    def test_it_is_signed_as_the_receiver_checks_it(self, endpoint, receiver):
        told(run="2026Q1")
        assert send_due(clock=at(NOW)) == (1, 0)
        [(path, headers, body)] = receiver.received
        assert (path, json.loads(body)["data"]) == ("/hook?a=1", {"run": "2026Q1"})
        secret = base64.b64decode(secret_shown(endpoint).removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
        digest = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{digest}"
        assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())
        assert send_due(clock=at(NOW + timedelta(days=1))) == (0, 0)

    def test_a_failure_is_kept_and_tried_again_under_the_same_id(self, endpoint, receiver):
        receiver.status, receiver.text = 500, "x" * 5000
        delivery = told()
        assert send_due(clock=at(NOW)) == (0, 1)
        assert send_due(clock=at(NOW + timedelta(seconds=59))) == (0, 0)
        receiver.status = 204
        assert send_due(clock=at(NOW + timedelta(seconds=60))) == (1, 0)
        assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1
        first, second = delivery.tries.all()
        assert (first.status, first.response) == (500, "x" * 200)
        assert second.status == 204

    def test_after_three_days_it_is_turned_off_and_administrators_are_told(
        self, endpoint, receiver, cast
    ):
        receiver.status = 500
        administrator = cast.administrator
        told()
        moment, tries = NOW, 0
        while WebhookEndpoint.objects.get().is_on:
            send_due(clock=at(moment))
            moment = WebhookDelivery.objects.get().next_at
            tries += 1
            assert tries < 20
        assert timedelta(days=3) <= moment - NOW <= timedelta(days=4)
        assert WebhookDelivery.objects.get().state == "given_up"
        mail = Mail.objects.get()
        assert (mail.recipients, mail.subject) == (
            administrator.email,
            "Webhooken »ESDH« er slået fra",
        )

    def test_what_answers_410_is_turned_off_at_once(self, endpoint, receiver):
        receiver.status = 410
        told()
        send_due(clock=at(NOW))
        assert not WebhookEndpoint.objects.get().is_on

    def test_nothing_is_followed(self, endpoint, receiver):
        receiver.status, receiver.headers = 302, {"Location": "/andet"}
        told()
        assert send_due(clock=at(NOW)) == (0, 1)
        assert len(receiver.received) == 1
        assert "leder videre" in WebhookAttempt.objects.get().error

    def test_who_is_silent_or_not_there_is_waited_for_so_long_and_no_longer(
        self, receiver, monkeypatch
    ):
        monkeypatch.setattr(posting, "SECONDS", 0.3)
        receiver.held.clear()
        assert post(receiver.address, "{}", {}).error == posting.NO_ANSWER
        receiver.held.set()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
        assert post(closed, "{}", {}).error == posting.NO_CONNECTION

    def test_who_is_stopped_while_sending_leaves_it_to_be_taken_again(
        self, endpoint, receiver, monkeypatch
    ):
        def killed(*args):
            raise SystemExit

        delivery = told()
        with monkeypatch.context() as patch:
            patch.setattr("leasing.webhooks.services.sending.post", killed)
            with pytest.raises(SystemExit):
                send(number=delivery.pk, clock=at(NOW))
        assert send_due(clock=at(NOW + timedelta(seconds=30))) == (0, 0)  # it may be on its way
        assert send_due(clock=at(NOW + timedelta(minutes=3))) == (1, 0)

    def test_the_worker_sends_at_once_and_again_when_it_is_due(self, endpoint, receiver):
        Settings.objects.update(uses_worker=True)
        receiver.status = 500
        delivery = told()
        assert DBTaskResult.objects.count() == 1
        WebhookDelivery.objects.update(next_at=datetime(2026, 1, 1, tzinfo=UTC))
        send_one.call(delivery.pk)
        delivery.refresh_from_db()
        later = DBTaskResult.objects.latest("enqueued_at")
        assert (later.run_after, later.args_kwargs["args"]) == (delivery.next_at, [delivery.pk])

    def test_the_command_sends_what_waits(self, endpoint, receiver, capsys):
        told(now=datetime(2026, 4, 8, tzinfo=UTC) - timedelta(hours=5))
        call_command("send_webhooks")
        assert capsys.readouterr().out == "1 besked er modtaget, 0 prøves igen.\n"

    def test_the_log_is_kept_longer_than_a_step_of_the_ladder(self, endpoint):
        told()
        forget_old_deliveries(now=NOW + timedelta(days=199))
        assert WebhookDelivery.objects.exists()
        forget_old_deliveries(now=NOW + timedelta(days=201))
        assert not WebhookDelivery.objects.exists()


class TestWhereTo:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "esdh",
            "ftp://esdh.example.dk/",
            "http://esdh.example.dk/",
            "https://user:pass@esdh.example.dk/",
            "https://esdh.example.dk:0/",
            "https://esdh.example.dk:99999/",
            "https://[::1/",
            "https://esdh.example.dk/\r\nX: y",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[fec0::1]/",  # site-local, as some networks still have it
            "https://[::a00:1]/",
            "https://[fe80::1]/",
            "https://0.0.0.0/",
            "https://" + "a" * 600,
        ],
    )
    def test_what_is_no_address_outside_is_refused(self, address):
        with pytest.raises(Refused):
            checked_address(address)

    @pytest.mark.parametrize("host", ["1.1.1.1", "esdh.example.dk", "[2606:4700::1111]"])
    def test_what_is_outside_is_taken(self, host):
        assert checked_address(f"https://{host}:8443/x?y=1").port == 8443

    def test_a_name_that_leads_inside_is_not_connected_to(self, receiver, settings, monkeypatch):
        settings.WEBHOOK_NETWORKS = []
        found = [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
        assert post("https://esdh.example.dk/", "{}", {}).error == INSIDE
        assert receiver.received == []

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, receiver, settings):
        answer = post(receiver.address.replace("http:", "https:"), "{}", {})
        assert answer.status is None  # it speaks no TLS at all
        assert answer.error


class TestPages:
    def test_the_secret_is_shown_once_and_is_not_in_the_database(self, cast, client_of, receiver):
        client = client_of(cast.administrator)
        page = client.post(
            "/webhooks/ny/",
            {"name": "ESDH", "address": receiver.address, "events": ["quarter.locked"]},
        )
        endpoint = WebhookEndpoint.objects.get()
        secret = secret_shown(endpoint)
        assert secret in page.content.decode()
        assert secret not in client.get(f"/webhooks/{endpoint.pk}/").content.decode()
        assert endpoint.salt not in client.get(f"/webhooks/{endpoint.pk}/").content.decode()

        client.post(f"/webhooks/{endpoint.pk}/", {"handling": "hemmelighed"})
        assert secret_shown(WebhookEndpoint.objects.get()) != secret

    def test_a_trial_is_sent_and_stands_in_the_log_with_its_answer(
        self, cast, client_of, endpoint, receiver
    ):
        receiver.text = "<script>alert(1)</script>"
        client = client_of(cast.administrator)
        page = client.post(f"/webhooks/{endpoint.pk}/", {"handling": "proev"}, follow=True)
        text = page.content.decode()
        assert "Beskeden er modtaget: svar 200." in text
        assert "<script>alert(1)" not in text
        assert json.loads(receiver.received[0][2])["type"] == "webhook.test"

        number = WebhookDelivery.objects.get().pk
        receiver.status = 503
        page = client.post(f"/webhooks/{endpoint.pk}/igen/{number}/", follow=True)
        assert "Beskeden er ikke modtaget: 503." in page.content.decode()
        assert WebhookDelivery.objects.get().tries.count() == 2

    def test_an_address_inside_is_refused_and_what_was_typed_stays(self, cast, client_of, settings):
        settings.WEBHOOK_NETWORKS = []
        typed = {"name": "ESDH", "address": "https://10.0.0.1/", "events": ["quarter.locked"]}
        page = client_of(cast.administrator).post("/webhooks/ny/", typed)
        assert page.status_code == 422
        assert "inde i netværket" in page.content.decode()
        assert "https://10.0.0.1/" in page.content.decode()

    def test_it_is_turned_off_on_changed_and_deleted(self, cast, client_of, endpoint):
        client, page = client_of(cast.administrator), f"/webhooks/{endpoint.pk}/"
        client.post(page, {"handling": "fra"})
        assert "Slået fra" in text_of(read(client, "/webhooks/"))
        client.post(page, {"handling": "til"})
        typed = {"name": "Ny", "address": endpoint.address, "events": ["device.delivered"]}
        assert client.post(f"{page}ret/", typed).status_code == 302
        assert "Udstyr er leveret" in text_of(read(client, "/webhooks/"))
        client.post(page, {"handling": "slet"})
        assert not WebhookEndpoint.objects.exists()

    def test_turned_off_it_is_not_there(self, cast, client_of, endpoint):
        Settings.objects.update(uses_webhooks=False)
        assert client_of(cast.administrator).get("/webhooks/").status_code == 404

    def test_the_log_asks_no_more_for_many(
        self, cast, client_of, endpoint, django_assert_max_num_queries
    ):
        client = client_of(cast.administrator)
        for _ in range(20):
            WebhookAttempt.objects.create(delivery=told(), made_at=NOW, status=500)
        with django_assert_max_num_queries(25):
            read(client, f"/webhooks/{endpoint.pk}/")
