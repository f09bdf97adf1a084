"""What happened in the made-up municipality, from the rollout of 2025 until today.

Everything is drawn from fixed seeds, one a quarter, so that a later today adds facts and changes
none. Up to the day of the minutes nothing alters how many pc's a department has.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from albertslund_it.common.money import plain_kroner
from albertslund_it.common.quarters import Quarter, quarters_between
from albertslund_it.demo import organisation as org
from albertslund_it.demo.names import seeded
from albertslund_it.demo.rollout import OldMachines
from albertslund_it.demo.world import Fact, Person, World

MINUTES = date(2026, 3, 11)
LEASING_STARTS = date(2026, 1, 1)
REGISTER_BEGINS = date(2025, 11, 14)
PLAN_IS_DONE = date(2025, 12, 22)
FIRST_QUARTER = Quarter(2026, 1)
SCREEN = "Skærm 27 tommer"

# Nobody is drawn from here: two bodies of politicians, and units with a story of their own.
STEADY = {"4010", "5010", org.SCHOOL_THAT_MOVES, org.NEW_UNIT.number}
SCHOOL_MOVES_ON, SCHOOL_MOVES = date(2026, 8, 3), 30
NEW_UNIT_ON = date(2026, 8, 17)
LOST_ON, LOST_BY, SETTLEMENT_ORE = date(2026, 5, 19), "8514", 613_045
# A late fact is entered this many days after its quarter: when that quarter may be closed.
LATE = (14, 45)
FOUR_DAYS = timedelta(days=4)


def history(today: date) -> list[Fact]:
    """Give every fact that has been entered by today, in the order of entering."""
    world = World()
    _rollout(world)
    _moves_before_the_minutes(world)
    for quarter in quarters_between(FIRST_QUARTER, Quarter.of(max(today, MINUTES))):
        _quarter(world, quarter)
    facts = [fact for fact in world.facts if fact.recorded_on <= today]
    return sorted(facts, key=lambda fact: fact.recorded_on)


def _rollout(world: World) -> None:
    """Hand out the minutes' pc's, department by department, in their weeks."""
    staff = {unit.number: _staff(world, unit) for unit in org.UNITS}
    for unit in org.UNITS:
        # Politicians have no leader.
        leader = staff[unit.number][0] if unit.number != "5010" else None
        row = org.unit_row(unit, (leader.name, leader.mail) if leader else ("", ""))
        world.record(REGISTER_BEGINS, "units", row)
    world.record(REGISTER_BEGINS, "units", org.cost_holder_row())
    old = OldMachines(world, REGISTER_BEGINS)
    old.record_rolls()
    old.replace_by_old()
    waiting = {}
    served: dict[str, int] = defaultdict(int)
    for unit in org.UNITS:
        users, shared = iter(staff[unit.number]), _shared_uses(unit)
        weeks = org.ROLLOUT_WEEKS[unit.department]
        for place in range(unit.pcs):
            week = weeks[served[unit.department] * len(weeks) // _size(unit.department)]
            served[unit.department] += 1
            monday = date.fromisocalendar(2025, week, 1)
            model = world.random.choices(
                list(unit.profile.models), list(unit.profile.models.values())
            )[0]
            use = shared.get(place, "")
            day, friday = monday + timedelta(days=world.random.randrange(5)), monday + FOUR_DAYS
            machine = world.deliver(
                day,
                model,
                f"UA-2026-{week - 46:02}",
                starts_on=LEASING_STARTS,
                unit=unit.number,
                person=None if use else next(users),
                used_for=use,
                recorded_on=friday,
            )
            old.replace_by_new(len(world.machines) - 1, machine, day, friday)
        waiting[unit.number] = list(users)
    old.leave(waiting)
    world.still_waiting = old.left


def _size(department: str) -> int:
    return sum(unit.pcs for unit in org.UNITS if unit.department == department)


def _staff(world: World, unit: org.DemoUnit) -> list[Person]:
    """Employ one for every pc that is not shared, and some whose pc was not replaced."""
    count = unit.pcs - len(_shared_uses(unit)) + unit.pcs // 4
    return [world.hire(REGISTER_BEGINS, unit.number) for _ in range(count)]


def _shared_uses(unit: org.DemoUnit) -> dict[int, str]:
    """Return what the unit's shared pc's are used for, by their place among its pc's."""
    every = unit.profile.one_shared_in
    places = range(every - 1, unit.pcs, every) if every else ()
    return {
        place: unit.profile.shared_use.format(number=5 + nth // 3, letter="ABC"[nth % 3])
        for nth, place in enumerate(places)
    }


def _moves_before_the_minutes(world: World) -> None:
    """Move a few people inside their department; the last move is entered months later."""
    random = seeded("before the minutes")
    for day, recorded_on in (
        (date(2026, 1, 19), None),
        (date(2026, 2, 9), None),
        (date(2026, 2, 16), None),
        (date(2026, 2, 23), date(2026, 5, 12)),
    ):
        _transfer(world, random, day, same_department=True, recorded_on=recorded_on)


def _quarter(world: World, quarter: Quarter) -> None:
    """Let a quarter pass: events in the order of their days, then what is entered too late."""
    random = seeded(f"demo {quarter}")
    events = [
        *(_event(random, quarter, _transfer, same_department=True) for _ in range(4)),
        *(_event(random, quarter, _transfer, same_department=False) for _ in range(3)),
        *(_event(random, quarter, _leaver, hands_in=hands_in) for hands_in in (True, True, False)),
        *(_event(random, quarter, _newcomer) for _ in range(3)),
        *(_event(random, quarter, _damage, place=place) for place in range(2)),
        _event(random, quarter, _delivery),
        *((day, act) for day, act in SPECIAL_EVENTS if Quarter.of(day) == quarter),
    ]
    for day, act in sorted(events, key=lambda event: event[0]):
        act(world, random, day)
    for _ in range(2):
        _late(world, random, quarter, _transfer, same_department=False)
    _late(world, random, quarter, _hand_in)
    _late(world, random, quarter, _forgotten_delivery)


def _event(random: Random, quarter: Quarter, act: Callable, **details):
    day = _working_day(random, quarter)
    return day, lambda world, random, day: act(world, random, day, **details)


def _late(world: World, random: Random, quarter: Quarter, act: Callable, **details) -> None:
    recorded_on = next_working_day(quarter.ends_before + timedelta(days=random.randint(*LATE)))
    act(world, random, _working_day(random, quarter), recorded_on=recorded_on, **details)


def _working_day(random: Random, quarter: Quarter) -> date:
    first = max(quarter.starts_on, MINUTES + timedelta(days=1))
    day = first + timedelta(days=random.randrange((quarter.last_day - first).days - 2))
    return next_working_day(day)


def next_working_day(day: date) -> date:
    """Return the day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _settled(world: World, day: date) -> list[Person]:
    """Return the people whose items have been left alone for the quarter so far."""
    begins = Quarter.of(day).starts_on
    items = defaultdict(list)
    for machine in world.machines:
        if machine.person:
            items[machine.person.initials].append(machine)
    return [
        person
        for person in world.people
        if not person.left_on
        and person.unit not in STEADY
        and any(machine.model != SCREEN for machine in items[person.initials])
        and all(machine.changed_on < begins for machine in items[person.initials])
    ]


def _transfer(world, random, day, *, same_department: bool, recorded_on=None) -> None:
    person = random.choice(_settled(world, day))
    here = org.BY_NUMBER[person.unit]
    there = random.choice(
        [
            unit
            for unit in org.UNITS
            if unit.number not in STEADY | {here.number}
            and (unit.department == here.department) == same_department
        ]
    )
    for machine in world.held_by(person):
        world.place(day, machine, there.number, person, recorded_on=recorded_on)


def _hand_in(world, random, day, *, recorded_on=None) -> None:
    for machine in world.held_by(random.choice(_settled(world, day))):
        world.place(day, machine, None, recorded_on=recorded_on)


def _leaver(world, random, day, *, hands_in: bool) -> None:
    """Let somebody leave; who forgets to hand in shows up as a leaver with a pc."""
    person = random.choice(_settled(world, day))
    world.leave(day, person)
    for machine in world.held_by(person) if hands_in else ():
        world.place(day, machine, None)


def _newcomer(world, random, day) -> None:
    """Employ somebody, with the pc that has lain longest in stock, if there is one."""
    unit = random.choice([unit for unit in org.UNITS if unit.number not in STEADY])
    person = world.hire(day, unit.number)
    stock = [m for m in world.machines if m.unit is None and not m.stopped and m.model != SCREEN]
    if stock:
        world.place(day, stock[0], unit.number, person)


def _delivery(world, random, day) -> None:
    """Take in pc's and screens: some for people who had none, the rest for the stock.

    Who waits in the minutes' table of what is not replaced goes on waiting.
    """
    sub_agreement = _sub_agreement(day)
    holders = {id(machine.person) for machine in (*world.machines, *world.still_waiting)}
    waiting = [
        person
        for person in world.people
        if id(person) not in holders and not person.left_on and person.unit not in STEADY
    ]
    for person in random.sample(waiting, k=min(5, len(waiting))):
        model = random.choices(["T14", "T14 5G", "T16", "P16v"], [60, 15, 20, 5])[0]
        world.deliver(day, model, sub_agreement, unit=person.unit, person=person)
        if random.random() < 0.5:
            world.deliver(day, SCREEN, sub_agreement, unit=person.unit, person=person)
    for model in ("T14", "T14", "T16", SCREEN):
        world.deliver(day, model, sub_agreement)


def _forgotten_delivery(world, random, day, *, recorded_on) -> None:
    unit = random.choice([unit for unit in org.UNITS if unit.number not in STEADY])
    person = world.hire(day, unit.number)
    world.deliver(
        day,
        "T14",
        _sub_agreement(day),
        unit=unit.number,
        person=person,
        recorded_on=recorded_on,
    )


def _sub_agreement(day: date) -> str:
    return f"UA-{day.year}-{day:%m%d}"


DAMAGES = (
    ("Væske i tastatur, {serial}", 148_500),
    ("Knust skærm, {serial}", 236_250),
    ("Ekstra fragt, hasteudskiftning af {serial}", 39_500),
    ("Ny strømforsyning, {serial}", 64_900),
)


def _damage(world, random, day, *, place: int) -> None:
    machine = world.held_by(random.choice(_settled(world, day)))[0]
    text, amount_ore = DAMAGES[(place + 2 * Quarter.of(day).number) % len(DAMAGES)]
    world.charge(
        day, machine.unit, plain_kroner(amount_ore), text.format(serial=machine.serial), machine
    )


def _lost_pc(world, random, day) -> None:
    """Stop the lease of a pc that got lost; the unit pays the settlement and gets another."""
    person = next(person for person in _settled(world, day) if person.unit == LOST_BY)
    machine, unit = world.held_by(person)[0], person.unit
    found_out = day + timedelta(days=1)
    world.stop(found_out, machine, recorded_on=found_out)
    world.place(found_out, machine, None)
    world.charge(
        day + timedelta(days=9),
        unit,
        plain_kroner(SETTLEMENT_ORE),
        f"Indfrielse af leasing, bortkommet pc {machine.serial}",
        machine,
    )
    world.deliver(
        day + timedelta(days=7),
        machine.model,
        _sub_agreement(day + timedelta(days=7)),
        unit=unit,
        person=person,
    )


def _school_moves(world, random, day) -> None:
    """Let two schools share their pupils anew: the pc's and their people go along."""
    here = [m for m in world.machines if m.unit == org.SCHOOL_THAT_MOVES]
    for machine in here[-SCHOOL_MOVES:]:
        world.place(
            day,
            machine,
            org.SCHOOL_THAT_RECEIVES,
            machine.person,
            used_for=machine.used_for,
            recorded_on=day + timedelta(days=11),
        )


def _new_unit(world, random, day) -> None:
    """Let three people of a department make a new team of it."""
    team = random.sample(
        [
            person
            for person in _settled(world, day)
            if org.BY_NUMBER[person.unit].department == org.NEW_UNIT.department
        ],
        k=3,
    )
    row = org.unit_row(org.NEW_UNIT, (team[0].name, team[0].mail))
    world.record(day, "units", row)
    for person in team:
        for machine in world.held_by(person):
            world.place(day, machine, org.NEW_UNIT.number, person)


def _head_leaves(world, random, day) -> None:
    world.record(day, "units", org.vacancy_row())


SPECIAL_EVENTS = (
    (LOST_ON, _lost_pc),
    (SCHOOL_MOVES_ON, _school_moves),
    (NEW_UNIT_ON, _new_unit),
    (org.VACANT_FROM, _head_leaves),
)
