"""How gunicorn runs us; it finds this file where it is started. The environment decides the rest.

The application is loaded by each worker, not before they part (`preload_app`): HUP then brings new
code, and no two processes share a connection to the database.
"""

import os
import shutil
import tempfile
from pathlib import Path

wsgi_app = "albertslund_it.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000").split(",")
workers = int(os.environ.get("WEB_WORKERS") or 3)
# A thread keeps its connection to the database: workers times threads of them, at most.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
preload_app = False

# A worker whose main thread is silent for so long is replaced; requests have their own threads.
timeout = 60
# So long may a request take to end after HUP and TERM: a large workbook, closing a quarter.
graceful_timeout = 60
# Longer than a proxy keeps its own end open: who closes first must not be the one who is asked.
keepalive = 75
# What a worker may have gathered in memory goes with it; not all of them at once.
max_requests = 5000
max_requests_jitter = 500

# Workers say that they are alive by touching a file: never on a disk that may be slow.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Each request has a line in our own log, without names and query strings; gunicorn's has both.
accesslog = None
errorlog = "-"
# systemd and signals are how it is told what to do; its socket would lie where nothing is written.
control_socket_disable = True
# As much as our own pages send, and no more.
limit_request_line = 8190
limit_request_fields = 60

COUNTS, FOLDER = "PROMETHEUS_MULTIPROC_DIR", "pc-leasing-metrics-"
if os.environ.get("METRICS_TOKEN") and COUNTS not in os.environ:
    # Before any worker imports what counts; HUP reads this file again, and finds it set.
    os.environ[COUNTS] = tempfile.mkdtemp(prefix=FOLDER, dir=worker_tmp_dir)


def post_worker_init(worker):
    """Load all pages before a worker takes requests: the first would wait for it."""
    from albertslund_it.operation.warming import load_pages

    load_pages()


def on_exit(server):
    """Leave no counts behind that were made room for here."""
    folder = Path(os.environ.get(COUNTS, ""))
    if folder.name.startswith(FOLDER):
        shutil.rmtree(folder, ignore_errors=True)
