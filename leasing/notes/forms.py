"""The form of a note."""

from django import forms

from albertslund_it.common.files.kept import KINDS
from albertslund_it.web.forms.fields import PlainForm
from leasing.models.note import LONGEST_NOTE


class NoteForm(PlainForm, forms.Form):
    """What is to be remembered, and perhaps a file."""

    text = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(
        label="Fil",
        required=False,
        allow_empty_file=True,  # it is refused with the words of the others
        help_text=f"{KINDS}, højst 20 MB. Vælg filen igen, hvis noget skal rettes.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.csv"}),
    )

    def __init__(self, *args, with_file: bool = True, **kwargs):
        super().__init__(*args, prefix="note", **kwargs)
        if not with_file:
            del self.fields["file"]
