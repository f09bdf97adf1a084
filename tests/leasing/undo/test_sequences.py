"""Whatever is done and undone in whatever order: once all is undone, all is as it was."""

from contextlib import suppress
from datetime import date
from io import StringIO

from django.core.management import call_command
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import nothing_to_see
from inventory.models import Placement
from inventory.placements.services.placements import PlacementFacts, save_placements
from leasing.approvals.selectors.one_pc import counted_placements
from leasing.devices.services import change_facts
from leasing.movements.selectors.states import DROP_LATER, KEEP_LATER
from tests.histories import histories
from tests.leasing.movements.test_sequences import Act, do
from tests.leasing.movements.town import NOW, School
from tests.leasing.undo.acts import act_of, deliver, everything, undo

FILES = st.builds(
    lambda number, day, unit: ("file", number, day, unit),
    st.sampled_from(["PF000001", "PF000002", "PX000009"]),
    st.dates(date(2026, 1, 1), date(2026, 9, 30)),
    st.sampled_from(["1001", "1002", None]),
)
# Few devices, people and days, so that what is done rests on what was done before.
MOVES = st.builds(
    Act,
    st.sampled_from(["out", "out", "move", "back", "lend"]),
    st.integers(0, 1),
    st.sampled_from([0, 0, 1, None]),
    st.sampled_from([date(2026, 5, day) for day in (4, 5, 6)]),
    st.sampled_from([KEEP_LATER, DROP_LATER]),
)
FACTS = st.builds(
    lambda devices, ram, windows_11: ("facts", devices, {"ram_gb": ram, "windows_11": windows_11}),
    st.sampled_from([(0,), (1,), (0, 1)]),
    st.sampled_from([8, 16]),
    st.booleans(),
)
UNDOES = st.tuples(st.just("undo"), st.integers(0, 3))
STEPS = st.lists(st.one_of(MOVES, MOVES, MOVES, FILES, FACTS, UNDOES), min_size=3, max_size=12)

# The last act takes it back on the day it was handed out: it changes that placement, and adds none.
A_LATER_ONE_CHANGED_THE_ROW_BESIDE = [
    Act("out", 0, 0, date(2026, 5, 5), KEEP_LATER),
    ("file", "PF000001", date(2026, 4, 17), "1001"),
    Act("back", 0, 0, date(2026, 5, 5), DROP_LATER),
    ("undo", 1),
]


def take(school, step):
    if not isinstance(step, tuple):
        return do(school, step)
    if step[0] == "facts":
        return correct(school, *step[1:])
    _, number, day, unit = step
    if number.startswith("PX"):
        return deliver(number, unit=unit, starts_on=day)
    rows = [PlacementFacts(number, day, unit)]
    return save_placements(rows=rows, actor=None, today=day)


def correct(school, devices, values):
    ids = [school.stock[at].pk for at in devices]
    return change_facts(device_ids=ids, values=values, agree=nothing_to_see, actor=None, now=NOW)


def written_to(before, after):
    """Return the devices that were given a placement, or another one."""
    known = before["Placement"]
    return {row["device_id"] for row in after["Placement"] if row not in known}


class SequencesTest(TestCase):
    @histories(60)
    @given(STEPS)
    @example(A_LATER_ONE_CHANGED_THE_ROW_BESIDE)
    def test_all_of_it_undone_is_what_was(self, steps):
        school, done = School(), []
        self.out_of_order = False
        at_first = now = everything()
        for step in steps:
            before = now
            if isinstance(step, tuple) and step[0] == "undo":
                if done:
                    self.undo_one(done, step[1] % len(done), before)
                    self.assert_one_pc_each()
                    now = everything()
                continue
            with suppress(Refused), act_of() as recording:
                take(school, step)
            now = everything()
            if recording.act:
                done.append((recording, before, written_to(before, now)))
            else:
                assert now == before
            self.assert_one_pc_each()
        for recording, *_ in reversed(done):
            undo(recording)
        assert everything() == at_first
        call_command("verify", stdout=StringIO())

    def assert_one_pc_each(self):
        for day in sorted({placed.starts_on for placed in Placement.objects.all()}):
            holders = [placed.employee_id for placed in counted_placements(day)]
            assert len(holders) == len(set(holders)), day

    def undo_one(self, done, at, before):
        recording, was, devices = done[at]
        try:
            undo(recording)
        except Refused:
            # Of the last one there is nothing that could stand in the way.
            assert at < len(done) - 1
            assert everything() == before
            return
        for *_, later in done[at + 1 :]:
            assert not devices & later
        if at == len(done) - 1 and not self.out_of_order:
            assert everything() == was
        self.out_of_order = self.out_of_order or at < len(done) - 1
        del done[at]
