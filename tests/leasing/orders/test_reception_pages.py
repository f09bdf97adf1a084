"""The pages of purchases and deliveries, through the web server's own door."""

import io
from datetime import date

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from albertslund_it.web.forms.agreement import value_of
from inventory.models import Device
from leasing.models import Lease, LeaseTerm, OrderedDevice, OrderLine
from tests import builders as make
from tests.leasing.agreeing import agreed_in, save
from tests.leasing.closed import close
from tests.leasing.orders.ground import TODAY, bought, line, screen

pytestmark = pytest.mark.django_db

DELIVERY, PURCHASE = "/bestillinger/levering/", "/bestillinger/indkoeb/"


@pytest.fixture(autouse=True)
def ground(settings):
    settings.TODAY = TODAY
    make.price()


@pytest.fixture
def helpdesk(cast, client_of):
    return client_of(cast.helpdesk)


def posted(response) -> dict:
    """Return what the form of a page that shows a delivery sends when it is saved."""
    context = response.context
    fields = {field.html_name: field.data for field in context["form"] if field.data is not None}
    firsts = {f"nr-{model}": first for model, first in context["firsts"].items()}
    return fields | firsts | {"rest": context["surplus"], "agreed": value_of(context["rows"])}


def scanned(text, model=None, **fields):
    name = f"model-{(model or make.model()).pk}"
    return {"sub_agreement": "UA-9", "starts_on": "01-05-2026", name: text, **fields}


class TestDelivery:
    def test_scanned_shown_saved_and_scanned_on(self, helpdesk, cast):
        one = bought(employee=make.employee())
        page = f"{DELIVERY}?bestilling={one.order_id}"

        assert "autofocus" in helpdesk.get(page).content.decode()
        seen = helpdesk.post(page, scanned("pf01\r\n"))

        assert not Device.objects.exists()
        assert "Anna Berg" in seen.content.decode()
        assert "5.590,66" in seen.content.decode()
        assert "349,41" in seen.content.decode()
        done = helpdesk.post(page, posted(seen) | {"handling": "gem"}, follow=True)
        again = helpdesk.post(page, posted(seen) | {"handling": "gem"}, follow=True)
        assert "1 stk. er registreret og sat på leasing. Alt er kommet." in done.content.decode()
        assert "Alt var registreret i forvejen" in again.content.decode()
        assert Lease.objects.count() == 1
        assert LogEntry.objects.get_for_object(Lease.objects.get()).get().actor == cast.helpdesk
        # The sub-agreement and the day are there for the next one.
        assert 'value="UA-9"' in again.content.decode()
        assert 'value="01-05-2026"' in again.content.decode()

    def test_a_count_saved_twice_is_one_delivery(self, helpdesk):
        one = bought(model=screen(), quantity=12)
        page = f"{DELIVERY}?nummer=4711"
        seen = helpdesk.post(page, scanned("5", screen()))
        assert "INV-000001" in seen.content.decode()

        for _ in range(2):
            helpdesk.post(page, posted(seen) | {"handling": "gem"})

        assert Device.objects.count() == 5
        assert OrderLine.objects.get(pk=one.pk).status == "partly"
        assert "INV-000005" in helpdesk.get(page).content.decode()

    def test_too_many_keeps_what_is_typed_and_offers_two_ways_out(self, helpdesk):
        bought(quantity=1)
        page = f"{DELIVERY}?nummer=4711"

        refused = helpdesk.post(page, scanned("PF01 PF02"))

        text = refused.content.decode()
        assert refused.status_code == 422
        assert "PF01 PF02</textarea>" in text
        assert "Tag resten på lager" in text
        assert "Sæt antallet op på bestillingen" in text
        seen = helpdesk.post(page, scanned("PF01 PF02", rest="lager"))
        helpdesk.post(page, posted(seen) | {"handling": "gem"})
        assert (Device.objects.count(), OrderedDevice.objects.count()) == (2, 1)

    def test_a_missing_price_leads_to_who_can_mend_it(self, helpdesk):
        bought(model=make.model("T99"))

        refused = helpdesk.post(f"{DELIVERY}?nummer=4711", scanned("PF01", make.model("T99")))

        assert refused.status_code == 422
        assert "ingen pris for T99" in refused.content.decode()
        assert "Bed økonomi om at indlæse prislisten" in refused.content.decode()

    @pytest.mark.parametrize(
        "text",
        ["<script>", "æøå\x00", "PF01 !!", "x" * 1_000_000, "\n".join(["?"] * 10_000)],
    )
    def test_odd_pastes_are_answered_with_what_to_mend(self, helpdesk, text):
        bought()

        refused = helpdesk.post(f"{DELIVERY}?nummer=4711", scanned(text))

        assert refused.status_code == 422
        assert not Device.objects.exists()
        assert "<script>alert" not in refused.content.decode()

    def test_ten_thousand_lines_are_answered_at_once(self, helpdesk):
        bought()

        refused = helpdesk.post(
            f"{DELIVERY}?nummer=4711", scanned("\n".join(f"PF{n}" for n in range(10_000)))
        )

        assert "9999 for mange" in refused.content.decode()

    @pytest.mark.parametrize(
        "query", ["nummer=findes-ikke", "bestilling=99", "bestilling=999999999999999"]
    )
    def test_a_number_that_nobody_knows(self, helpdesk, query):
        assert helpdesk.get(f"{DELIVERY}?{query}").status_code in {200, 422}

    def test_the_orders_that_wait_are_listed(self, helpdesk, django_assert_max_num_queries):
        for count in (2, 30):
            for n in range(count):
                bought(employee=make.employee(f"m{count}x{n}"), number=f"AT-{count}-{n}")
            with django_assert_max_num_queries(16):
                text = helpdesk.get(DELIVERY).content.decode()
        assert "AT-30-7" in text

    def test_queries_do_not_grow_with_lines_and_devices(self, helpdesk):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        one = bought(quantity=50)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                helpdesk.get(f"{DELIVERY}?nummer=4711")
            return len(captured)

        def more(count, lead):
            for n in range(count):
                made = bought(employee=make.employee(f"{lead}{n}"))
                device = make.device(f"{lead}{n}")
                for of in (made, one):
                    OrderedDevice.objects.create(
                        line=of, device=device, delivered_on=TODAY,
                        handed_out_on=TODAY if of == one else None,
                    )  # fmt: skip

        more(3, "A")
        few = queries()
        more(30, "B")
        assert queries() == few

    def test_a_device_is_taken_off_by_its_button(self, helpdesk):
        bought()
        page = f"{DELIVERY}?nummer=4711"
        seen = helpdesk.post(page, scanned("PF01"))
        helpdesk.post(page, posted(seen) | {"handling": "gem"})
        undo = reverse("delivery-undo", args=[OrderedDevice.objects.get().pk])

        agreed = {"agreed": agreed_in(helpdesk.get(f"{page}"))}
        assert "Der er ikke gemt noget" in helpdesk.post(undo, follow=True).content.decode()
        done = helpdesk.post(undo, agreed, follow=True)
        again = helpdesk.post(undo, agreed, follow=True)

        assert "er taget af linje" in done.content.decode()
        assert "allerede taget af linjen" in again.content.decode()
        assert OrderLine.objects.get().status == "ordered"


class TestPurchase:
    def test_download_then_mark(self, helpdesk):
        one, other = line(employee=make.employee()), line(quantity=3)
        key = f"{one.pk}-1"

        text = helpdesk.get(PURCHASE).content.decode()
        file = helpdesk.post(PURCHASE, {"linje": [key], "handling": "hent"})

        assert "16.771,98" not in text  # 4 × 5.590,66 = 22.362,64
        assert "22.362,64" in text
        book = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content)))
        assert book["Linjer"]["C5"].value == one.order.number
        assert book["Linjer"]["C6"].value is None
        data = {"linje": [key], "handling": "bestil", "number": "4711", "ordered_on": "04-05-2026"}
        done = helpdesk.post(PURCHASE, data, follow=True)
        assert "1 linje er markeret som bestilt hos ATEA med nummer 4711." in done.content.decode()
        again = helpdesk.post(PURCHASE, data, follow=True)
        assert "stod allerede som bestilt" in again.content.decode()
        other.refresh_from_db()
        assert other.status == "approved"

    def test_a_fault_keeps_what_is_typed_and_chosen(self, helpdesk):
        one, other = line(), line()

        refused = helpdesk.post(
            PURCHASE, {"linje": [f"{one.pk}-1"], "handling": "bestil", "number": "B17"}
        )
        text = " ".join(refused.content.decode().split())

        assert refused.status_code == 422
        assert 'value="B17"' in text
        assert f'value="{one.pk}-1" id="linje-{one.pk}" checked' in text
        assert f'value="{other.pk}-1" id="linje-{other.pk}" checked' not in text

    @pytest.mark.parametrize("key", ["x", "1", "1-1; DROP", "9" * 30 + "-1", "-1-1"])
    def test_forged_lines_are_refused(self, helpdesk, key):
        line()
        data = {"linje": [key], "number": "4711", "ordered_on": "04-05-2026"}

        assert helpdesk.post(PURCHASE, data).status_code == 422
        assert helpdesk.post(PURCHASE, data | {"handling": "hent"}).status_code == 422

    def test_a_number_is_mended_and_a_purchase_taken_back(self, helpdesk):
        bought(number="41/71 &")
        page = reverse("purchase-detail")

        data = {"number": "4711", "ordered_on": "03-05-2026", "handling": "ret"}
        helpdesk.post(f"{page}?nummer=41/71%20%26", data)
        assert OrderLine.objects.get().supplier_order_number == "4711"
        assert OrderLine.objects.get().ordered_on == date(2026, 5, 3)
        helpdesk.post(f"{page}?nummer=4711", {"handling": "fortryd"})
        assert OrderLine.objects.get().status == "approved"
        assert helpdesk.get(f"{page}?nummer=4711").status_code == 404


class TestLease:
    @pytest.fixture
    def page(self):
        make.cost_holder()
        lease = make.lease("PF01", unit=make.unit())
        close()  # the first quarter of 2026
        return reverse("lease-correct", args=[lease.device_id])

    def test_what_it_changes_is_shown_before_it_is_saved(self, helpdesk, page):
        typed = {"starts_on": "01-01-2026", "price_ore": "6.000,00"}

        shown = helpdesk.post(page, typed)

        # F at 1 April: 6.000,00/16 = 375,00 and 5.590,66/16 = 349,41
        assert "25,59" in shown.content.decode()
        assert LeaseTerm.objects.get().price_ore == 559066
        agreed = typed | {"agreed": agreed_in(shown)}
        assert helpdesk.post(page, agreed).status_code == 302
        assert LeaseTerm.objects.get().price_ore == 600000
        assert helpdesk.post(page, agreed).status_code == 302  # the same again is no change

    def test_a_price_out_of_scale_is_asked_about(self, helpdesk, page):
        typed = {"starts_on": "01-01-2026", "price_ore": "60.000,00"}

        assert save(helpdesk, page, typed).status_code == 422
        assert LeaseTerm.objects.get().price_ore == 559066
        assert save(helpdesk, page, typed | {"is_sure": "on"}).status_code == 302
        assert LeaseTerm.objects.get().price_ore == 6000000

    def test_what_cannot_be(self, helpdesk, page):
        data = {"starts_on": "01-01-2020", "price_ore": "0"}

        refused = helpdesk.post(page, data)

        assert refused.status_code == 422
        assert "tidligst begynde" in refused.content.decode()

    def test_a_device_that_is_not_leased_has_nothing_to_correct(self, helpdesk, cast):
        device = make.device("OLD")
        assert helpdesk.get(reverse("lease-correct", args=[device.pk])).status_code == 404


def test_the_heading_says_what_is_the_matter(client_of, cast):
    client = client_of(cast.helpdesk)
    page = client.get("/bestillinger/levering/?nummer=B999").content.decode()
    heading = page.partition('class="error-summary"')[2].partition("<strong>")[2]
    assert heading.startswith("Bestilling »B999« findes ikke.")
