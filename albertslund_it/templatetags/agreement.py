"""The hidden field that carries what a page showed; loaded in every template."""

from django import template
from django.utils.html import format_html

from albertslund_it.web.forms.agreement import FIELD, value_of

register = template.Library()


@register.simple_tag
def agreement(rows):
    """Write the hidden field of what the page shows, told as rows."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, value_of(rows))
