"""The history takes no address of a machine, so none that somebody sends can stop a write."""

import pytest
from auditlog.middleware import AuditlogMiddleware
from auditlog.models import LogEntry

from tests import builders as make


@pytest.mark.django_db
def test_a_forged_forwarded_for_stops_no_write(rf):
    AuditlogMiddleware(lambda request: make.department())(
        rf.post("/", headers={"x-forwarded-for": "not an address"})
    )

    assert LogEntry.objects.latest("id").remote_addr is None
