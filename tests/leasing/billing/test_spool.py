"""What goes in comes out, in order, whether it waited in memory or on disk."""

from leasing.billing.selectors.run_lines import RunLine
from leasing.billing.services import spool
from leasing.billing.services.spool import Spool


def line(number):
    day = "2026-01-01"
    return RunLine(
        "current", "2026Q1", number, 1, None, "PFÆ", "T14", "UA", None, day, day, 1, -5, ""
    )


def test_more_than_memory_holds(monkeypatch):
    monkeypatch.setattr(spool, "CHUNK", 10)
    monkeypatch.setattr(spool, "IN_MEMORY", 2)
    for count in (0, 1, 10, 20, 21, 57):
        with Spool() as queue:
            for number in range(count):
                queue.add(line(number))
            assert queue.count == count
            chunks = list(queue.chunks())
        assert [item for chunk in chunks for item in chunk] == [line(n) for n in range(count)]
        assert len(chunks) == -(-count // 10)
