"""How long a refused login takes for a user who is there and one who is not, as a ratio.

    DATABASE_URL=sqlite:////tmp/logins.sqlite3 python -m tests.benchmarks.logins --samples 15

With the hasher of a server. Nobody learns who has a login when the two take the same time: the
ratio of the medians is near 1, and nearer than what one kind differs from itself.
"""

import argparse
import os
import statistics
import time

import django

KINDS = ("there", "not there", "closed")


def main():
    """Measure the kinds in turn, so that a busy machine meets them alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=15)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "albertslund_it.settings")
    django.setup()
    from django.contrib.auth import authenticate
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import RequestFactory

    samples = parser.parse_args().samples
    call_command("migrate", verbosity=0)
    for name, is_active in (("there", True), ("closed", False)):
        if not User.objects.filter(username=name).exists():
            User.objects.create_user(name, password="en-lang-adgangskode", is_active=is_active)
    took = {kind: [] for kind in KINDS}
    for number in range(samples):
        for kind in KINDS:
            # Each from an address of its own: nobody is locked out of the measurement.
            address = f"10.{number // 250}.{number % 250}.{KINDS.index(kind) + 1}"
            request = RequestFactory().post("/log-ind/", REMOTE_ADDR=address)
            username = f"{kind}-{number}" if kind == "not there" else kind
            began = time.process_time()
            authenticate(request, username=username, password="forkert")
            took[kind].append(time.process_time() - began)
    floor = statistics.median(took["there"])
    for kind in KINDS:
        halves = [statistics.median(took[kind][at::2]) for at in (0, 1)]
        print(
            f"{kind:10} {statistics.median(took[kind]) / floor:5.2f}  "
            f"(its two halves differ by {abs(halves[0] / halves[1] - 1):.0%})"
        )


if __name__ == "__main__":
    main()
