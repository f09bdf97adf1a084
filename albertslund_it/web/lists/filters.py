"""What our filter sets share."""

import django_filters
from django import forms

from albertslund_it.web.forms.fields import PlainForm


class FilterSet(django_filters.FilterSet):
    """A filter set that shows nothing, rather than everything, when a filter cannot be read."""

    def hint(self, text: str) -> None:
        """Make the field `q` a search box that says what it finds."""
        field = self.form.fields["q"]
        field.css = "field-wide"
        field.widget = forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "autocomplete": "off",
                "placeholder": text,
            }
        )

    def get_form_class(self):
        fields = {name: one.field for name, one in self.filters.items()}
        return type("FilterForm", (PlainForm, forms.Form), fields)

    @property
    def qs(self):
        if self.is_bound and not self.form.is_valid():
            return self.queryset.none()
        return super().qs
