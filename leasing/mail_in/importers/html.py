"""What a mail of HTML says, as text: nothing is fetched or run, and what is hidden left out."""

import re

from lxml import etree

MOST_CHARACTERS = 1_000_000  # of HTML; a mail's own text is far shorter
LEFT_OUT = frozenset(
    {
        *("script", "style", "head", "title", "template", "noscript", "object", "svg", "math"),
        *("select", "textarea", "iframe"),
    }
)
BLOCKS = frozenset(
    {
        *(
            "p",
            "div",
            "br",
            "tr",
            "table",
            "ul",
            "ol",
            "li",
            "pre",
            "blockquote",
            "section",
            "article",
        ),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "address", "dl", "dt", "dd"),
        *("center", "form", "hr"),
    }
)
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote"})
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
RULER = "_" * 20
SPACES = re.compile(r"[ \t\r\n\f\xa0\u200b\ufeff]+")


def text_of(html: str) -> str:
    """Return what a reader would see, line by line; what is quoted has '> ' before it."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    data = html[:MOST_CHARACTERS].replace("\x00", "").encode("utf-8", "replace")
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError:
        return ""
    return _written(root) if root is not None else ""


class _Lines:
    """The lines of a text, written from left to right; one empty line at most between two."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.quoted = 0
        self._now: list[str] = []

    def say(self, text: str) -> None:
        self._now.append(text)

    def end(self, *, leaves_room: bool = False) -> None:
        said = SPACES.sub(" ", "".join(self._now)).strip()
        self._now = []
        if said:
            self.done.append("> " * min(self.quoted, 5) + said)
        if leaves_room and self.done and self.done[-1]:
            self.done.append("")

    def break_(self) -> None:
        self.end(leaves_room=not "".join(self._now).strip())


def _written(root: etree._Element) -> str:
    lines = _Lines()
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if hidden is None and event == "start" and _is_hidden(element, tag):
            hidden = element
        if hidden is None:
            if event == "start":
                _open(lines, tag)
                lines.say(_flat(element.text))
            else:
                _close(lines, tag)
        if event == "end" and hidden in (None, element):
            hidden = None
            lines.say(_flat(element.tail))
    lines.end()
    return "\n".join(lines.done).strip()


def _is_hidden(element: etree._Element, tag: str) -> bool:
    return (
        tag in LEFT_OUT
        or element.get("hidden") is not None
        or bool(HIDDEN.search(element.get("style", "")[:500]))
    )


def _open(lines: _Lines, tag: str) -> None:
    if tag == "br":
        lines.break_()
    elif tag in BLOCKS:
        lines.end()
    lines.quoted += tag == "blockquote"
    lines.say("- " if tag == "li" else RULER if tag == "hr" else "")


def _close(lines: _Lines, tag: str) -> None:
    if tag in BLOCKS and tag != "br":
        lines.end(leaves_room=tag in PARAGRAPHS)
    lines.quoted -= tag == "blockquote"
    lines.say(" " if tag in ("td", "th") else "")


def _flat(text: str | None) -> str:
    return SPACES.sub(" ", text or "")
