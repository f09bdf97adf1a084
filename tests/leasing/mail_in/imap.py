"""A real IMAP server of this machine: Dovecot, of Debian's package, with a mailbox for each test."""

import base64
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from imap_tools import MailBoxUnencrypted

from tests.leasing.mail.smtp import free_port

PASSWORD = "Hemmelig-Å7"
KEY_OF_TOKENS = b"the key that tokens of the tests are signed with"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

COMMON = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
listen = 127.0.0.1
ssl = yes
auth_mechanisms = {mechanisms}
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
"""
BEFORE_2_4 = """
protocols = imap
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
"""
# A token is believed when it is signed with the key of KEY_OF_TOKENS, and names the user.
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = sub
"""
SINCE_2_4 = """
protocols {{
  imap = yes
}}
ssl_server_cert_file = {home}/cert.pem
ssl_server_key_file = {home}/key.pem
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {home}/mail/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {home}/mail/%{{user}}
  }}
}}
"""


@dataclass(frozen=True)
class ImapServer:
    """Where the server listens, where it keeps mails, and the certificate it shows."""

    home: Path
    port: int
    tls_port: int
    takes_tokens: bool = False

    @property
    def certificate(self) -> Path:
        return self.home / "cert.pem"


@contextmanager
def imap_server():
    """Run Dovecot in a folder of its own, as whoever runs the tests; skip where it is not there.

    Not in pytest's: what that closes to others, Dovecot's own users cannot read.
    """
    program = shutil.which("dovecot", path=PATH)
    if not program:
        _no_server("Dovecot is not installed")
    with tempfile.TemporaryDirectory(prefix="dovecot-") as home:
        yield from _running(Path(home), program)


def _running(home: Path, program: str):
    is_new = _version(program) >= (2, 4)
    server = ImapServer(home, free_port(), free_port(), takes_tokens=not is_new)
    make_certificate(home)
    config = home / "dovecot.conf"
    config.write_text(_configuration(server, is_new=is_new))
    if server.takes_tokens:
        (home / "oauth2.conf").write_text(OAUTH2.format(home=home))
        keys = home / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(KEY_OF_TOKENS))
    with subprocess.Popen(
        [program, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()


def _version(program: str) -> tuple[int, int]:
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    major, minor = (int(part) for part in version.stdout.split()[0].split(".")[:2])
    return major, minor


def _configuration(server: ImapServer, *, is_new: bool) -> str:
    is_root = os.geteuid() == 0
    owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    me = pwd.getpwuid(os.geteuid()).pw_name
    mails = server.home / "mail"
    mails.mkdir()
    if is_root:  # which Dovecot lets write no mail
        server.home.chmod(0o711)
        os.chown(mails, owner.pw_uid, owner.pw_gid)
    head = ""
    if is_new:
        head = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
    own = SINCE_2_4 if head else BEFORE_2_4
    return head + (COMMON + own).format(
        home=server.home,
        mechanisms="plain xoauth2" if server.takes_tokens else "plain",
        port=server.port,
        tls_port=server.tls_port,
        password=PASSWORD,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        internal="dovecot" if is_root else me,
        internal_group="dovecot" if is_root else _group_of(owner.pw_gid),
        login="dovenull" if is_root else me,
    )


def _group_of(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _wait_for(server: ImapServer, process: subprocess.Popen) -> None:
    for _ in range(200):
        if process.poll() is not None:
            _no_server(f"Dovecot does not start: {process.stderr.read().decode()[:300]}")
        try:
            with socket.create_connection(("127.0.0.1", server.port), 1) as talk:
                if talk.recv(4) == b"* OK":
                    return
        except OSError:
            pass
        time.sleep(0.05)
    _no_server("Dovecot does not answer")


def _no_server(why: str) -> None:
    if os.environ.get("IMAP_TESTS") == "required":
        pytest.fail(f"{why}, and IMAP_TESTS=required", pytrace=False)
    pytest.skip(f"{why}, so no mailbox is read")


def make_certificate(home: Path) -> None:
    """Write a key and a certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (home / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (home / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


class TestBox:
    """One user's mailbox, filled and looked into from outside."""

    __test__ = False

    def __init__(self, server: ImapServer, user: str):
        self.server, self.user = server, user

    def url(self, *, password=PASSWORD, query="", folder="INBOX") -> str:
        secret = password.replace("Å", "%C3%85")
        return f"imap://{self.user}:{secret}@127.0.0.1:{self.server.port}/{folder}{query}"

    def passwordless(self) -> str:
        return f"imap://{self.user}@127.0.0.1:{self.server.port}/INBOX"

    def tls_url(self) -> str:
        return (
            self.url()
            .replace("imap:", "imaps:")
            .replace(str(self.server.port), str(self.server.tls_port))
        )

    @contextmanager
    def open(self):
        with MailBoxUnencrypted("127.0.0.1", self.server.port) as box:
            yield box.login_utf8(self.user, PASSWORD)

    def put(self, *mails: bytes) -> None:
        """Let mails arrive."""
        with self.open() as box:
            for mail in mails:
                box.append(mail, "INBOX")

    def subjects(self, folder="INBOX") -> list[str]:
        """Return what lies in a folder; nothing where there is none."""
        with self.open() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            return [mail.subject for mail in box.fetch(mark_seen=False)]

    def place_of(self, folder: str) -> Path:
        """Return where the server keeps a folder whose name begins so."""
        (found,) = (self.server.home / "mail" / self.user).glob(f".{folder}*")
        return found


@contextmanager
def stubborn(box: TestBox, command: str, answer: str):
    """Stand before a box's server and answer a client's commands that match by NO or BAD.

    Give the address to read the box by; all else goes to the real server and back.
    """
    with socket.create_server(("127.0.0.1", 0)) as door:
        talk = threading.Thread(target=_talk, args=(door, box.server.port, command, answer))
        talk.start()
        port = door.getsockname()[1]
        try:
            yield box.url().replace(str(box.server.port), str(port))
        finally:
            talk.join(30)


def _talk(door: socket.socket, port: int, command: str, answer: str) -> None:
    client, _ = door.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=_pour, args=(server, client))
        back.start()
        for line in client.makefile("rb"):
            if re.search(command.encode(), line):
                client.sendall(line.split()[0] + f" {answer}\r\n".encode())
            else:
                server.sendall(line)
        server.shutdown(socket.SHUT_WR)
        back.join(30)


def _pour(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65_536):
        target.sendall(data)
