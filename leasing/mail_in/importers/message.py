"""A mail's bytes read: who wrote it, what it says, its files, and whether a machine wrote it.

Everything in it is a stranger's. Headers and texts are decoded as far as they can be and never
trusted: no sign that the database or a page would stumble over is let through.
"""

import codecs
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from albertslund_it.common.signs import without_unseen
from albertslund_it.web.mail_addresses import is_mail
from leasing.domain.mail_reading import MOST_CHARACTERS
from leasing.mail_in.importers.html import text_of

MOST_FILES, MOST_PARTS, DEEPEST = 30, 500, 4
LONGEST_SUBJECT, LONGEST_NAME = 200, 100
CUT = "\n\n(Mailen er længere. Læs resten i postkassen.)"
FORWARD = "---------- Videresendt mail ----------"
# A mail that only its receiver's key opens, or whose text lies inside its signature.
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
SEALED_TOLD = (
    "(Mailen er krypteret eller forseglet med en signatur, så teksten kan ikke læses her. "
    "Læs mailen i postkassen, og skriv bestillingen af, eller bed afsenderen sende den uden.)"
)
# Codecs that are no texts' alphabet are left alone: some take minutes for a long text.
ALPHABET = re.compile(r"utf|iso8859|cp\d|ascii|koi8|mac|gb|big5|euc|shift|hz", re.I)
BY_MACHINES = re.compile(
    r"\s*(automatisk svar|autosvar|auto-?reply|automatic reply|out of office|fraværsbesked|"
    r"ikke til stede|undeliver|kan ikke leveres|delivery status)",
    re.I,
)
BROKEN = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file as it lies in a mail."""

    name: str
    data: bytes


@dataclass(slots=True)
class ReadMessage:
    """A mail as it is read; `automatic` says why it is no person's, '' where it is."""

    key: str
    earlier: list[str] = field(default_factory=list)
    name: str = ""
    address: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    body: str = ""
    files: list[AttachedFile] = field(default_factory=list)
    files_left: int = 0
    automatic: str = ""

    @property
    def sender(self) -> str:
        return f"{self.name} <{self.address}>" if self.name and self.address else self._either

    @property
    def _either(self) -> str:
        return self.name or self.address

    @property
    def text(self) -> str:
        """Return the mail as somebody would have pasted it: its head, then what it says."""
        head = f"Fra: {self.sender}\nEmne: {self.subject}\n\n"
        room = MOST_CHARACTERS - len(head)
        if len(self.body) > room:
            return head + self.body[: room - len(CUT)] + CUT
        return head + self.body


def read_message(data: bytes, own: Collection[str] = ()) -> ReadMessage:
    """Read a mail; `own` are the addresses that the system itself writes from.

    Raises:
        ValueError: when nothing can be made of it.
    """
    try:
        message = message_from_bytes(data)
        read = read_head(message, len(data))
        read.automatic = _why_automatic(message, read, own)
        if not read.automatic:
            texts: list[str] = []
            _take_parts(message, read, texts, 0)
            read.body = _plain_signs("\n\n".join(filter(None, texts))).strip()
    except BROKEN:
        raise ValueError("Mailens opbygning er i stykker.") from None
    return read


def read_head(message: Message, size: int) -> ReadMessage:
    """Read who wrote a mail, when, and what tells it from all others."""
    heads = _heads(message)
    name, address = parseaddr(heads.get("from", ""))
    read = ReadMessage(key="")
    read.name = _one_line(_words(name))[:LONGEST_NAME].strip()
    read.address = _address(address)
    read.subject = _one_line(_words(heads.get("subject", "")))[:LONGEST_SUBJECT].strip()
    read.sent_at = _moment(heads.get("date", ""))
    own = heads.get("message-id", "").strip()
    alone = "\n".join(heads.get(name, "") for name in ("from", "to", "date", "subject"))
    read.key = key_of(own) if own else key_of(f"{alone}\n{size}")
    earlier = f"{heads.get('in-reply-to', '')} {heads.get('references', '')}"
    read.earlier = [key_of(one) for one in re.findall(r"<[^<>\s]{1,500}>", earlier[:20_000])][-20:]
    return read


def key_of(message_id: str) -> str:
    """Return what a mail is remembered by: it tells nothing of who wrote it."""
    return hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()


def _heads(message: Message) -> dict[str, str]:
    """Return the first header of each name, with what is not ASCII read as it was meant."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), _unfolded(str(value)[:50_000]))
    return found


def _unfolded(value: str) -> str:
    data = value.encode("utf-8", "surrogateescape")
    return re.sub(r"\s*[\r\n]+\s*", " ", _decoded(data, "utf-8"))


def _words(value: str) -> str:
    """Decode a header's encoded words; one that cannot be stays as it is."""
    try:
        parts = decode_header(value)
        return "".join(
            one if isinstance(one, str) else _decoded(one, charset or "utf-8")
            for one, charset in parts
        )
    except BROKEN:
        return value


def _decoded(data: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            codec = codecs.lookup(name.strip("\"' ")[:40]).name
            if ALPHABET.match(codec):
                return data.decode(codec)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _plain_signs(text: str) -> str:
    """Return a text without signs that are not seen, and with one kind of line break."""
    return without_unseen(text.replace("\r\n", "\n").replace("\r", "\n"))


def _one_line(text: str) -> str:
    return " ".join(_plain_signs(text).split())


def _address(typed: str) -> str:
    found = _one_line(_words(typed))
    return found if is_mail(found) else ""


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC) if 1990 < moment.year < 2200 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _why_automatic(message: Message, read: ReadMessage, own: Collection[str]) -> str:
    """Say what tells that no person wrote a mail to the helpdesk; '' where nothing does."""
    heads = _heads(message)
    said = {name: heads.get(name, "").strip().lower() for name in ("auto-submitted", "precedence")}
    kinds = {part.get_content_type() for part in _first_parts(message)}
    reasons = (
        (read.address.lower() in {one.lower() for one in own if one}, "Fra postkassen selv"),
        (
            "multipart/report" in kinds or heads.get("return-path", "?").strip() == "<>",
            "Besked fra en mailserver",
        ),
        (said["auto-submitted"] not in ("", "no"), "Automatisk svar"),
        (
            bool({"x-autoreply", "x-autorespond"} & heads.keys())
            or said["precedence"] in ("auto_reply", "auto-reply"),
            "Automatisk svar",
        ),
        (bool({"list-id", "list-unsubscribe"} & heads.keys()), "Fra en mailingliste"),
        (said["precedence"] in ("bulk", "junk", "list"), "Masseudsendt"),
        (bool(BY_MACHINES.match(read.subject)), "Automatisk svar"),
        ("text/calendar" in kinds, "Mødeindkaldelse"),
    )
    return next((why for holds, why in reasons if holds), "")


def _first_parts(message: Message) -> Iterator[Message]:
    yield message
    for part in _parts_in(message)[:10]:
        yield part
        if part.get_content_type() == "multipart/alternative":
            yield from _parts_in(part)[:10]


def _parts_in(part: Message) -> list[Message]:
    inside = part.get_payload() if part.is_multipart() else None
    return [one for one in inside if isinstance(one, Message)] if isinstance(inside, list) else []


def _take_parts(part: Message, read: ReadMessage, texts: list[str], depth: int) -> None:
    """Take what a part says and brings; of the same thing said in several ways, the plainest."""
    kind = part.get_content_type()
    if kind in SEALED:
        texts.append(SEALED_TOLD)
    if kind == "message/rfc822":
        _take_forwarded(part, read, texts, depth)
    elif part.is_multipart():
        if depth >= DEEPEST * 3:
            return
        parts = _parts_in(part)[:MOST_PARTS]
        if kind == "multipart/alternative":
            parts = _plainest(parts)
        for one in parts:
            _take_parts(one, read, texts, depth + 1)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        texts.append(_text_in(part, kind))
    else:
        _take_file(part, read)


def _plainest(parts: list[Message]) -> list[Message]:
    for part in parts:
        if part.get_content_type() == "text/plain" and _text_in(part, "text/plain").strip():
            return [part]
    return [part for part in parts if part.get_content_type() != "text/plain"][-1:]


def _text_in(part: Message, kind: str) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    text = _decoded(data[:4_000_000], str(part.get_content_charset() or "utf-8"))
    return text_of(text) if kind == "text/html" else text[:1_000_000]


def _take_forwarded(part: Message, read: ReadMessage, texts: list[str], depth: int) -> None:
    """Take a mail that lies in a mail as if it had been forwarded in the text."""
    inner = next(iter(_parts_in(part)), None)
    if inner is None or depth >= DEEPEST:
        return
    head = read_head(inner, 0)
    texts.append(f"{FORWARD}\nFra: {head.sender}\nEmne: {head.subject}\n")
    _take_parts(inner, read, texts, depth + 1)


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _take_file(part: Message, read: ReadMessage) -> None:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return
    if len(read.files) >= MOST_FILES:
        read.files_left += 1
        return
    name = _one_line(_words(part.get_filename() or ""))[:LONGEST_NAME]
    read.files.append(AttachedFile(name or part.get_content_type(), data))
