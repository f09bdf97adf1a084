from django import forms
from django.contrib import admin
from django.urls import reverse

from albertslund_it.web.admin import CorrectedElsewhere, OurAdmin, kroner, kroner_field
from leasing.leases.services.corrections import faults_of_start
from leasing.models import FrameworkAgreement, Lease, LeasePrice, LeaseTerm, SubAgreement


@admin.register(FrameworkAgreement)
class FrameworkAgreementAdmin(OurAdmin):
    list_display = ["name", "starts_on"]
    search_fields = ["name"]


@admin.register(SubAgreement)
class SubAgreementAdmin(OurAdmin):
    list_display = ["number", "framework"]
    list_select_related = ["framework"]
    search_fields = ["number"]


@admin.register(LeasePrice)
class LeasePriceAdmin(OurAdmin):
    list_display = ["model", "starts_on", kroner("price_ore", "leasingpris"), "quarters", "source"]
    list_filter = ["model"]
    list_select_related = ["model"]


class LeaseToAgreementForm(forms.ModelForm):
    """Holds a lease to the framework agreement that it stands under."""

    def clean(self):
        super().clean()
        starts_on = self.cleaned_data.get("starts_on") or self.instance.starts_on
        agreement = self.cleaned_data.get("sub_agreement")
        if starts_on and agreement:
            at = "starts_on" if "starts_on" in self.fields else "sub_agreement"
            for fault in faults_of_start(Lease(sub_agreement=agreement), starts_on):
                self.add_error(at, fault)
        return self.cleaned_data


class LeaseTermInline(admin.StackedInline):
    """The terms of a lease: typed with a new one, and only to be read of one that is there."""

    model = LeaseTerm
    extra = 0
    min_num = 1

    def has_add_permission(self, request, obj=None):
        return obj is None and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return obj is None and super().has_delete_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "price_ore":
            return kroner_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Lease)
class LeaseAdmin(CorrectedElsewhere):
    form = LeaseToAgreementForm
    corrected_on = "Start, pris og stop rettes på udstyrets side."
    list_display = ["device", "sub_agreement", "starts_on", "stops_on"]
    list_filter = ["sub_agreement"]
    list_select_related = ["device", "sub_agreement"]
    search_fields = ["device__serial_number"]
    raw_id_fields = ["device"]
    inlines = [LeaseTermInline]

    def get_readonly_fields(self, request, obj=None):
        return ["starts_on", "stops_on"] if obj else []

    def address_of(self, row):
        return reverse("device-detail", args=[row.device_id])
