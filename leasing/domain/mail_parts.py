"""The parts of a mail: its head, what is written, the signature, and what is only quoted.

Line by line, each looked at for its first characters only, so that no text takes long.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 20_000
HEAD, SUBJECT, BODY, SIGNATURE, QUOTED = "head", "subject", "body", "signature", "quoted"
OUTER = "outer"  # of a mail that only forwards another
LOOKED_AT = 300  # of a line

KEY = r"(fra|til|cc|bcc|emne|sendt|dato|besvar til|from|to|subject|sent|date|reply-to)"
HEADING = re.compile(rf"[\s>*]*{KEY}\s*\*?\s*:", re.I)
FROM = ("fra", "from")
SUBJECTS = ("emne", "subject")
ANSWERED = re.compile(r"\s*(sv|re|vs|fw|fwd|aw)\s*:", re.I)
FORWARDED = re.compile(
    r"\b(?:nedenfor|nedenstående|nedenunder|herunder|videresend\w*|(?:vs|fw|fwd)\s*:)", re.I
)
AUTOMATIC = re.compile(
    r"automatisk svar|autosvar|auto-?reply|automatic reply|out of office|fraværsbesked|"
    r"jeg (?:er|holder) (?:desværre )?(?:ikke på kontoret|ferie|på ferie|på barsel|fraværende)",
    re.I,
)
GREETING = re.compile(
    r"(?:(?<=\s)|^)(?:(?:med )?(?:venlig|mange|bedste|kærlig|kærlige|de bedste|gode|hjertelig)"
    r" hils(?:en|ner)|hils(?:en|ner)|mvh|m\.v\.h|vh|kh|dbh|best regards|kind regards)\b|"
    r"^--\s*$|^\s*sendt fra min |^get outlook|^hent outlook",
    re.I,
)
FORWARDS = re.compile(
    r"[\s>*]*(?:emne|subject)\s*\*?\s*:\s*(?:vs|fw|fwd)\s*:|"
    r"[\s>]*(?:[-_*]{2,}\s*)?(?:videresendt|forwarded|start på videresendt|begin forwarded)",
    re.I,
)
MARKS = re.compile(r"^(?:[ \t]*>)+", re.M)
POSTSCRIPT = re.compile(r"\s*p\.?\s?s\.?\b", re.I)
RULER = re.compile(
    r"[\s>]*(?:[-_*]{2,}\s*(?:oprindelig|original|videresendt|forwarded)|_{8,}\s*$|"
    r"start på videresendt|begin forwarded)",
    re.I,
)
WROTE = re.compile(
    r"[\s>]*(?:den|on|d\.|man|tir|ons|tor|fre|lør|søn)\b.{4,200}(?:skrev|wrote)\b", re.I
)
QUOTE = re.compile(r"\s*(?:>|&gt;|\|\s)")
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,10})(?:\s[^<>]{0,300})?/?>")
ENTITY = re.compile(r"&(?:nbsp|amp|quot|lt|#160|#xa0);")
BREAKS = ("br", "p", "div", "li", "tr", "td", "table", "ul", "body", "html")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a mail, from a character until another, and what it is."""

    start: int
    end: int
    kind: str


def plain(text: str) -> str:
    """Return the part of a text that is read, with spaces in the place of what HTML left."""
    text = text[:MOST_CHARACTERS].replace("\r", " ")
    text = TAG.sub(_space, text)
    return ENTITY.sub(lambda found: " " * len(found[0]), text)


def _space(found: re.Match[str]) -> str:
    is_break = found[1].lower() in BREAKS
    return ("\n" if is_break else " ") + " " * (len(found[0]) - 1)


def parts_of(text: str) -> list[Part]:
    """Divide a text, as `plain` gives it, into its parts."""
    lines = list(_lines(text))
    parts: list[Part] = []
    index = _top(lines, parts)
    state = BODY
    while index < len(lines):
        start, line = lines[index]
        if _quotes_from_here(lines, index):
            parts.append(Part(start, len(text), QUOTED))
            break
        end, looked_at = start + len(line), line[:LOOKED_AT]
        if QUOTE.match(looked_at):
            parts.append(Part(start, end, QUOTED))
        elif state == BODY and (found := GREETING.search(looked_at)):
            cut = start + found.start()
            parts += [Part(start, cut, BODY), Part(cut, end, SIGNATURE)]
            state = SIGNATURE
        else:
            if state == SIGNATURE and POSTSCRIPT.match(looked_at):
                state = BODY
            parts.append(Part(start, end, state))
        index += 1
    return _joined(part for part in parts if part.end > part.start)


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Put lines of one kind together; those of the head stay apart, for each says another thing."""
    found: list[Part] = []
    for part in parts:
        if found and part.kind == found[-1].kind != HEAD:
            part = Part(found.pop().start, part.end, part.kind)
        found.append(part)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _top(lines: Sequence[tuple[int, str]], parts: list[Part]) -> int:
    """Note the head that a mail begins with; return the line after it."""
    index = 0
    while index < len(lines) and not lines[index][1].strip():
        index += 1
    length = _head_at(lines, index)
    for start, line in lines[index : index + length]:
        found = HEADING.match(line[:LOOKED_AT])
        is_subject = found and found[1].lower() in SUBJECTS
        if found and is_subject and not ANSWERED.match(line, found.end()):
            parts += [
                Part(start, start + found.end(), HEAD),
                Part(start + found.end(), start + len(line), SUBJECT),
            ]
        else:
            parts.append(Part(start, start + len(line), HEAD))
    return index + length


def _head_at(lines: Sequence[tuple[int, str]], index: int) -> int:
    """Return how many lines from one on are the head of a mail; 0 where it is none."""
    keys, length, has_address = set(), 0, False
    for _, line in lines[index : index + 30]:
        found = HEADING.match(line[:LOOKED_AT])
        if found:
            keys.add(found[1].lower())
        elif not (keys and line[:1] in " \t" and "@" in line):  # addresses go on
            break
        has_address = has_address or "@" in line
        length += 1
    return length if len(keys) > 1 or (keys and has_address) else 0


def _quotes_from_here(lines: Sequence[tuple[int, str]], index: int) -> bool:
    line = lines[index][1][:LOOKED_AT]
    if RULER.match(line):
        return True
    following = lines[index + 1][1][:LOOKED_AT] if index + 1 < len(lines) else ""
    both = f"{line} {following}"[: 2 * LOOKED_AT]
    if line.strip() and WROTE.match(both):
        return bool(re.search(r"\d", both) and re.search(r":\s*$|@", both))
    keys = {found[1].lower() for found in [HEADING.match(line)] if found}
    return bool(keys.intersection(FROM)) and _head_at(lines, index) > 1


def forwarded_at(text: str, parts: Sequence[Part]) -> int | None:
    """Return where the mail begins that another forwards, with its head; None where none does."""
    quoted = next((part for part in parts if part.kind == QUOTED), None)
    if quoted is None:
        return None
    said = [text[part.start : part.end] for part in parts if part.kind == HEAD]
    beginning = text[quoted.start : quoted.start + LOOKED_AT].split("\n")[:2]
    if not any(FORWARDS.match(line) for line in (*said, *beginning)):
        return None
    lines = list(_lines(text[quoted.start :]))
    for index in range(min(len(lines), 12)):
        found = HEADING.match(lines[index][1][:LOOKED_AT])
        if found and found[1].lower() in FROM and _head_at(lines, index):
            return quoted.start + lines[index][0]
    return None


def without_marks(text: str, start: int) -> str:
    """Return a text whose quoted lines from a place on stand as they were written, no shorter."""
    return text[:start] + MARKS.sub(lambda found: " " * len(found[0]), text[start:])


def paragraphs_of(text: str, parts: Sequence[Part]) -> list[list[Part]]:
    """Return what is quoted, paragraph by paragraph, without its heads and signatures."""
    found: list[list[Part]] = [[]]
    for part in parts:
        if part.kind != QUOTED:
            continue
        is_signed = False
        for start, line in _lines(text[part.start : part.end]):
            mark = QUOTE.match(line[:LOOKED_AT])
            said = line[mark.end() :] if mark else line
            begins = part.start + start + len(line) - len(said)
            if not said.strip():
                found.append([])
                is_signed = False
            elif (
                HEADING.match(said[:LOOKED_AT])
                or RULER.match(said)
                or WROTE.match(said[:LOOKED_AT])
            ):
                continue
            elif not is_signed:
                greeting = GREETING.search(said[:LOOKED_AT])
                end = begins + (greeting.start() if greeting else len(said))
                found[-1].append(Part(begins, end, BODY))
                is_signed = bool(greeting)
    return [paragraph for paragraph in found if paragraph]
