"""Back to a point in time on PostgreSQL: a base copy, the log that is archived, and a target.

    python -m tests.benchmarks.point_in_time

A cluster of its own archives its log (WAL). The demo is put in, a base copy is taken, a unit is
renamed before the target and a quarter is closed after it; the server is lost at once. Restored to
the target, the name of before must be there, the closing not, and `verify` must hold; then the seconds are told.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.clusters import Cluster, folder_of_clusters

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "leasing"


def manage(cluster: Cluster, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": cluster.url(DATABASE), "DEBUG": "1", "TODAY": "2026-11-29"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def timed(what: str):
    began = time.monotonic()
    yield
    print(f"  {what:<42}{time.monotonic() - began:7.1f} s", flush=True)


def main():
    with folder_of_clusters() as folder:
        live, back = Cluster(folder, "live"), Cluster(folder, "back")
        try:
            restore_to_a_point(folder, live, back)
        finally:
            back.stop()
            live.stop()


def restore_to_a_point(folder: Path, live: Cluster, back: Cluster) -> None:
    archive = folder / "archive"
    live.run("mkdir", str(archive))
    live.create()
    live.start(archive_mode="on", archive_command=f"test ! -f {archive}/%f && cp %p {archive}/%f")
    live.say(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    with timed("the demo, written into the cluster"):
        manage(live, "demo", "--no-server")
    with timed("pg_basebackup"):
        live.copy_to(back, "-X", "none")

    rename = "UPDATE inventory_unit SET name = '{}' WHERE id = (SELECT min(id) FROM inventory_unit)"
    live.say(rename.format("Skrevet før"), database=DATABASE)
    (target,) = live.say("SELECT clock_timestamp()::text")[0]
    time.sleep(0.1)
    live.say(rename.format("Skrevet efter"), database=DATABASE)
    manage(live, "close_quarter", "2026Q3")
    segment = live.say("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    while not (archive / segment).exists():
        time.sleep(0.1)
    live.stop("immediate")

    with timed("restored to the point"):
        back.run("touch", str(back.data / "recovery.signal"))
        back.start(
            archive_mode="off",
            restore_command=f"cp {archive}/%f %p",
            recovery_target_time=target,
            recovery_target_action="promote",
        )
        while back.say("SELECT pg_is_in_recovery()") != [(False,)]:
            time.sleep(0.1)
    ((name,),) = back.say("SELECT name FROM inventory_unit ORDER BY id LIMIT 1", database=DATABASE)
    runs = back.say("SELECT code FROM leasing_billingrun ORDER BY id", database=DATABASE)
    with timed("verify"):
        said = manage(back, "verify")
    print(f"  target {target}\n  the unit is called »{name}«, closed are {[c for (c,) in runs]}")
    print(f"  {said.strip().splitlines()[-1]}")
    assert name == "Skrevet før"
    assert ("2026Q3",) not in runs


if __name__ == "__main__":
    main()
