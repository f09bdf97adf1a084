"""What has changed between two canonical texts of a lease's facts: the cause of a correction.

A text is 'start|stop|price/quarters …| day>unit …', as `LeaseFacts.canonical_text` writes it.
"""

from datetime import date

MOVED, DELIVERED, STOPPED = "moved", "delivered", "stopped"
STARTED, PRICED, OTHER = "started", "priced", "other"


def causes_of(before: str | None, after: str) -> tuple[str, ...]:
    """Name what differs, the most telling first; a lease that no run knew was delivered late."""
    if before is None:
        return (DELIVERED,)
    old, new = _parts(before), _parts(after)
    names = (STARTED, STOPPED, PRICED, MOVED)
    found = [name for name, a, b in zip(names, old, new, strict=True) if a != b]
    # What was handed out on another day because it started on another day has one cause.
    if STARTED in found and MOVED in found and _units(old[3]) == _units(new[3]):
        found.remove(MOVED)
    return tuple(found) or (OTHER,)


def moved_on(before: str | None, after: str) -> list[date]:
    """Return the days on which the placements differ, in order."""
    changed = set(_parts(before or "|||")[3].split()) ^ set(_parts(after)[3].split())
    return sorted({date.fromisoformat(point.partition(">")[0]) for point in changed})


def _parts(text: str) -> list[str]:
    return text.split("|", 3)


def _units(placements: str) -> list[str]:
    return [point.partition(">")[2] for point in placements.split()]
