from typing import cast

from django import forms

from albertslund_it.web.forms.fields import PlainForm
from inventory.models import ListPreset
from inventory.presets.selectors import presets_like, roles_to_share_with


class PresetForm(PlainForm, forms.ModelForm):
    """The name of what a list shows, and who sees it beside whoever saves it."""

    class Meta:
        model = ListPreset
        fields = ["name", "role", "in_menu"]
        labels = {"name": "Navn", "role": "Vis den også for", "in_menu": "Vis den i menuen"}
        error_messages = {"name": {"required": "Giv visningen et navn."}}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        role = cast(forms.ModelChoiceField, self.fields["role"])
        role.queryset = roles_to_share_with(user, self.instance)
        role.empty_label = "Kun mig"
        role.help_text = "Hver ser den med sine egne rettigheder, også når I deler den."

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        kept = self.instance
        if kept.pk and presets_like(kept).filter(name=name).exists():
            raise forms.ValidationError("Du har allerede en visning med det navn. Vælg et andet.")
        return name

    def _get_validation_exclusions(self):
        # One of the same name is replaced, and so no fault.
        excluded = super()._get_validation_exclusions()  # type: ignore[misc]  # unknown to the stubs
        return excluded | {"owner", "list_name"}
