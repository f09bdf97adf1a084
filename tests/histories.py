"""How many random histories a property that asks the database is tried on."""

from django.db import connection
from hypothesis import HealthCheck, settings


def histories(count: int) -> settings:
    """Try a property on this many random histories: two of three on SQLite, the rest on PostgreSQL.

    Each pass draws its own. What such a property looks for is wrong arithmetic, the same on both; what
    PostgreSQL alone may do otherwise (types, order, locks, triggers) shows in any history.
    """
    on_postgresql = -(-count // 3)
    return settings(
        max_examples=on_postgresql if connection.vendor == "postgresql" else count - on_postgresql,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
