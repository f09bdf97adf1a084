"""Purchases at the lessor: the list, marking as ordered, and mending what was typed."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from auditlog.models import LogEntry

from albertslund_it.common.errors import Refused
from inventory.models import DeviceModel, Unit
from leasing.models import Mail, Order, OrderedDevice, OrderLine
from leasing.orders.exports import write_purchase_list
from leasing.orders.selectors.purchases import by_model, lines_to_buy, purchases
from leasing.orders.services.purchases import correct_purchase, mark_ordered, undo_purchase
from tests import builders as make
from tests.leasing.orders.ground import NOW, TODAY, bought, line, scan
from tests.libreoffice import recalculated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def priced(db):
    make.priced()


def test_what_has_no_price_is_not_bought(db):
    one = line(model=make.model("T16"))
    make.price(one.model, starts_on=date(2027, 1, 1))
    with pytest.raises(Refused, match="T16 har først en pris fra 01-01-2027"):
        mark_ordered(
            keys=[f"{one.pk}-1"], number="4711", ordered_on=TODAY, actor=None, today=TODAY, now=NOW
        )


def mark(*keys, number="4711", ordered_on=TODAY, actor=None):
    return mark_ordered(
        keys=keys, number=number, ordered_on=ordered_on, actor=actor, today=TODAY, now=NOW
    )


def keys():
    return [one.key for one in lines_to_buy()]


def reasons(call, *args, **options):
    with pytest.raises(Refused) as refused:
        call(*args, **options)
    return refused.value.reasons


def standing():
    return list(OrderLine.objects.order_by("pk").values_list("status", "supplier_order_number"))


class TestWhatIsToBeBought:
    def test_only_approved_lines_and_only_what_the_shelf_does_not_cover(self):
        whole = line(quantity=2)
        covered, partly = line(status="delivered"), line(quantity=3, status="partly")
        OrderedDevice.objects.create(
            line=covered, device=make.device("PF1"), is_from_stock=True, delivered_on=TODAY
        )
        OrderedDevice.objects.create(
            line=partly, device=make.device("PF2"), is_from_stock=True, delivered_on=TODAY
        )
        for status in ("draft", "awaiting", "refused", "cancelled", "handed_out"):
            line(status=status)
        bought()

        assert [(one.line, one.missing) for one in lines_to_buy()] == [(whole, 2), (partly, 2)]

    def test_models_with_their_count_and_price(self):
        make.priced()
        make.price(starts_on=date(2026, 6, 1), price_ore=1)  # not in force yet
        line(quantity=2)
        line()
        line(model=make.model("Æblepc"))

        found = by_model(lines_to_buy(), TODAY)

        assert [(one.model.name, one.count) for one in found] == [("T14", 3), ("Æblepc", 1)]
        # 3 × 5.590,66 = 16.771,98; 3 × 349,41 = 1.048,23
        assert (found[0].price_ore, found[0].all_quarter_ore) == (1677198, 104823)
        assert found[1].price is None

    def test_the_number_of_queries_does_not_grow(self, django_assert_num_queries):
        make.priced()
        for count in (3, 27):
            for n in range(count):
                line(employee=make.employee(f"a{count}x{n}"))
            with django_assert_num_queries(2):
                by_model(lines_to_buy(), TODAY)


class TestMarking:
    def test_lines_become_ordered_and_the_orderers_are_told(self, cast):
        one = line()
        Order.objects.update(requester_mail="lone@example.dk")

        assert mark(*keys(), number=" 47  11 ", actor=cast.helpdesk) == [one]

        assert standing() == [("ordered", "47 11")]
        assert OrderLine.objects.get().ordered_on == TODAY
        assert Mail.objects.get().subject == f"Bestilling {one.order.number}: bestilt"
        entry = LogEntry.objects.get_for_object(one).first()
        assert entry.actor == cast.helpdesk
        assert entry.changes["status"] == ["approved", "ordered"]

    def test_the_same_again_changes_nothing(self):
        line()
        seen = keys()
        mark(*seen)
        entries = LogEntry.objects.count()

        assert mark(*seen) == []

        assert LogEntry.objects.count() == entries

    def test_a_line_that_somebody_else_has_marked_is_told_and_nothing_is_half(self):
        first, _ = line(), line()
        seen = keys()
        mark(seen[0], number="4700")

        assert reasons(mark, *seen) == [
            f"Linje {first} er allerede bestilt den 04-05-2026 med nummer 4700. Intet er gemt. Se "
            "listen igennem igen."
        ]
        assert standing() == [("ordered", "4700"), ("approved", "")]

    def test_a_count_that_has_changed_is_told(self):
        one = line(quantity=2)
        seen = keys()
        OrderLine.objects.update(quantity=3)

        assert reasons(mark, *seen)[0].startswith(f"Linje {one} mangler nu 3, ikke 2")

    @pytest.mark.parametrize(
        ("number", "day", "said"),
        [
            ("", TODAY, "Skriv ATEAs"),
            ("x" * 41, TODAY, "højst 40 tegn"),
            ("B17", TODAY, "vores egne numre"),
            ("4711", TODAY + timedelta(1), "som ikke er kommet"),
        ],
    )
    def test_what_cannot_be_a_number_or_a_day(self, number, day, said):
        line()

        assert said in reasons(mark, *keys(), number=number, ordered_on=day)[0]
        assert standing() == [("approved", "")]

    def test_nothing_chosen(self):
        assert reasons(mark) == ["Vælg mindst én linje, som er bestilt."]


class TestMending:
    def test_a_mistyped_number_is_mended_also_after_the_delivery(self):
        make.priced()
        bought(number="4171", quantity=1)
        bought(number="4171", quantity=1)
        scan("4171", "PF01")

        correct_purchase(
            number="4171", new_number="4711", ordered_on=TODAY, actor=None, today=TODAY
        )

        assert standing() == [("delivered", "4711"), ("ordered", "4711")]

    def test_a_purchase_is_taken_back_but_what_has_come_stays(self):
        make.priced()
        bought()
        bought()
        scan("4711", "PF01")

        undo_purchase(number="4711", actor=None, now=NOW)

        assert standing() == [("delivered", "4711"), ("approved", "")]
        assert "kan ikke fortrydes" in reasons(undo_purchase, number="4711", actor=None, now=NOW)[0]

    def test_a_number_that_is_gone(self):
        said = reasons(undo_purchase, number="9", actor=None, now=NOW)
        assert said == ["Der er intet indkøb med nummer »9«. Måske er nummeret rettet imens."]
        line()
        assert reasons(undo_purchase, number="", actor=None, now=NOW)

    def test_past_purchases_are_listed_with_what_is_open(self):
        make.priced()
        bought(number="1")
        bought(number="1")
        scan("1", "PF01")

        assert [(p["number"], p["lines"], p["open_lines"]) for p in purchases()] == [("1", 2, 1)]


class TestTheList:
    @pytest.fixture
    def book(self):
        make.priced()
        anna = make.employee("anbe", "Anna Berg", unit=make.unit("1001", '=HYPERLINK("x")'))
        DeviceModel.objects.update(features="+cmd|' /C calc'!A0")
        line(employee=anna)
        line(quantity=4, used_for="Annas klasse", unit=make.unit("1002", "-Nabo"))
        stream = io.BytesIO()
        write_purchase_list(stream, by_model(lines_to_buy(), TODAY), TODAY)
        return stream.getvalue()

    def test_it_names_models_numbers_and_units_but_nobody(self, book):
        found = openpyxl.load_workbook(io.BytesIO(book))
        cells = [
            cell.value for sheet in found for row in sheet.iter_rows() for cell in row if cell.value
        ]

        assert found.sheetnames == ["Bestilling", "Linjer"]
        assert [cell.value for cell in found["Bestilling"][5]][:6] == [
            "T14", "+cmd|' /C calc'!A0", 5, 5590.66, 16, 27953.3,
        ]  # fmt: skip
        order = OrderLine.objects.order_by("pk").first().order.number
        assert [cell.value for cell in found["Linjer"][5]][:3] == ["T14", 1, order]
        assert not any("Anna" in str(cell) or "anbe" in str(cell) for cell in cells)
        assert not any(
            cell.data_type == "f" and "SUM" not in cell.value
            for sheet in found
            for row in sheet.iter_rows()
            for cell in row
        )

    def test_libreoffice_opens_it(self, book, tmp_path):
        path = tmp_path / "indkoebsliste.xlsx"
        path.write_bytes(book)

        found = recalculated(path, tmp_path)

        assert found["Linjer"]["E5"].value == '=HYPERLINK("x")'
        assert found["Linjer"]["E6"].value == Unit.objects.get(number="1002").name
        assert found["Bestilling"]["C6"].value == 5
