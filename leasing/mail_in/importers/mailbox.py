"""The helpdesk's mailbox over IMAP: what lies in it, one mail at a time, and where each is left.

Nothing is asked for by a number that the server may give anew: all that lies in the folder is
looked at, and what is done with lies in another.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imap_tools import (
    BaseMailBox,
    MailBox,
    MailboxFetchError,
    MailboxLoginError,
    MailBoxStartTls,
    MailBoxUnencrypted,
)
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError

from albertslund_it.common.errors import Refused
from albertslund_it.common.urls import ImapAddress
from leasing.mail_in.importers.tokens import access_token

TIMEOUT = 30  # seconds without a word from the server
MOST_BYTES = 25 * 1024 * 1024  # of a mail; a larger one is not fetched
MOST_OF_A_HEAD = 64 * 1024
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
BROKEN_OFF = (
    "Forbindelsen til mailserveren blev afbrudt. Det, der er indlæst, er gemt; resten ligger i "
    "postkassen. Kør kommandoen igen."
)
WENT_WRONG = (
    "Mailserveren svarede ikke, som den skal. Det, der er indlæst, er gemt; resten ligger i "
    "postkassen. Kør kommandoen igen."
)
NOT_KNOWN = (
    "Mailserveren afviser brugeren »{user}« eller adgangskoden. Se efter i IMAP_URL; tegn som @ / "
    "# : og % skrives der med procent, fx %40 for @."
)
NOT_LET_IN = (
    "Mailserveren lukker ikke systemet ind i »{user}«, selv om det fik en token. Giv appen adgang "
    "til netop den postkasse, og lad IMAP være slået til for den."
)


@dataclass(frozen=True, slots=True)
class MailInBox:
    """A mail that lies in the mailbox: its bytes, or only its head where it is too large.

    `is_held_back` where the server will not deliver it.
    """

    uid: str
    size: int
    data: bytes
    is_whole: bool
    is_held_back: bool = False


class OpenMailbox:
    """The folder that is read, while the connection stands."""

    def __init__(self, box: BaseMailBox):
        self._box = box
        _, found = box.client.response("UIDVALIDITY")  # said when the folder was opened
        self._validity = str(found[0])

    def count(self) -> int:
        return len(self._box.uids())

    def mails(self, most: int) -> Iterator[MailInBox]:
        """Yield the mails of the folder, the oldest first; none that has gone meanwhile.

        What the server will not deliver stands in the way of none behind it.
        """
        for uid in self._box.uids():
            if most <= 0:
                return
            try:
                found = self._mail(uid)
            except imaplib.IMAP4.abort:
                raise
            except (MailboxFetchError, imaplib.IMAP4.error):
                yield MailInBox(uid, 0, b"", is_whole=False, is_held_back=True)
                continue
            if found is not None:
                most -= 1
                yield found

    def key_of_place(self, uid: str) -> str:
        """Return what a mail is known by as long as it lies here, whatever is in it."""
        return f"{self._validity}/{uid}"

    def _mail(self, uid: str) -> MailInBox | None:
        size = self._size(uid)
        if size is None:
            return None
        is_whole = size <= MOST_BYTES
        part = "BODY.PEEK[]" if is_whole else f"BODY.PEEK[HEADER]<0.{MOST_OF_A_HEAD}>"
        data = self._fetched(uid, f"({part})")
        found = next((one[1] for one in data if isinstance(one, tuple)), None)
        return None if found is None else MailInBox(uid, size, found, is_whole)

    def _size(self, uid: str) -> int | None:
        for one in self._fetched(uid, "(RFC822.SIZE)"):
            found = SIZE.search(one if isinstance(one, bytes) else b"")
            if found:
                return int(found[1])
        return None

    def _fetched(self, uid: str, parts: str) -> list[bytes | tuple[bytes, bytes] | None]:
        status, data = self._box.client.uid("FETCH", uid, parts)
        if status != "OK":
            raise MailboxFetchError((status, data), "OK")
        return data

    def put(self, uid: str, folder: str) -> bool:
        """Move a mail to another folder; return False where it still lies here afterwards."""
        try:
            self._box.move([uid], folder)
        except imaplib.IMAP4.abort:
            raise
        except (ImapToolsError, imaplib.IMAP4.error):
            return uid not in self._box.uids()
        return True


@contextmanager
def open_mailbox(address: ImapAddress) -> Iterator[OpenMailbox]:
    """Open a mailbox, with the folders that mails are left in made where they are missing.

    Raises:
        Refused: with why it cannot be read, or was lost on the way; never with a secret.
    """
    token = access_token(address.tokens) if address.tokens else ""
    try:
        box = _connected(address)
    except Refused:
        raise
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise Refused(_why_not_reached(address, error)) from None
    try:
        _log_in(box, address, token)
        _make_folders(box, address)
        yield OpenMailbox(box)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        is_lost = isinstance(error, (OSError, imaplib.IMAP4.abort))
        raise Refused(BROKEN_OFF if is_lost else WENT_WRONG) from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            box.logout()


def _connected(address: ImapAddress) -> BaseMailBox:
    context = ssl.create_default_context()
    if address.is_tls:
        return MailBox(address.host, address.port, TIMEOUT, ssl_context=context)
    if address.starts_tls:
        return MailBoxStartTls(address.host, address.port, TIMEOUT, ssl_context=context)
    return MailBoxUnencrypted(address.host, address.port, TIMEOUT)


def _log_in(box: BaseMailBox, address: ImapAddress, token: str) -> None:
    user, secret = address.user, token or address.password
    password = box.login if (user + secret).isascii() else box.login_utf8
    log_in = box.xoauth2 if token else password
    try:
        log_in(user, secret, initial_folder=None)
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        raise Refused((NOT_LET_IN if token else NOT_KNOWN).format(user=user)) from None
    try:
        box.folder.set(address.folder)
    except (MailboxFolderSelectError, imaplib.IMAP4.error):
        raise Refused(f"Postkassen har ingen mappe »{address.folder}« at læse.") from None


def _make_folders(box: BaseMailBox, address: ImapAddress) -> None:
    for name in (address.read_folder, address.other_folder):
        if box.folder.exists(name):
            continue
        with suppress(ImapToolsError):
            box.folder.create(name)
            box.folder.subscribe(name, True)
        if not box.folder.exists(name):  # another run may have made it meanwhile
            raise Refused(
                f"Mappen »{name}« findes ikke i postkassen og kan ikke oprettes. Opret den, eller "
                "vælg en anden med ?read= og ?other= i IMAP_URL. Intet er indlæst."
            )


def _why_not_reached(address: ImapAddress, error: Exception) -> str:
    place = f"{address.host}:{address.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"Mailserveren {place} viser et certifikat, der ikke kan godkendes "
            f"({error.verify_message}). Har kommunen sin egen udsteder, så sæt SSL_CERT_FILE til "
            "dens certifikat."
        )
    if isinstance(error, ssl.SSLError):
        return f"Mailserveren {place} taler ikke TLS på den port. Ret imaps:// eller porten."
    if isinstance(error, socket.gaierror):
        return f"Mailserveren »{address.host}« kan ikke findes. Ret navnet i IMAP_URL."
    if isinstance(error, TimeoutError):
        return f"Mailserveren {place} har ikke svaret i {TIMEOUT} sekunder. Prøv igen senere."
    if isinstance(error, OSError) and error.strerror:
        return f"Mailserveren {place} svarer ikke ({error.strerror}). Prøv igen senere."
    return f"Mailserveren {place} svarer ikke, som en IMAP-server skal. Ret adressen i IMAP_URL."
