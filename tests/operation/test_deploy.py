"""What stands in deploy/ runs what there is: commands, files and units that are really there."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from albertslund_it.operation.standing import MAIL_IN, TIMED, WEBHOOKS, unit_of

ROOT = Path(settings.BASE_DIR)
UNITS = ROOT / "deploy" / "systemd"
TIMERS = sorted(UNITS.glob("*.timer"))


def unit(path):
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return parser


def started_by(timer):
    """Return the file of the unit that a timer starts, and its instance."""
    name = unit(timer)["Timer"]["Unit"]
    template, _, instance = name.removesuffix(".service").partition("@")
    return UNITS / f"{template}{'@' if instance else ''}.service", instance


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.name)
def test_a_timer_starts_a_command_that_there_is(timer):
    path, instance = started_by(timer)
    [command] = re.findall(r"manage\.py (\S+)", unit(path)["Service"]["ExecStart"])
    assert command.replace("%i", instance) in get_commands()


def test_what_the_page_of_operation_waits_for_has_a_timer_and_a_log_of_that_name():
    started = {unit(timer)["Timer"]["Unit"].removesuffix(".service") for timer in TIMERS}
    waited_for = (*TIMED, MAIL_IN, WEBHOOKS)
    assert {unit_of(one.name) for one in waited_for} <= started
    for timed in waited_for:
        for name in re.findall(r"pc-leasing-[a-z]+\.timer", timed.advice):
            assert (UNITS / name).exists()


def test_each_timer_is_turned_on_where_readme_says_so_and_has_its_place_in_containers():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / "deploy" / "compose" / "timers.sh").read_text(encoding="utf-8")
    [turned_on] = re.findall(r"^    systemctl enable --now (.*\.timer)$", readme, re.M)
    assert sorted(turned_on.split()) == [timer.name for timer in TIMERS]
    # A copy that is put back needs the owner of the tables: README says how there.
    run = {*re.findall(r"\brun (\w+)", script), "restore_drill"}
    commands = {unit_of(name): name for name in get_commands()}
    started = [unit(timer)["Timer"]["Unit"].removesuffix(".service") for timer in TIMERS]
    assert run == {commands[name] for name in started}


def test_containers_are_given_what_readme_says_can_be_set():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Running it for real")[1].split("###")[0]
    named = set(re.findall(r"`([A-Z][A-Z_]{4,})`", table))
    given = set(re.findall(r"^      ([A-Z_]+):", (ROOT / "compose.yaml").read_text("utf-8"), re.M))
    elsewhere = {"TODAY", "BIND", "STATIC_ROOT"}  # for training; set by the image
    assert named - elsewhere <= given


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_every_unit(tmp_path):
    for path in UNITS.iterdir():
        # The program is not installed on this machine.
        text = re.sub(r"/srv/pc-leasing/\.venv/bin/\w+", "/bin/true", path.read_text("utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    names = [tmp_path / path.name for path in UNITS.iterdir() if "@" not in path.name]
    said = subprocess.run(
        [
            "systemd-analyze",
            "verify",
            "--man=no",
            *names,
            tmp_path / "pc-leasing-command@x.service",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in said.stderr.splitlines() if "pc-leasing" in line]
    assert ours == []


def test_the_image_copies_what_there_is_and_no_secret():
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (.+) \S+$", text, re.M):
        for name in line.split():
            assert (ROOT / name).exists(), name
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert allowed[0] == "*"
    assert not [line for line in allowed if ".env" in line or "sqlite" in line]
    assert re.search(r"^USER leasing$", text, re.M)
