"""A database of its own for a measurement, filled with any number of devices, and the stopwatch."""

import gc
import os
import random
import resource
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import date, timedelta

FIRST_QUARTER = date(2026, 1, 1)
UNITS_PER_DEPARTMENT = 20
DEPARTMENTS = 9
MODELS = (("T14", 559066), ("T14 5G", 693872), ("T16", 591227), ("P16v", 1080839))


@contextmanager
def own_database(*, is_kept=False):
    """Set Django up on a new database beside the one of DATABASE_URL; remove it afterwards.

    One that is kept is found again by the next measurement, as this one leaves it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "albertslund_it.settings")
    os.environ["DEBUG"] = "0"
    os.environ.setdefault("SECRET_KEY", "maaling" * 10)
    import django
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"]["TEST"] = {
            "NAME": f"{tempfile.gettempdir()}/maaling-{'' if is_kept else os.getpid()}.sqlite3"
        }
    # The hashed names of static files would need `collectstatic` first.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(
        verbosity=0, autoclobber=True, serialize=False, keepdb=is_kept
    )
    try:
        yield connection
    finally:
        connection.creation.destroy_test_db(name, verbosity=0, keepdb=is_kept)


def fill(devices: int, *, moved=0.08, in_stock=0.02, seed=7) -> None:
    """Lease that many devices, some moved inside the first quarter and some in stock."""
    from albertslund_it.web.database.rows import write_rows
    from inventory.models import Category, Department, DeviceModel, Unit
    from leasing.models import FrameworkAgreement, SubAgreement

    rng = random.Random(seed)
    pc = Category.objects.create(name="pc", is_pc=True)
    models = [DeviceModel.objects.create(name=name, category=pc) for name, _ in MODELS]
    Unit.objects.create(number="9000", name="Fælles IT (it-lager)", is_cost_holder=True)
    for d in range(DEPARTMENTS):
        department = Department.objects.create(name=f"Afdeling {d}")
        Unit.objects.bulk_create(
            Unit(number=f"{d}{u:03d}", name=f"Enhed {d}-{u}", department=department)
            for u in range(UNITS_PER_DEPARTMENT)
        )
    units = list(Unit.objects.filter(is_cost_holder=False).values_list("id", flat=True))
    agreement = SubAgreement.objects.create(
        framework=FrameworkAgreement.objects.get(), number="UA-1"
    )
    ids = range(1, devices + 1)
    picked = [rng.randrange(len(MODELS)) for _ in ids]
    write_rows(
        "inventory_device",
        ("id", "serial_number", "model_id"),
        ((n, f"PF{n:07d}", models[picked[n - 1]].id) for n in ids),
    )
    starts = [FIRST_QUARTER + timedelta(days=rng.randrange(60)) for _ in ids]
    write_rows(
        "leasing_lease",
        ("id", "device_id", "sub_agreement_id", "starts_on", "order_number"),
        ((n, n, agreement.id, starts[n - 1].isoformat(), "") for n in ids),
    )
    write_rows(
        "leasing_leaseterm",
        ("lease_id", "position", "price_ore", "quarters", "source"),
        ((n, 1, MODELS[picked[n - 1]][1], 16, "") for n in ids),
    )
    placements = []
    for n in ids:
        if rng.random() < in_stock:
            continue
        first = date(2025, 11, 17) + timedelta(days=rng.randrange(30))
        placements.append((n, first.isoformat(), rng.choice(units), ""))
        if rng.random() < moved:
            later = FIRST_QUARTER + timedelta(days=rng.randrange(1, 89))
            placements.append((n, later.isoformat(), rng.choice(units), ""))
    write_rows("inventory_placement", ("device_id", "starts_on", "unit_id", "used_for"), placements)
    tidy()


def give_to_people() -> None:
    """Give every placement a person of its own, of its unit."""
    from django.db import connection

    from albertslund_it.web.database.rows import write_rows
    from inventory.models import Placement

    placed = Placement.objects.order_by("pk").values_list("pk", "unit")
    people = [(pk, f"x{pk}", f"Navn {pk}", f"x{pk}@example.dk", unit) for pk, unit in placed]
    columns = ("id", "initials", "name", "mail", "unit_id")
    write_rows("inventory_employee", columns, people)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_placement SET employee_id = id", [])
    tidy()


def in_another_process(work) -> None:
    """Do it in a child, so that its memory is not counted as ours."""
    from django.db import connection

    connection.close()
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("The child failed")


def tidy() -> None:
    """Let the database count its rows and sweep up what was rolled back."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def compare(rounds: int, **variants) -> dict[str, float]:
    """Run the variants in turn; print and give the median seconds of each."""
    seconds = {name: [] for name in variants}
    for _ in range(rounds):
        for name, run in variants.items():
            gc.collect()
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
            tidy()
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in medians.items():
        print(f"  {name:<34} {median:8.3f} s  ({min(seconds[name]):.3f}–{max(seconds[name]):.3f})")
    return medians


def peak_megabytes() -> float:
    """Return this process's peak memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
