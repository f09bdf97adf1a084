"""Parts that many pages share; loaded in every template."""

from urllib.parse import quote, urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def url_with(name, **query):
    """Return the address of a page with what it is asked for; what is empty is left out."""
    asked = {key: value for key, value in query.items() if value not in (None, "")}
    written = urlencode(asked, safe="/", quote_via=quote)  # as the filter `urlencode` writes it
    return f"{reverse(name)}?{written}"


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


@register.inclusion_tag("web/working.html")
def working(ident, text, address="?vis=beregning"):
    """Return what stands in a part of a page until the page has worked it out."""
    return {"ident": ident, "text": text, "address": address}
