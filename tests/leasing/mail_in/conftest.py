import itertools

import pytest

from tests.leasing.mail_in.imap import TestBox, imap_server

USERS = itertools.count(1)


@pytest.fixture(scope="session")
def dovecot():
    """Run one IMAP server for all tests of a worker."""
    with imap_server() as server:
        yield server


@pytest.fixture
def mailbox(dovecot, settings):
    """Return an empty mailbox, which `fetch_mail` reads."""
    box = TestBox(dovecot, f"helpdesk{next(USERS)}")
    settings.IMAP_SECRET_URL = box.url()
    return box
