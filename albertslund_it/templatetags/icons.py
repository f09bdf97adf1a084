"""Bootstrap Icons, drawn in the page: no file to fetch, and they take the colour of the text."""

from functools import cache
from importlib.resources import files

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
DRAWINGS = files("js_lib_bootstrap_icons") / "static" / "bootstrap-icons"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Return a drawing of the packaged set; what it says must stand beside it as text."""
    drawing = (DRAWINGS / f"{name}.svg").read_text()
    shapes = drawing.partition(">")[2].rpartition("</svg>")[0].strip()
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', SafeString(shapes)
    )
