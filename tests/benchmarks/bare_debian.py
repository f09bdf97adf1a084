"""README's set-up for real, followed word by word in a bare Debian, with a stopwatch.

    debootstrap --variant=minbase bookworm ROOT
    python -m tests.benchmarks.bare_debian ROOT

As root. What systemd does needs a machine that has booted: in its place the same programs are started as
the units say. The root is left as it is, to be looked at.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECTION = "### Word by word on Debian"
HOME = "srv/pc-leasing"
# The superuser's password is asked for at a terminal; here it stands in the environment.
ANSWERS = {
    "DJANGO_SUPERUSER_USERNAME": "drift",
    "DJANGO_SUPERUSER_EMAIL": "drift@kommune.example",
    "DJANGO_SUPERUSER_PASSWORD": "en-lang-adgangskode",
}
AS_THE_UNIT_SAYS = (
    "setpriv --reuid=leasing --regid=leasing --clear-groups --no-new-privs .venv/bin/gunicorn "
    "> /tmp/gunicorn.log 2>&1 & "
    "for i in $(seq 60); do .venv/bin/python -c "
    "\"import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz')\" 2>/dev/null "
    "&& break; sleep 1; done"
)
INSTEAD = {
    "systemctl daemon-reload": "true",
    "systemctl enable --now pc-leasing.service": AS_THE_UNIT_SAYS,
}


def lines_of_readme() -> list[str]:
    """Return the commands of the section, as they stand there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split(SECTION)[1].split("\n**In containers.**")[0]
    return [line.removeprefix("    ") for line in section.splitlines() if line.startswith("    ")]


def in_place(line: str) -> str:
    """Return what is run for a line where there is no systemd."""
    if line.startswith("systemctl enable --now pc-leasing-notify.timer"):
        return "for one in verify notify anonymise; do " + (
            "setpriv --reuid=leasing --regid=leasing --clear-groups .venv/bin/python manage.py $one; "
            "done; setpriv --reuid=leasing --regid=leasing --clear-groups .venv/bin/python manage.py "
            "backup /var/backups/pc-leasing/first.dump; (. /etc/pc-leasing-owner.env; export "
            "DATABASE_URL; .venv/bin/python manage.py restore_drill)"
        )
    if line.startswith("apt-get install"):  # on a machine that has booted, PostgreSQL is started
        return f"{line} && (pg_lsclusters | grep online || pg_ctlcluster 15 main start)"
    if "systemctl reload nginx" in line:
        return line.replace("systemctl reload nginx", "nginx")
    line = INSTEAD.get(line, line)
    return line.replace("createsuperuser", "createsuperuser --noinput")


def lay_out(root: Path) -> None:
    """Put the code where README says it comes, as git has it, and what a terminal would bring."""
    home = root / HOME
    home.mkdir(parents=True, exist_ok=True)
    archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "x", "-C", home], stdin=archive.stdout, check=True)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    # A certificate, which is the reader's own: README does not make it.
    keys = root / "etc/ssl/pc-leasing"
    keys.mkdir(parents=True, exist_ok=True)
    call = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pc.kommune.example"
    files = ["-keyout", keys / "key.pem", "-out", keys / "cert.pem"]
    subprocess.run(["openssl", *call.split(), *files], check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--bind", action="append", default=[], help="a folder or file to bring in")
    asked = parser.parse_args()
    lay_out(asked.root)
    bound = [("/proc", "proc"), ("/sys", "sys"), ("/dev", "dev")]
    bound += [(one, one.lstrip("/")) for one in asked.bind]
    for source, place in bound:
        target = asked.root / place
        if Path(source).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        subprocess.run(["mount", "--rbind", "--make-rslave", source, target], check=True)
        if source in asked.bind:  # what is installed in the root must not change it outside
            subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)
    try:
        run_all(asked.root)
    finally:
        for _, place in reversed(bound):
            subprocess.run(["umount", "--recursive", "--lazy", asked.root / place], check=False)


def run_all(root: Path) -> None:
    """Run each line in one shell, so that what it sets stays, and say how long each took."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "LC_"))}
    path = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    shell = subprocess.Popen(
        ["chroot", root, "/bin/bash"],
        env=kept | path | ANSWERS | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    began = time.monotonic()
    for line in lines_of_readme():
        started = time.monotonic()
        print(f"\n$ {line}", flush=True)
        shell.stdin.write(f'{{ {in_place(line)}\n}} 2>&1; echo "@@$?"\n')
        shell.stdin.flush()
        for said in shell.stdout:
            if ended := re.fullmatch(r"(.*)@@(\d+)\n", said):
                break
            print(f"  {said}", end="")
        print(f"  -- {ended[2]} after {time.monotonic() - started:.1f} s", flush=True)
        if ended[2] != "0":
            sys.exit(f"It went wrong: {line}")
    print(f"\nAll of it took {(time.monotonic() - began) / 60:.1f} minutes.")
    shell.stdin.write("kill %1 2>/dev/null; nginx -s stop; pg_ctlcluster 15 main stop\n")
    shell.stdin.close()
    shell.wait()


if __name__ == "__main__":
    main()
