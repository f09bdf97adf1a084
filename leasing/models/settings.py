from datetime import date

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q

BILLING_START = date(2026, 1, 1)


class Settings(models.Model):
    """What finance and IT may change without a programmer; one row."""

    billing_starts_on = models.DateField(
        "opkræves fra",
        default=BILLING_START,
        help_text="Intet før den dag opkræves. Ligger fast, når det første kvartal er låst.",
    )
    opus_bom = models.BooleanField(
        "BOM i Opus-filen",
        default=False,
        help_text="Slå til, hvis Opus viser æ, ø og å forkert.",
    )
    posting_text = models.CharField(
        "posteringstekst",
        max_length=100,
        default="{opgørelse} Pc-leasing {kvartal} {enhed}",
        help_text="{opgørelse}, {kvartal} og {enhed} udfyldes. Opus får de første 50 tegn.",
    )
    shows_demo_data = models.BooleanField(
        "viser demodata", default=False, help_text="Viser på alle sider, at data er opdigtede."
    )

    class Meta:
        verbose_name = "indstillinger"
        verbose_name_plural = "indstillinger"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_settings")]

    def __str__(self):
        return "Indstillinger"


class FiscalYear(models.Model):
    """A fiscal year whose supplementary period ends on another day than 31 January."""

    year = models.PositiveSmallIntegerField("regnskabsår", unique=True)
    supplement_ends_on = models.DateField("supplementsperiodens sidste dag")

    class Meta:
        verbose_name = "regnskabsår"
        verbose_name_plural = "regnskabsår"
        ordering = ["year"]

    def __str__(self):
        return str(self.year)


for _model in (Settings, FiscalYear):
    auditlog.register(_model)
