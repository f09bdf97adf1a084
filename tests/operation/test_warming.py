"""A worker of gunicorn has all pages at hand before it takes a request."""

import subprocess
import sys

import pytest
from django.conf import settings

from albertslund_it.operation.warming import TEMPLATES

pytestmark = pytest.mark.once
STARTED = """
import os, runpy, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "albertslund_it.settings"
import django
django.setup()
view = "leasing.front.views.front"
before = view in sys.modules
runpy.run_path("gunicorn.conf.py")["post_worker_init"](None)
from django.template import engines
[known] = [one for one in engines["django"].engine.template_loaders if hasattr(one, "get_template_cache")]
import gc
print(before, view in sys.modules, len(known.get_template_cache), gc.get_freeze_count())
"""


def test_a_worker_loads_every_view_and_template_before_the_first_request():
    # A template that does not compile ends it: the server would not start with it.
    said = subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    before, after, templates, passed_over = said.stdout.split()
    assert (before, after) == ("False", "True")
    # No collection looks through what stays as long as the worker.
    assert int(passed_over) > 100_000
    assert int(templates) >= len(list(TEMPLATES.rglob("*.html")))
