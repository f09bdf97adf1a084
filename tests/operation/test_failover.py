"""Two nodes without a common disk over a database with a replica, whose first server is lost."""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from albertslund_it.operation.backups import postgresql
from inventory.models import Department
from leasing.cost_table.refresh import refresh
from leasing.models import Note
from tests import builders as make
from tests.clusters import Cluster, folder_of_clusters, programs
from tests.operation.served import (
    collect_static,
    gunicorn,
    wait_until,
    with_a_real_password,
)

pytestmark = pytest.mark.django_db(transaction=True)
if connection.vendor == "sqlite":
    pytest.skip("SQLite has no replica", allow_module_level=True)
if not (programs() and postgresql.has_programs()):
    pytest.skip("PostgreSQL's server is not installed here", allow_module_level=True)

DATABASE, APP = "leasing", "program"


@pytest.fixture
def clusters():
    with folder_of_clusters() as folder:
        first, second = Cluster(folder, "first"), Cluster(folder, "second")
        try:
            yield first, second
        finally:
            second.stop()
            first.stop()


def fill(cluster):
    """Put what the test has written into a cluster's database."""
    place, secret = postgresql._place(connection.settings_dict["NAME"])
    dump = ["pg_dump", "--format=custom", "--no-owner", f"--dbname={place}"]
    copy = subprocess.run(dump, env=os.environ | secret, check=True, capture_output=True).stdout
    cluster.say(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    back = ["pg_restore", "--no-owner", f"--dbname={cluster.url(DATABASE)}"]
    subprocess.run(back, input=copy, check=True, capture_output=True)


def replicate(first, second):
    """Let the second follow the first, which commits nothing that the second has not on disk."""
    first.copy_to(second, "-R", "-X", "stream", "-C", "-S", "second")
    second.start()
    first.say(
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()",
    )
    state = "SELECT sync_state FROM pg_stat_replication"
    wait_until(lambda: first.say(state) == [("sync",)], "the replica does not follow")


def manage(url, *command):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url, "TODAY": "2026-05-04"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_lost_server_loses_nothing_committed_and_bills_nothing_twice(clusters, cast, tmp_path):
    first, second = clusters
    make.cost_holder()
    leases = [make.lease(f"PF{n:06d}", unit=cast.unit) for n in range(30)]
    notes = f"/udstyr/{leases[0].device.pk}/noter/"
    helpdesk = with_a_real_password(cast.helpdesk)
    first.create()
    first.start(fsync="off")
    fill(first)
    replicate(first, second)
    hosts = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
    url = f"postgresql://postgres@{hosts}/{DATABASE}?target_session_attrs=read-write"
    collect_static(tmp_path / "static")
    up_again, done = Event(), Event()

    def write(browser, name):
        """Write until told to stop; return what was answered as saved, and what was not."""
        saved, unsure = [], []
        after = 0
        while not (done.is_set() and after):
            text = f"{name}-{len(saved) + len(unsure)}"
            try:
                answer = browser.post(notes, **{"note-text": text})
                is_saved = answer.status == 302 and "log-ind" not in answer.getheader("Location")
            except OSError:
                is_saved = False
            (saved if is_saved else unsure).append(text)
            after += is_saved and up_again.is_set()
            time.sleep(0.05)  # people have pauses, and so has the machine
        return saved, unsure

    with ExitStack() as stack:
        nodes = []
        for n in (1, 2):
            folder = tmp_path / f"node-{n}"
            folder.mkdir()
            own = {"DATABASE_URL": url, "TMPDIR": str(folder)}
            nodes.append(stack.enter_context(gunicorn(tmp_path / "static", folder / "log", **own)))
        load = stack.enter_context(ThreadPoolExecutor(8))
        browsers = [node.browser().log_in(helpdesk) for node in nodes]
        writing = [load.submit(write, browser, f"{n}") for n, browser in enumerate(browsers)]
        closing = load.submit(manage, url, "close_quarter", "2026Q1")
        stack.callback(done.set)  # also when something goes wrong
        stack.callback(up_again.set)

        def is_under_load(writing):
            for future in writing:
                assert not future.done(), future.result()
            count = f"SELECT count(*) FROM {Note._meta.db_table}"
            return first.say(count, database=DATABASE)[0][0] >= 20

        wait_until(lambda: is_under_load(writing), "nobody writes")
        began = time.monotonic()
        first.stop("immediate")
        second.promote()
        is_ready = [lambda node=node: node.browser().get("/readyz").status == 200 for node in nodes]
        for ready in is_ready:
            wait_until(ready, "a node does not go on")
        gone = time.monotonic() - began
        up_again.set()
        closing.result()
        again = manage(url, "close_quarter", "2026Q1")
        done.set()
        results = [future.result() for future in writing]

    saved = {text for these, _ in results for text in these}
    unsure = {text for _, these in results for text in these}
    texts = second.say(f"SELECT text FROM {Note._meta.db_table}", database=DATABASE)
    there = [text for (text,) in texts]
    print(f"{len(saved)} saved, {len(unsure)} not, {gone:.1f} s without a database")
    assert len(there) == len(set(there))
    assert saved <= set(there) <= saved | unsure
    runs = second.say(
        "SELECT r.code, count(*), count(DISTINCT l.lease_id) FROM leasing_billingrun r "
        "JOIN leasing_quarterlyinvoice i ON i.run_id = r.id "
        "JOIN leasing_invoiceline l ON l.invoice_id = i.id GROUP BY r.code",
        database=DATABASE,
    )
    assert runs == [("2026Q1", 30, 30)], again.stderr
    verified = manage(url, "verify")
    assert verified.returncode == 0, verified.stderr


def test_pages_read_the_replica_and_are_right_when_it_is_behind_or_gone(clusters, cast, tmp_path):
    first, second = clusters
    make.cost_holder()
    make.lease(unit=cast.unit)
    assert refresh()
    finance = with_a_real_password(cast.finance)
    first.create()
    first.start(fsync="off")
    fill(first)
    replicate(first, second)
    may_read = f"GRANT ALL ON ALL {{}} IN SCHEMA public TO {APP}"
    grants = may_read.format("TABLES"), may_read.format("SEQUENCES")
    first.say(f"CREATE ROLE {APP} LOGIN", *grants, database=DATABASE)
    collect_static(tmp_path / "static")
    own = {
        "DATABASE_URL": first.url(DATABASE).replace("postgres@", f"{APP}@"),
        "REPLICA_DATABASE_URL": second.url(DATABASE).replace("postgres@", f"{APP}@"),
    }

    def moments():
        """Count those who have read a moment of the replica, and wait there to read the next."""
        last = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND query = 'COMMIT'"
        with second.connect() as connected:
            return connected.execute(last, [APP]).fetchone()[0]

    def shown(browser):
        assert browser.get(reverse("share")).status == 200
        return re.search(r"Skoler\d", browser.body.decode())[0]

    def rename(to):
        table = Department._meta.db_table
        first.say(f"UPDATE {table} SET name = '{to}'", database=DATABASE)

    with ExitStack() as stack:
        nodes = [
            stack.enter_context(gunicorn(tmp_path / "static", tmp_path / f"log-{n}", **own))
            for n in (1, 2)
        ]
        one, other = (node.browser().log_in(finance) for node in nodes)
        rename("Skoler1")
        is_level = "SELECT replay_lsn >= pg_current_wal_flush_lsn() FROM pg_stat_replication"
        wait_until(lambda: first.say(is_level) == [(True,)], "the replica does not follow")
        assert (shown(one), shown(other)) == ("Skoler1", "Skoler1")
        assert moments() == 2
        second.say("SELECT pg_wal_replay_pause()")
        rename("Skoler2")
        assert shown(one) == "Skoler2"
        first.say("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
        second.stop()
        rename("Skoler3")
        assert (shown(one), shown(other)) == ("Skoler3", "Skoler3")
    for node in nodes:
        assert node.said("replica_not_read")
