"""What waits for an answer is added up by the database: the same as the list itself."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import Unit
from leasing.confirmation.selectors.items import SILENT, items_of, silence_of
from leasing.cost_table.moment import bring_up_to_date
from leasing.models import Confirmation, ConfirmationRound, Objection
from tests.histories import histories
from tests.leasing.billing.test_closing_properties import (
    FACTS,
    START,
    World,
    held_at_schools,
    rolled_back,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Always(TestCase):
    @histories(25)
    @given(st.lists(FACTS, max_size=12), st.dates(START, date(2026, 12, 31)), st.data())
    def test_what_waits_is_what_the_list_has_no_answer_to(self, facts, day, data):
        with rolled_back():
            world = World()
            for fact in [*held_at_schools(data, st.integers(4, 9), 3), *facts]:
                world.enter(fact)
            bring_up_to_date()
            rounds = [
                ConfirmationRound.objects.create(asked_at=NOW, due_on=date(2028, 1, 1))
                for _ in range(2)
            ]
            units = list(Unit.objects.order_by("pk"))
            for item in items_of(Unit.objects.all(), day):
                said = {"device_id": item.device_id, "unit": item.unit}
                for asked in rounds:
                    if data.draw(st.booleans()):
                        Confirmation.objects.create(round=asked, confirmed_at=NOW, **said)
                answer = data.draw(st.sampled_from([None, None, "", "moved"]))
                if answer is not None:
                    settled = {"outcome": answer, "settled_at": NOW if answer else None}
                    Objection.objects.create(raised_at=NOW, **said, **settled)
            for some in (units, units[:1], units[1:], units[1:2], []):
                seen = Unit.objects.filter(pk__in=[unit.pk for unit in some])
                silent = [i for i in items_of(seen, day, had_there=True) if i.answer == SILENT]
                found = silence_of(seen, day)
                assert found.count == len(silent)
                assert found.amount_ore == sum(item.amount_ore for item in silent)
