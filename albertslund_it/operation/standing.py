"""How the system stands, line by line: for the page of operation and for `check --deploy`."""

import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from albertslund_it.operation.probes import our_migrations
from albertslund_it.web.database.replica import (
    BEHIND,
    GONE,
    PROMOTED,
    REPLICA,
    why_not_read,
)
from albertslund_it.web.moments import moment_told
from leasing.guards import missing_guards, who_can_remove_guards
from leasing.jobs.selectors import worker_standing
from leasing.models import CommandRun, Mail, Presence, Settings, SlowQuery

NOW_ON = timedelta(minutes=15)
CLOCK_MAY_DIFFER = timedelta(seconds=30)
LITTLE_ROOM = 2 * 1024**3  # bytes
LITTLE_PART = 0.1
STUCK = timedelta(minutes=15)  # so long may work wait for the worker
LACKS = {
    GONE: "Den svarer ikke.",
    BEHIND: "Den er bagud.",
    PROMOTED: "Den følger ikke databasen længere.",
}
MAY_WAIT = timedelta(hours=1)  # so long may a mail wait for its next try


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One thing: how it is, and what to do where it is not as it should be.

    `state` is good, warn (look at it) or off (not in use here).
    """

    key: str
    title: str
    says: str
    state: str = "good"
    advice: str = ""
    url: str = ""
    link: str = ""

    @property
    def word(self) -> str:
        return {"good": "I orden", "warn": "Se på det", "off": "Ikke i brug"}[self.state]


@dataclass(frozen=True, slots=True)
class TimedCommand:
    """A command that a timer runs, and how old its last good run may be."""

    name: str
    title: str
    may_be: timedelta
    advice: str


DAY = timedelta(hours=26)  # a day, and what a run may be late
TIMED = (
    TimedCommand("notify", "Påmindelser og mails (notify)", DAY, "Start pc-leasing-notify.timer."),
    TimedCommand("verify", "Kontrol af det låste (verify)", DAY, "Start pc-leasing-verify.timer."),
    TimedCommand("backup", "Sikkerhedskopi (backup)", DAY, "Start pc-leasing-backup.timer."),
    TimedCommand(
        "restore_drill",
        "Prøve af sikkerhedskopien (restore_drill)",
        timedelta(days=92),
        "Kør »manage.py restore_drill«: en kopi, der aldrig er lagt tilbage, er ikke prøvet.",
    ),
    TimedCommand(
        "anonymise",
        "Sletning af navne (anonymise)",
        timedelta(days=32),
        "Start pc-leasing-anonymise.timer.",
    ),
)
MAIL_IN = TimedCommand(
    "fetch_mail",
    "Helpdeskens postkasse (fetch_mail)",
    timedelta(hours=1),
    "Start pc-leasing-mail.timer.",
)
WEBHOOKS = TimedCommand(
    "send_webhooks",
    "Webhooks (send_webhooks)",
    timedelta(hours=1),
    "Start pc-leasing-webhooks.timer.",
)


def groups(now: datetime) -> list[tuple[str, list[StandingLine]]]:
    """Return every line under its heading."""
    return [
        ("Systemet", list(_system(now))),
        ("Det, der kører af sig selv", list(_timed(now))),
        ("Mails", list(_mails(now))),
        ("Maskinen", list(_machine())),
    ]


def _system(now: datetime) -> Iterator[StandingLine]:
    yield StandingLine("version", "Version", version())
    lacking = our_migrations() - set(MigrationRecorder(connection).applied_migrations())
    yield _line(
        "migrations",
        "Databasens tabeller",
        "Alle migreringer er kørt.",
        lacking and f"{len(lacking)} migreringer er ikke kørt.",
        "Kør »manage.py migrate« som den rolle, der ejer tabellerne.",
    )
    gone = [] if lacking else missing_guards()
    yield _line(
        "guards",
        "Spærringer om låste kvartaler",
        "Alle er på plads.",
        gone and f"{len(gone)} mangler eller er ændret.",
        "Kør »manage.py verify«, og find ud af, hvem der har fjernet dem, før »migrate« sætter dem "
        "tilbage.",
    )
    yield from _settings(now)


def _settings(now: datetime) -> Iterator[StandingLine]:
    owner = who_can_remove_guards()
    yield _line(
        "owner",
        "Programmets rolle i databasen",
        "Den kan ikke slå spærringerne fra.",
        owner and f"»{owner}« ejer tabellerne og kan slå spærringerne fra.",
        "Lad programmet køre som en anden rolle: »manage.py grant_application ROLLE«.",
    )
    is_sqlite = connection.vendor == "sqlite"
    yield _line(
        "database",
        "Database",
        f"PostgreSQL, {filesizeformat(_database_size())}.",
        is_sqlite and f"SQLite, {filesizeformat(_database_size())}.",
        "SQLite er til at prøve med. Sæt DATABASE_URL til en PostgreSQL.",
    )
    if REPLICA in connections.databases:
        lacks = why_not_read()
        yield _line(
            "replica",
            "Databasens kopi",
            "Den følger med, og det, der kun vises, læses i den.",
            lacks and f"{LACKS[lacks]} Alt læses i databasen selv.",
            "Se, om serveren med kopien kører og følger den første (pg_stat_replication).",
        )
    yield _line(
        "debug",
        "Fejlsøgning",
        "Slået fra.",
        settings.DEBUG and "DEBUG er slået til: en fejl viser indstillinger til enhver.",
        "Sæt SECRET_KEY, og lad DEBUG være ude af miljøet.",
    )
    off = _clock_off(now)
    yield _line(
        "clock",
        "Uret",
        "Maskinens og databasens ure går ens.",
        off > CLOCK_MAY_DIFFER
        and f"Maskinens og databasens ure er {off.total_seconds():.0f} sekunder fra hinanden.",
        "Slå tidssynkronisering til på begge maskiner (systemd-timesyncd eller chrony).",
    )
    if settings.TODAY:
        yield StandingLine(
            "today",
            "Dagen i dag",
            f"TODAY holder den fast på {settings.TODAY:%d-%m-%Y}.",
            "warn",
            "TODAY er til kurser. Tag den ud af miljøet.",
        )


def _timed(now: datetime) -> Iterator[StandingLine]:
    runs = {run.name: run for run in CommandRun.objects.all()}
    for timed in TIMED:
        yield _run(timed, runs.get(timed.name), now)
    if settings.IMAP_SECRET_URL:
        yield _run(MAIL_IN, runs.get(MAIL_IN.name), now)
    else:
        yield StandingLine(MAIL_IN.name, MAIL_IN.title, "IMAP_URL er ikke sat.", "off")
    if Settings.objects.get().uses_webhooks:
        yield _run(WEBHOOKS, runs.get(WEBHOOKS.name), now)
    else:
        yield StandingLine(WEBHOOKS.name, WEBHOOKS.title, "Modulet er ikke slået til.", "off")
    yield _queue(now)


def _run(timed: TimedCommand, run: CommandRun | None, now: datetime) -> StandingLine:
    if run is None:
        return StandingLine(timed.name, timed.title, "Har aldrig kørt her.", "warn", timed.advice)
    says = f"Gik godt {moment_told(run.ok_at)}." if run.ok_at else "Har aldrig gået godt."
    if run.is_ok and run.words:
        says += f" {run.words}"
    is_old = run.ok_at is None or now - run.ok_at > timed.may_be
    failed = run.ended_at is not None and not run.is_ok
    if failed:
        says += f" Gik galt {moment_told(run.ended_at)}{run.words and f': {run.words}'}."
        advice = f"Se hvorfor: »journalctl -u {unit_of(timed.name)}«."
        return StandingLine(timed.name, timed.title, says, "warn", advice)
    return StandingLine(
        timed.name, timed.title, says, "warn" if is_old else "good", timed.advice if is_old else ""
    )


def unit_of(name: str) -> str:
    """Return the systemd unit that runs a command (deploy/systemd)."""
    own = {"backup": "pc-leasing-backup", "restore_drill": "pc-leasing-drill"}
    return own.get(name, f"pc-leasing-command@{name}")


def _queue(now: datetime) -> StandingLine:
    title, worker = "Arbejde uden for siderne", worker_standing()
    if not worker.is_on:
        return StandingLine("queue", title, "Alt gøres, mens siden venter.", "off")
    oldest = worker.oldest_asked_at
    says = f"{worker.waiting} venter, {worker.running} er i gang."
    is_stuck = oldest is not None and now - oldest > STUCK
    return _line(
        "queue",
        title,
        says,
        is_stuck and f"{says} Det ældste har ventet siden {moment_told(oldest)}.",
        "Se, om arbejderen kører: »systemctl status pc-leasing-worker«.",
    )


def _mails(now: datetime) -> Iterator[StandingLine]:
    yield _line(
        "mail",
        "Mailserver",
        f"{settings.EMAIL_HOST}, port {settings.EMAIL_PORT}.",
        "console" in settings.EMAIL_BACKEND and "EMAIL_URL er ikke sat: mails bliver ikke sendt.",
        "Sæt EMAIL_URL, og send en prøvemail fra »Kom i gang«.",
    )
    unsent = Mail.objects.filter(sent_at=None)
    waits = unsent.count()
    failed = unsent.exclude(failed_at=None).count()
    late = unsent.filter(written_at__lt=now - MAY_WAIT).count()
    yield StandingLine(
        "mails",
        "Mails, der venter",
        f"{waits} venter, {failed} af dem er forsøgt forgæves." if waits else "Ingen venter.",
        "warn" if failed or late else "good",
        "De prøves igen af notify. Se, hvad mailserveren svarede." if failed or late else "",
    )
    set_now = Settings.objects.get()
    for key, title, value, what_for in (
        ("site", "Systemets egen adresse", set_now.site_address, "Uden den er links i mails døde."),
        ("helpdesk", "It-helpdesks mail", set_now.helpdesk_mail, "Mails til helpdesk når ingen."),
        ("finance", "Økonomis mail", set_now.finance_mail, "Mails til økonomi når ingen."),
        ("security", "It-sikkerheds mail", set_now.security_mail, "Et tyveri får ingen at vide."),
    ):
        yield StandingLine(
            key,
            title,
            str(value or "Er ikke sat."),
            "good" if value else "warn",
            "" if value else what_for,
            "" if value else reverse("settings"),
            "" if value else "Sæt den",
        )


def _machine() -> Iterator[StandingLine]:
    seen = set()
    places = [("Disk med programmet", Path(settings.BASE_DIR))]
    places.append(("Disk med midlertidige filer", Path(tempfile.gettempdir())))
    if connection.vendor == "sqlite":
        places.insert(0, ("Disk med databasen", Path(connection.settings_dict["NAME"]).parent))
    for title, place in places:
        if not place.exists() or (device := place.stat().st_dev) in seen:
            continue
        seen.add(device)
        room = shutil.disk_usage(place)
        is_little = room.free < LITTLE_ROOM or room.free < LITTLE_PART * room.total
        yield StandingLine(
            f"disk-{len(seen)}",
            title,
            f"{filesizeformat(room.free)} af {filesizeformat(room.total)} er fri.",
            "warn" if is_little else "good",
            "Gør plads, eller gør den større: er den fuld, kan intet gemmes." if is_little else "",
        )


def slowest() -> list[SlowQuery]:
    """Return the slowest questions of the last day."""
    return list(SlowQuery.objects.all()[:10])


def on_now(now: datetime) -> list[Presence]:
    """Return who has asked for a page in the last quarter of an hour."""
    return list(Presence.objects.filter(seen_at__gte=now - NOW_ON).select_related("user"))


def _line(key: str, title: str, fine: str, wrong: object, advice: str) -> StandingLine:
    if wrong:
        return StandingLine(key, title, str(wrong), "warn", advice)
    return StandingLine(key, title, fine)


@cache
def version() -> str:
    """Return the version that runs, as it stands beside the code."""
    written = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(written)["project"]["version"]


def _database_size() -> int:
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return file.stat().st_size if file.exists() else 0
    return _asked("SELECT pg_database_size(current_database())")


def _clock_off(now: datetime) -> timedelta:
    """Return how far the clock here is from the database server's."""
    if connection.vendor == "sqlite":
        return timedelta(0)
    return abs(_asked("SELECT clock_timestamp()") - now)


def _asked(statement: str):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
