"""Fields in which a person, a unit or a device is chosen: a text or a select in any browser.

Where a script runs, `combobox.js` offers what fits under them while one types: those of a text are
asked for at the address in `data-suggest`, those of a select are its own options. What is sent is
the same in both cases, and the form reads it as ever.
"""

from typing import Any

from django import forms
from django.urls import reverse

from albertslund_it.web.forms.fields import PlainSelect

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class _Suggesting(forms.Widget):
    """Says at which address there are suggestions for what is typed."""

    def __init__(self, address: str = "", query: str = "", **attributes: Any):
        super().__init__({**PLAIN, **attributes})
        self.address, self.query = address, query

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        attributes = super().build_attrs(base_attrs, extra_attrs)
        return {**attributes, "data-suggest": reverse(self.address) + self.query}


class PersonInput(_Suggesting, forms.TextInput):
    """Initials or a name: 'Anna Berg (anbe)' is written in, or the initials alone.

    With `data-also`, the id of a hidden field, that field holds the id of who was chosen.
    """

    def __init__(self, *, only_initials: bool = False, **attributes: Any):
        query = "?skriv=initialer" if only_initials else ""
        says = "Initialer eller navn"
        super().__init__(
            "suggest-people", query, **{"placeholder": says, "data-first": True, **attributes}
        )


class DeviceInput(_Suggesting, forms.TextInput):
    """A serial number, found by a part of it or by whoever has the device."""

    def __init__(self, *, stock_first: bool = False, **attributes: Any):
        super().__init__("suggest-devices", "?foerst=lager" if stock_first else "", **attributes)


class DevicesArea(DeviceInput, forms.Textarea):
    """Serial numbers, any number of them; each is found as it is typed."""

    template_name = forms.Textarea.template_name  # a field of one line would join the lines


class WritableSelect(PlainSelect):
    """One of many, a unit or a user: a select in which one can also write."""

    def __init__(self, attrs: Any = None, choices: Any = ()):
        super().__init__({"data-choose": True, **(attrs or {})}, choices)
