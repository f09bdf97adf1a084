"""Parts that many pages share; loaded in every template."""

from itertools import groupby
from urllib.parse import quote, urlencode

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from albertslund_it.help.topics import topics_like, topics_of
from inventory.acts.presenters import UNDO
from leasing.orders.presenters.queues import PREFIX as QUEUE

register = template.Library()


@register.simple_tag
def url_with(name, **query):
    """Return the address of a page with what it is asked for; what is empty is left out."""
    asked = {key: value for key, value in query.items() if value not in (None, "")}
    written = urlencode(asked, safe="/", quote_via=quote)  # as the filter `urlencode` writes it
    return f"{reverse(name)}?{written}"


@register.simple_tag(takes_context=True)
def help_topics(context, typed):
    """Return the help that says what is typed, of what the user does."""
    return topics_like(typed, topics_of(context["request"].user))


@register.simple_block_tag
def crumbs(content, here=""):
    """Return the way to a page: its parents as list items, and the page's own name."""
    own = format_html('<li aria-current="page">{}</li>', here) if here else ""
    return format_html(
        '<nav aria-label="Brødkrummer"><ol class="crumbs">{}{}</ol></nav>', content, own
    )


@register.simple_block_tag
def data_table(content, label, caption=""):
    """Return a table that scrolls by itself where the window is narrow."""
    if caption:
        caption = format_html('<caption class="visually-hidden">{}</caption>', caption)
    return format_html(
        '<div class="table-wrap" tabindex="0" role="group" aria-label="{}">'
        '<table class="data">{}{}</table></div>',
        label,
        caption,
        content,
    )


@register.simple_tag
def opened_cells(amounts):
    """Return the cells of amounts as written, each a link to what is under it, where it has one."""
    # A budget sheet has thousands: `format_html` for each is half of what its rows cost.
    return SafeString("".join([f'<td class="num">{_opened(*one)}</td>' for one in amounts]))


def _opened(written, address):
    text = conditional_escape(written)
    return f'<a href="{escape(address)}">{text}</a>' if address else text


@register.filter
def by_group(field):
    """Return the boxes of a field of many choices as (group, its boxes); '' where it has none."""
    names = [
        name if isinstance(of, list | tuple) else "" for name, of in field.field.widget.choices
    ]
    boxes = groupby(field.subwidgets, key=lambda box: int(str(box.data["index"]).split("_")[0]))
    return [(names[index], list(found)) for index, found in boxes]


@register.filter
def pairs(query):
    """Return what an address asks, each name with its values; `lists` itself may be such a name."""
    return query.lists()


@register.filter
def undoable(message):
    """Return the id of the act that a message tells of and offers to undo; '' where it does not."""
    return _tagged(message, UNDO)


@register.filter
def followed_by(message):
    """Return the queue whose next job follows what a message tells of; '' where none does."""
    return _tagged(message, QUEUE)


def _tagged(message, prefix):
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), "")


@register.inclusion_tag("web/working.html")
def working(ident, text, address="?vis=beregning"):
    """Return what stands in a part of a page until the page has worked it out."""
    return {"ident": ident, "text": text, "address": address}
