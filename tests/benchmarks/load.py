"""Fifty people at once over a real gunicorn, reading and writing; then whether it all still holds.

    DATABASE_URL=postgresql://… python -m tests.benchmarks.load --devices 50000 --seconds 120

Each person logs in, then does one thing after another with pauses between as people have them: four
of five are pages that are read, the others notes, moves and orders that are written. Every write has
a text of its own, which is counted afterwards: one that was answered as saved must be there, once.
With `--keep` the filled database stays for the next run, which then begins at once.
"""

import argparse
import os
import random
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import requests
from lxml import html
from requests.cookies import RequestsCookieJar

from tests.benchmarks.ground import in_another_process, own_database
from tests.benchmarks.importing import count_on
from tests.benchmarks.pages import everything

PASSWORD = "maaling-2026"
PER_ROLE = {"helpdesk": 20, "head": 20, "finance": 10}
READ = {
    "helpdesk": (
        "/",
        "/udstyr/",
        "/udstyr/?q=PF00{n:05}",
        "/udstyr/{n}/",
        "/medarbejdere/{n}/",
        "/soeg/?q=person {n}",
        "/bestillinger/",
        "/datakvalitet/",
        "/udstyr/flyt/?serienumre=PF{n:07}",
    ),
    "head": (
        "/",
        "/egenbetaling/",
        "/egenbetaling/medarbejdere/",
        "/egenbetaling/beslutninger/",
        "/udstyr/",
        "/dispensationer/",
    ),
    "finance": (
        "/",
        "/kvartaler/",
        "/egenbetaling/",
        "/leverandoerfakturaer/",
        "/engangsbeloeb/",
        "/kvartaler/2026Q1/afstemning/",
    ),
}


class Cookies(RequestsCookieJar):
    """Sends cookies that are for https alone too: a header plays the proxy in front."""

    def set_cookie(self, cookie, *args, **kwargs):
        cookie.secure = False
        return super().set_cookie(cookie, *args, **kwargs)


class Person(threading.Thread):
    """One person with a browser's cookies and a random mind; keeps what each answer took."""

    def __init__(self, name, role, town):
        super().__init__(name=name, daemon=True)
        # Of a kept database the next run does something else, or it would move what is there already.
        self.role, self.town, self.mind = role, town, random.Random(f"{name} {town.placements}")
        self.took, self.wrong = defaultdict(list), []
        self.notes, self.moves, self.orders, self.refused = set(), [], set(), 0
        self.browser = requests.Session()
        self.browser.cookies = Cookies()
        self.browser.headers["X-Forwarded-Proto"] = "https"

    def log_in(self):
        self.send("log in", "/log-ind/", {"username": self.name, "password": PASSWORD})
        self.took.clear()

    def run(self):
        while time.monotonic() < self.town.until:
            time.sleep(self.mind.uniform(0.5, 1.5) * self.town.pause)
            try:
                if self.role == "helpdesk" and self.mind.random() < 0.5:
                    self.mind.choice((self.write_note, self.move, self.order))()
                else:
                    self.read()
            except requests.RequestException as error:
                self.wrong.append(repr(error))

    def get(self, what, path):
        began = time.perf_counter()
        answer = self.browser.get(self.town.url + path, timeout=60)
        self.took[what].append(time.perf_counter() - began)
        if answer.status_code != 200:
            self.wrong.append(f"{path}: {answer.status_code}")
        return answer

    def send(self, what, path, typed, statuses=(200,)):
        """Fill in the page's own form and send it, as a browser does; the page that follows."""
        page = self.get(f"{what}, the page", path)
        form = self.form_of(page, path)
        fields = {name: value for name, value in form.fields.items() if value is not None}
        began = time.perf_counter()
        answer = self.browser.post(
            self.town.url + path.partition("?")[0],
            data=fields | typed,
            headers={"Referer": page.url.replace("http://", "https://")},
            timeout=60,
        )
        self.took[what].append(time.perf_counter() - began)
        if answer.status_code not in statuses:
            self.wrong.append(f"POST {path}: {answer.status_code}")
        return answer

    def form_of(self, page, path):
        forms = [form for form in html.fromstring(page.text).forms if form.method == "POST"]
        fitting = [
            f for f in forms if (f.action or path).partition("?")[0] == path.partition("?")[0]
        ]
        return next(f for f in reversed(fitting) if "csrfmiddlewaretoken" in f.fields)

    def read(self):
        n = self.mind.randrange(1, self.town.devices)
        page = self.mind.choice(READ[self.role])
        self.get(f"{self.role} {page}", page.format(n=n))

    def write_note(self):
        device = self.mind.randrange(1, self.town.devices)
        text = f"Note {self.name} {secrets.token_hex(8)}"
        self.send("note", f"/udstyr/{device}/noter/", {"note-text": text})
        self.notes.add(text)

    def move(self):
        """Move a device: see what it does, agree to that; somebody else may have moved it."""
        device = self.mind.randrange(1, self.town.devices)
        unit = str(self.mind.choice(self.town.units))
        path = "/udstyr/flyt/"
        typed = {"serial_numbers": f"PF{device:07}", "unit": unit}
        typed["starts_on"] = self.town.day
        page = self.send("move, shown", path, typed, (200, 409, 422))
        form = self.form_of(page, path)
        fields = {name: value for name, value in form.fields.items() if value is not None}
        if not fields.get("agreed"):
            self.refused += 1
            return
        began = time.perf_counter()
        answer = self.browser.post(
            self.town.url + path,
            data=fields,
            headers={"Referer": page.url.replace("http://", "https://")},
            timeout=60,
        )
        self.took["move"].append(time.perf_counter() - began)
        if answer.history:
            self.moves.append((device, unit))
        elif answer.status_code in (200, 409, 422):
            self.refused += 1
        else:
            self.wrong.append(f"POST {path}: {answer.status_code}")

    def order(self):
        note = f"Ordre {self.name} {secrets.token_hex(8)}"
        unit = str(self.mind.choice(self.town.units))
        typed = {"handling": "gem", "note": note, "linje-0-unit": unit, "linje-0-quantity": "1"}
        typed |= {"linje-0-model": str(self.town.screen), "linje-0-used_for": "Mødelokale"}
        answer = self.send("order", "/bestillinger/ny/", typed, (200, 422))
        if answer.history:
            self.orders.add(note)
        else:
            self.refused += 1


class Town:
    """What everybody needs to know."""

    def __init__(self, url, options):
        from django.utils import timezone

        from inventory.models import Placement, Unit
        from tests import builders as make

        self.url, self.devices, self.pause = url, options.devices, options.pause
        self.units = list(Unit.objects.filter(is_cost_holder=False).values_list("pk", flat=True))
        self.screen = make.priced("P27", category="skærm", is_pc=False).pk
        self.placements = Placement.objects.count()
        self.day = f"{timezone.localdate():%d-%m-%Y}"
        self.until = 0.0


def users():
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group, User

    from inventory.models import Access, Department

    password = make_password(PASSWORD)
    of = {"helpdesk": "It-helpdesk", "head": "Leder", "finance": "Økonomi"}
    departments = list(Department.objects.order_by("pk"))
    for role, count in PER_ROLE.items():
        group = Group.objects.get(name=of[role])
        for n in range(count):
            user = User.objects.create(username=f"{role}-{n}", password=password)
            user.groups.add(group)
            if role == "head":
                department = departments[n % len(departments)]
                Access.objects.create(user=user, department=department, starts_on="2026-01-01")


def everything_and_users(options):
    everything(options)
    users()
    from django.db import connection
    from django.utils import timezone

    from leasing.cost_table.moment import bring_up_to_date
    from leasing.cost_table.refresh import AT_LEISURE
    from leasing.data_quality.services.counting import count_findings

    bring_up_to_date(effort=AT_LEISURE)
    count_findings(today=timezone.localdate(), now=timezone.now())  # as `notify` does each morning
    count_on(connection)
    with connection.cursor() as cursor:
        # As a server's autovacuum does of itself within a minute.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def gunicorn(port, connection, workers):
    """Start the server as README says, on the measurement's own database."""
    setting = connection.settings_dict
    if connection.vendor == "postgresql":
        user = setting["USER"] + (f":{setting['PASSWORD']}" if setting["PASSWORD"] else "")
        database = f"postgresql://{user}@{setting['HOST']}:{setting['PORT']}/{setting['NAME']}"
    else:
        database = f"sqlite:///{setting['NAME']}"
    env = os.environ | {
        "DATABASE_URL": database,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "EMAIL_URL": "",
    }
    program = str(Path(sys.executable).with_name("gunicorn"))
    command = [program, "albertslund_it.wsgi", "--workers", str(workers), "-b", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--timeout", "60"], env=env, stderr=subprocess.PIPE)
    errors = []
    threading.Thread(target=lambda: errors.extend(server.stderr), daemon=True).start()
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, errors
        time.sleep(0.1)
    raise SystemExit(b"".join(errors).decode()[-2000:])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--history", type=int, default=8, help="entries of a device or a line")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--pause", type=float, default=4.0, help="seconds between, on average")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="leave the database for the next run")
    options = parser.parse_args()
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        env=os.environ | {"DEBUG": "0", "SECRET_KEY": "m" * 50},
        check=True,
    )
    with own_database(is_kept=options.keep) as connection:
        from inventory.models import Device

        if not Device.objects.exists():
            in_another_process(lambda: everything_and_users(options))
        port = free_port()
        town = Town(f"http://127.0.0.1:{port}", options)
        server, errors = gunicorn(port, connection, options.workers)
        try:
            people = [
                Person(f"{role}-{n}", role, town)
                for role, many in PER_ROLE.items()
                for n in range(many)
            ]
            for person in people:
                person.log_in()
            town.until = time.monotonic() + options.seconds
            for person in people:
                person.start()
            for person in people:
                person.join()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
        print(f"{connection.vendor}, {options}")
        tell(people, options)
        prove(people)
        failed = [line for line in errors if b'"level": "error"' in line or b"Traceback" in line]
        print(f"  {len(failed)} errors in the server's log")


def tell(people, options):
    took = defaultdict(list)
    for person in people:
        for what, seconds in person.took.items():
            took[what] += seconds
    total = [second for seconds in took.values() for second in seconds]
    print(f"  {len(total)} answers in {options.seconds} s")
    for what, seconds in [*sorted(took.items()), ("all", total)]:
        parts = statistics.quantiles(seconds, n=20) if len(seconds) > 1 else seconds * 19
        print(
            f"  {what:<46} {len(seconds):6} median {parts[9] * 1000:6.0f} ms"
            f"  p95 {parts[18] * 1000:6.0f} ms  most {max(seconds) * 1000:6.0f} ms"
        )
    wrong = Counter(error for person in people for error in person.wrong)
    print(
        f"  {sum(wrong.values())} wrong answers, {sum(p.refused for p in people)} refused in words"
    )
    for error, count in wrong.most_common(10):
        print(f"    {count} x {error}")


def prove(people):
    """Show that what was answered as saved is there, once, and that the money still adds up."""
    from inventory.models import Placement
    from leasing.billing.selectors.verification import breaches
    from leasing.models import Note, Order

    for model, field, said in (
        (Note, "text", [text for p in people for text in p.notes]),
        (Order, "note", [text for p in people for text in p.orders]),
    ):
        kept = Counter(model.objects.values_list(field, flat=True))
        lost = [text for text in said if kept[text] != 1]
        print(f"  {model.__name__}: {len(said)} saved, {len(lost)} lost or twice")
    moved = [move for p in people for move in p.moves]
    at = defaultdict(set)
    for device, unit in Placement.objects.values_list("device", "unit"):
        at[device].add(str(unit))
    last = {}
    for device, unit in moved:
        last.setdefault(device, set()).add(unit)
    lost = [device for device, units in last.items() if not units & at[device]]
    print(f"  Placement: {len(moved)} saved, {len(lost)} lost")
    print(f"  breaches of the money's invariants: {len(list(breaches()))}")


if __name__ == "__main__":
    main()
