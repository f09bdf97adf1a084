"""A worker that stands still at a point, for a test to kill it there: `python -m … end|saved`."""

import os
import sys
import time

import django


def stand_still(*args, **kwargs):
    """Say that the point is reached, and stay."""
    print("HERE", flush=True)
    time.sleep(120)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "albertslund_it.settings"
    django.setup()
    from django.core.management import call_command
    from django_tasks_db.models import DBTaskResult

    from leasing.jobs.services import jobs

    if sys.argv[1] == "end":  # all is written, and nothing of it saved
        jobs._say_end = stand_still
    else:  # all is saved, and the worker's own table does not know
        DBTaskResult.set_successful = stand_still
    call_command("db_worker", batch=True, startup_delay=False, reload=False)
