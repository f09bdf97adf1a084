from auditlog.registry import auditlog
from django.db import models


class RebillingExport(models.Model):
    """A file that was made of a closed run, with the account coding it carried."""

    run = models.ForeignKey("leasing.BillingRun", models.PROTECT, related_name="exports")
    file_kind = models.CharField("slags fil", max_length=4)
    checksum = models.CharField("SHA-256", max_length=64)
    coding = models.JSONField("kontering")
    exported_at = models.DateTimeField("hentet")
    exported_by = models.CharField("hentet af", max_length=150)

    class Meta:
        verbose_name = "hentet fil"
        verbose_name_plural = "hentede filer"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.run_id} {self.file_kind}"


class Voucher(models.Model):
    """The voucher that a run was posted with; freezes the coding of the export it came from.

    A row of its own, so that the sealed tables need no exception.
    """

    run = models.OneToOneField("leasing.BillingRun", models.PROTECT, related_name="voucher")
    export = models.ForeignKey(RebillingExport, models.PROTECT, related_name="vouchers")
    number = models.CharField("bilagsnr.", max_length=30)
    posted_on = models.DateField("bogføringsdato")
    entered_by = models.CharField("indtastet af", max_length=150)
    # Why it was corrected last; what it was before stands in history.
    corrected_because = models.CharField("rettet, fordi", max_length=200, blank=True)

    class Meta:
        verbose_name = "bilag"
        verbose_name_plural = "bilag"

    def __str__(self):
        return self.number


for _model in (RebillingExport, Voucher):
    auditlog.register(_model)
