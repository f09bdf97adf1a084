"""Reading a page's markup."""

import re

from lxml import html

_STEP = re.compile(r"([a-z0-9]*)((?:\.[\w-]+|\[[^\]]+\])*)")


def parse(response):
    """Return the tree of a response, or of a text."""
    return html.fromstring(response if isinstance(response, str) else response.content.decode())


def select(tree, selector: str) -> list:
    """Find what a simple CSS selector names: 'thead th.num[aria-sort] a'."""
    return tree.xpath("." + "".join(f"//{_xpath(step)}" for step in selector.split()))


def text(element) -> str:
    """Return an element's text with single spaces."""
    return " ".join(element.text_content().split())


def _xpath(step: str) -> str:
    tag, conditions = _STEP.fullmatch(step).groups()
    found = tag or "*"
    for css, attribute in re.findall(r"\.([\w-]+)|\[([^\]]+)\]", conditions):
        if css:
            found += f"[contains(concat(' ', @class, ' '), ' {css} ')]"
        else:
            name, _, value = attribute.partition("=")
            found += f"[@{name}='{value}']" if value else f"[@{name}]"
    return found
