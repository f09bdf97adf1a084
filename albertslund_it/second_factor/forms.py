from django import forms

from albertslund_it.web.forms.fields import PlainForm


class CodeForm(PlainForm, forms.Form):
    """The code that a phone shows, or one of those that work once."""

    code = forms.CharField(
        label="Kode",
        max_length=20,
        help_text="De seks cifre fra din telefon, eller en nødkode på ti cifre.",
        error_messages={"required": "Skriv koden."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound:  # the summary of what is wrong is to be read first
            del self.fields["code"].widget.attrs["autofocus"]


class NewPhoneForm(CodeForm):
    """The first code of a new phone."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "De seks cifre, som telefonen viser nu."
        self.fields["code"].widget.attrs.pop("autofocus", None)
