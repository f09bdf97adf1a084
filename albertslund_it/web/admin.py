"""What our pages in Django's admin share."""

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.shortcuts import redirect
from django.utils.html import format_html

from albertslund_it.common.money import format_kroner
from albertslund_it.web.forms.fields import KronerField, put_in_words
from albertslund_it.web.forms.validators import validate_year

BROKEN = "Det kan ikke lade sig gøre: ændringen bryder en regel i databasen. Intet er gemt."
IN_USE = "Rækken kan ikke slettes, for andet bygger på den. Intet er slettet."


class OurAdmin(admin.ModelAdmin):
    """A model's pages: amounts in kroner, and a sentence where the database says no."""

    list_per_page = 50
    show_full_result_count = False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name.endswith("_ore"):
            return kroner_field(db_field)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            put_in_words(field)
        if isinstance(field, forms.DateField):
            field.validators.append(validate_year)
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Make the form say what the database refused, with all that was typed still in it."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", "")
        return type(form.__name__, (_RefusedForm, form), {"refusal": refusal}) if refusal else form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (IntegrityError, ProtectedError) as error:
            request.refusal = sentence_of(error)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except (IntegrityError, ProtectedError) as error:
            messages.error(request, sentence_of(error))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except (IntegrityError, ProtectedError) as error:
            messages.error(request, sentence_of(error))
            return redirect(request.get_full_path())


def sentence_of(error: Exception) -> str:
    """Put a database error in a sentence; a guard's own is one already."""
    if isinstance(error, ProtectedError):
        return IN_USE
    said = str(error).partition("\n")[0]
    return said if said.endswith(".") else BROKEN


class _RefusedForm(forms.BaseForm):
    refusal = ""

    def clean(self):
        super().clean()
        raise forms.ValidationError(self.refusal)


class ClosedAdmin(OurAdmin):
    """Something closed: to be read, never written."""

    actions = None

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class CorrectedElsewhere(OurAdmin):
    """Leads to the page where what is only to be read here is corrected, by its rules."""

    corrected_on = ""

    def address_of(self, row) -> str:
        raise NotImplementedError

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (name, options), *others = fieldsets
        link = format_html('<a href="{}">{}</a>', self.address_of(obj), self.corrected_on)
        return [(name, {**options, "description": link}), *others]


def kroner_field(db_field) -> KronerField:
    """Return the form field in kroner of a field in øre."""
    return KronerField(
        label=db_field.verbose_name.replace("(øre)", "(kr.)").capitalize(),
        required=not db_field.blank,
        help_text="Fx 5.590,66. Ekskl. moms.",
    )


def kroner(name: str, heading: str):
    """Return a column of the admin's lists that shows a field in øre as kroner."""

    @admin.display(description=heading, ordering=name)
    def shown(row):
        value = getattr(row, name)
        return "" if value is None else format_kroner(value)

    return shown
