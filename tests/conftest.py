import gc
import os
import shutil
import subprocess
import sys

import pytest
from auditlog.registry import auditlog
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from django.db.models.signals import pre_migrate
from django.template import Template
from django.test import Client, TransactionTestCase
from django.test.signals import template_rendered
from hypothesis import HealthCheck, settings

from albertslund_it.web.database import history
from tests import builders, put_back
from tests.cast import Cast

BROWSERS = ["chromium-headless-shell", "chromium", "google-chrome"]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Pages live for a second: making their scripts faster takes longer than it saves.
    "--js-flags=--no-opt",
]
MAKE_TABLES = "from albertslund_it.demo.tables import make_tables as made; made()"
# What takes longest is begun first: begun last, it keeps one worker while the others have no more to do.
LONGEST = ("upgrade/test_first_version.py", "web/test_hostile.py")
INTERNAL_ERRORS = []


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "once: what it looks at is the same on both databases, so one pass is enough"
    )
    config.addinivalue_line(
        "markers", "both: how its list is sorted or narrowed is tested here alone"
    )
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests count the queries of pages; that somebody is on is tested where it is turned on.
    django_settings.WATCH_PRESENCE = False
    # What a request leaves behind is looked for seldom; what is imported and collected, never.
    gc.set_threshold(100_000, 20, 100)
    # A machine that is busy is no fault.
    settings.register_profile(
        "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")
    # Find static files when they are asked for, not all of them for every test client.
    django_settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def acts_see_what_is_written(monkeypatch):
    """Forbid what no act sees: a queryset's `.update()` of rows that have a history."""
    update = QuerySet.update

    def seen(rows, **values):
        if history.WATCHER.get() and auditlog.contains(rows.model):
            raise AssertionError(f"{rows.model.__name__}: .update() inside an act is not undone")
        return update(rows, **values)

    seen.alters_data = True
    seen.queryset_only = False
    monkeypatch.setattr(QuerySet, "update", seen)


def pytest_collection_finish():
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def only_pages_are_noted(django_test_environment):
    """Note for a client what a page was drawn from, and not a copy of that for each part of it."""

    def draw(template, context):
        if context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    Template._render = draw


def pytest_internalerror(excrepr):
    INTERNAL_ERRORS.append(str(excrepr))


def pytest_unconfigure(config):
    """Say last why a run broke off, and what had failed by then.

    pytest sums nothing up then, and the controller's own errors come after, and hide, what happened
    in a worker.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not INTERNAL_ERRORS or not reporter:  # a worker sends its errors to the controller
        return
    for report in reporter.stats.get("failed", []) + reporter.stats.get("error", []):
        print(f"\nFailed before: {report.nodeid}\n{report.longreprtext[-2000:]}")
    print(f"\nThe first of {len(INTERNAL_ERRORS)} internal errors:\n{INTERNAL_ERRORS[0][-4000:]}")


def pytest_collection_modifyitems(items):
    """Mark what need not be tried again on the other database.

    That is what asks none, what is done in a browser, whose requests other tests make on both, what
    LibreOffice makes of files that other tests read on both (a test of that has its name), how
    many queries more rows take, which is decided before they are sent (`queries` in its name), and
    what pages say and take (in modules named for pages): each page is opened and given hostile
    values on both (test_hostile.py), and what it asks and writes is its selectors' and services',
    with tests of their own on both.
    The rest carries the mark where it stands, with the reason and what is asked on both instead.
    """
    for item in items:
        asks_a_database = (
            {"db", "transactional_db"}.intersection(item.fixturenames)
            or item.get_closest_marker("django_db")
            or (item.cls and issubclass(item.cls, TransactionTestCase))  # properties
        )
        is_in_browser = "chromium" in item.fixturenames
        stays = item.get_closest_marker("both")
        name = item.name.partition("[")[0]
        is_looked_at_once = "libreoffice" in name or "queries" in name
        is_of_pages = item.path.stem.endswith(("_page", "_pages")) and not stays
        if is_in_browser or is_looked_at_once or is_of_pages or not asks_a_database:
            item.add_marker("once")
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONGEST))


# --- the database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Make the tables as the models stand; SQLite's on a file, for threads have connections.

    Being led through all migrations took 11 s of processor, and this takes one. That both ways end
    in the same database is test_first_version.py's.
    """
    database = django_settings.DATABASES["default"]
    test = database.setdefault("TEST", {})
    test["MIGRATE"] = False
    if database["ENGINE"].endswith("sqlite3"):
        test["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    else:
        pre_migrate.connect(order_as_in_danish)
        database["CONN_MAX_AGE"] = 0  # a connection left open keeps its database from being dropped


def order_as_in_danish(using, **kwargs):
    """Make the order that columns name, as the first migration does."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "CREATE COLLATION IF NOT EXISTS dansk (provider = icu, locale = 'da-u-kn-true')"
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker):
    """Note all migrations as done, and send away who is still connected in the end."""
    pre_migrate.disconnect(order_as_in_danish)
    with django_db_blocker.unblock():
        call_command("createcachetable", "web_upload", verbosity=0)
        call_command("migrate", fake=True, verbosity=0)
        put_back.use(put_back.Migrated(is_reused=django_db_keepdb))
    yield
    if connection.vendor == "postgresql":  # the database is dropped now
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """Return a migrated and empty SQLite file, for copies that processes of a test's own work on."""
    path = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {MAKE_TABLES}"],
        env=os.environ
        | {
            "DATABASE_URL": f"sqlite:///{path}",
            "DJANGO_SETTINGS_MODULE": "albertslund_it.settings",
        },
        cwd=django_settings.BASE_DIR,
        check=True,
    )
    return path


@pytest.fixture(scope="module")
def built_once(django_db_setup, django_db_blocker):
    """Return a function that builds rows for all tests of a module; each undoes only its own.

    As Django's setUpTestData does for a class: who changes what was returned takes a copy of it.
    """
    block = transaction.atomic()
    block._from_testcase = True  # as Django's own, inside which the outermost block may stand
    with django_db_blocker.unblock():
        block.__enter__()

    def build(make):
        with django_db_blocker.unblock():
            return make()

    yield build
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture
def history_from_the_start(monkeypatch):
    """Let `tests.builders` write the history of what they make."""
    monkeypatch.setattr(builders, "has_history", True)


# --- people


@pytest.fixture
def cast(db):
    """Return the fixed cast: one user for each role."""
    return Cast()


@pytest.fixture
def client_of(db):
    """Return a function that logs a user in: `client_of(cast.finance).get(…)`."""

    def log_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


# --- the browser


@pytest.fixture(scope="session")
def chromium():
    """Start the system's Chromium, once for each worker; best the one without a window.

    Of Debian's package chromium-headless-shell; the whole browser takes a fifth more time.
    """
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not path:
        _no_browser("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, and Django would take it for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        playwright = sync_playwright().start()
    except Exception as error:
        _no_browser(f"Playwright does not start (does it lack libatomic1?): {error}")
    browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()
    playwright.stop()


def _no_browser(why):
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(f"{why}, and BROWSER_TESTS=required", pytrace=False)
    pytest.skip(f"{why}, so nothing is tested in a browser")


@pytest.fixture
def page(chromium, transactional_db):
    """Return a fresh page; the test fails on any error in its console (a broken policy is one).

    `page.problems` lists them as they come; a test that expects one clears the list.
    """

    def note(said):
        # Django's admin names no icon, so the browser asks for the usual one.
        # A request that a later one or a new page has overtaken is taken back: htmx calls that an
        # error, twice. Of those that failed it has a second one too, which is kept.
        is_overtaken = said.text.startswith(("htmx:afterRequest", "htmx:sendAbort"))
        is_icon = said.location["url"].endswith("/favicon.ico")
        if said.type == "error" and not is_overtaken and not is_icon:
            page.problems.append(f"{said.text} ({said.location['url']})")

    context = chromium.new_context(
        locale="da-DK", timezone_id="Europe/Copenhagen", viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", note)
    yield page
    page.wait_for_load_state()
    context.close()
    assert not page.problems
