"""The tables of the minutes, as they stand in the files beside this one."""

import csv
from pathlib import Path

HERE = Path(__file__).parent


def table(name: str) -> list[dict]:
    with (HERE / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def delivered() -> dict[str, int]:
    """Return the number of pc's on lease by department."""
    return {row["department"]: int(row["delivered_on_lease"]) for row in table("departments")}
