"""The program in the README, run as it stands there against a server."""

import os
import re
import sqlite3
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings as django_settings

from albertslund_it.common.quarters import Quarter
from leasing.cost_share.selectors.payers import payers_seen_by
from leasing.cost_share.selectors.share import share_of
from tests import builders as make
from tests.leasing.api.asking import Program
from tests.leasing.closed import close

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
TODAY = date(2026, 5, 1)
PROGRAM = re.compile(r"```python\n(import json.*?)```", re.DOTALL)


def test_the_program_in_the_readme_fills_its_table(cast, live_server, settings, tmp_path):
    settings.TODAY = TODAY
    make.cost_holder()
    for number in range(3):
        unit = make.unit(f"10{number}1", f"Enhed {number}", department=cast.department)
        make.lease(f"PF00000{number}", unit=unit)
    make.charge(unit, 12345)
    close()
    text = (django_settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    [program] = PROGRAM.findall(text)
    assert len([line for line in program.splitlines() if line.strip()]) <= 30
    secret = Program(cast.auditor, scopes=["shares"]).secret
    run = subprocess.run(
        [sys.executable, "-c", program, "bi.sqlite3"],
        env={**os.environ, "PC_LEASING": live_server.url, "PC_LEASING_TOKEN": secret},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = sqlite3.connect(tmp_path / "bi.sqlite3").execute("SELECT period, cost_ore FROM share")
    [everybody] = [one for one in payers_seen_by(cast.auditor, TODAY) if one.is_everybody]
    year = share_of(everybody, Quarter(2026, 2), TODAY).year_ore
    assert sum(cost for _, cost in rows) == year
