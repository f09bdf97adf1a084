"""Taking in and comparing snapshots of other sources, against reading the same file.

    DATABASE_URL=… python -m tests.benchmarks.sources --devices 50000

The MDM's export has every device, one in fifty of them with something else than the register; so
has the lessor's list. Comparing is every kind of difference of both, with its kroner.
"""

import argparse
import io
from datetime import date

from tests.benchmarks.device_list import give_people
from tests.benchmarks.ground import compare, fill, own_database, tidy

TODAY = date(2026, 3, 11)
# The headings as the MDM writes them: we read a fifth of them, and have to go past the rest.
MACHINE = (
    "Device ID,Device name,Enrollment date,Last check-in,Azure AD Device ID,OS version,"
    "Azure AD registered,EAS activation ID,Serial number,Manufacturer,Model,EAS activated,IMEI,"
    "Last EAS sync time,EAS reason,EAS status,Compliance grace period expiration,"
    "Security patch level,Wi-Fi MAC,MEID,Subscriber carrier,Total storage,Free storage,"
    "Management name,Category,UserId,Primary user UPN,Primary user email address,"
    "Primary user display name,WiFiIPv4Address,WiFiSubnetID,Compliance,Managed by,Ownership,"
    "Device state,Intune registered,Supervised,Encrypted,OS,SkuFamily,JoinType,Physical memory"
)
ASSET = "Serienummer,Model,Underaftale,Udløb,Ydelse pr. kvartal"


def machine_of(n: int) -> tuple[object, ...]:
    """Return the row of a machine: one in fifty is another's, old or unknown."""
    devices = 50_000
    number = f"XX{n:07d}" if n % 50 == 1 else f"PF{n:07d}"
    version = "10.0.19045.1" if n % 50 == 2 else "10.0.26100.1"
    who = (n + 7) % devices + 1 if n % 50 == 3 else n
    return tuple(
        (
            f"{n:08x}-0000-4000-8000-{n:012x},PC{n:06},2025-11-20 08:11:02.0000000,"
            f"2026-03-{1 + n % 9:02} 06:12:33.0000000,{n:08x}-0000-4000-8000-{n:012x},{version},"
            f"True,,{number},LENOVO,T{n % 4},,,,,,,,{n:012X},,,475.69,,PC{n:06},,"
            f"{n:08x}-0000-4000-8000-{n:012x},x{who}@example.dk,x{who}@example.dk,P {who},,,"
            "Compliant,MDM,Corporate,Managed,True,,True,Windows,Enterprise,AAD joined,15.7 GB"
        ).split(",")
    )


def export(devices: int) -> bytes:
    """Write the MDM's export, of which one in fifty is missing."""
    rows = (machine_of(n) for n in range(1, devices + 1) if n % 50)
    return "\n".join([MACHINE, *(",".join(row) for row in rows)]).encode()


def assets(devices: int) -> bytes:
    """Write the lessor's list: one in fifty is missing, mistyped or has another instalment."""
    lines = [ASSET]
    for n in range(1, devices + 1):
        if n % 50 == 0:
            continue
        number = f"PF{n:07d}" if n % 50 != 1 else f"PF{n:07d}X"
        lines.append(f'{number},T14,UA-1,,"{400 if n % 50 == 2 else 349},00"')
    return "\n".join(lines).encode()


def read(data: bytes):
    from albertslund_it.common.files.spreadsheets import read_table

    return read_table(io.BytesIO(data), "udtraek.csv", len(data) + 1)


def take_in(kind: str, data: bytes, *, dry_run: bool):
    from leasing.imports.importers.files import import_file

    import_file(
        kind=kind,
        stream=io.BytesIO(data),
        filename="udtraek.csv",
        actor=None,
        today=TODAY,
        dry_run=dry_run,
    )


def look():
    from leasing.sources.selectors.kinds import NEEDS, found_differences

    return found_differences(list(NEEDS), TODAY)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with own_database() as connection:
        fill(options.devices)
        give_people(share=1)
        name_people()
        machines, listed = export(options.devices), assets(options.devices)
        from leasing.cost_table.moment import bring_up_to_date

        print(f"{connection.vendor}, {options.devices} devices")
        while not bring_up_to_date():
            pass  # what leases cost is kept, and not what is measured here
        take_in("intune", machines, dry_run=False)
        take_in("lessor_assets", listed, dry_run=False)
        tidy()
        for one in look():
            print(f"    {one.kind.key:<24} {one.count:>7}")
        medians = compare(
            options.rounds,
            reading_the_export=lambda: read(machines),
            taking_it_in=lambda: take_in("intune", machines, dry_run=True),
            comparing_all=look,
        )
        for name in ("taking_it_in", "comparing_all"):
            print(f"  {name} / reading = {medians[name] / medians['reading_the_export']:.1f}")


def name_people():
    """Give everybody the mail that the export knows them by."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_employee SET mail = 'x' || id || '@example.dk', "
            "initials = CASE WHEN initials = '' THEN 'P' || id ELSE initials END"
        )
        cursor.execute(
            "UPDATE inventory_placement SET employee_id = (SELECT id FROM inventory_employee "
            "WHERE id = inventory_placement.device_id)"
        )


if __name__ == "__main__":
    main()
