"""A form that carries what its page showed, so that a save is only of what differs from it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from albertslund_it.web.forms.fields import PlainForm


class SeenForm(PlainForm):
    """Mixin: `seen_fields` stands hidden in the page, and `was_seen` is what came back of it."""

    @property
    def seen_fields(self) -> SafeString:
        return format_html_join(
            "", "{}", ((self[name].as_hidden(only_initial=True),) for name in self.fields)
        )

    @property
    def was_seen(self) -> dict[str, Any]:
        """Return what each field showed; None for what came back as no value of the field."""
        return {name: self._seen(name) for name in self.fields}

    def _seen(self, name: str) -> Any:
        field = self.fields[name]
        hidden = field.hidden_widget()
        value = hidden.value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        try:
            return field.to_python(value)
        except ValidationError:
            return None
