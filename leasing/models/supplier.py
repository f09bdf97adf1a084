"""What the lessor has billed, and what became of each difference from the register."""

from datetime import date, timedelta

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q

from leasing.models.quarters import holds_a_quarter


class SupplierInvoice(models.Model):
    """An invoice or a credit note from the lessor; amounts are without VAT, which stands apart."""

    number = models.CharField("fakturanr.", max_length=60, unique=True)
    invoice_date = models.DateField("fakturadato")
    is_credit_note = models.BooleanField("kreditnota", default=False)
    credits = models.CharField("krediterer fakturanr.", max_length=60, blank=True)
    net_ore = models.BigIntegerField("beløb uden moms (øre)")
    # Nothing where it is not told: nought would be said of an invoice that has none.
    vat_ore = models.BigIntegerField("moms (øre)", null=True)
    voucher_number = models.CharField("bilagsnr. i Opus", max_length=30, blank=True)
    # SHA-256 of what the invoice says, in one form whatever the file: the same again is no news.
    content_digest = models.CharField("indholdets kontrolsum", max_length=64)
    entered_at = models.DateTimeField("indlæst")
    entered_by = models.CharField("indlæst af", max_length=150)

    class Meta:
        verbose_name = "leverandørfaktura"
        verbose_name_plural = "leverandørfakturaer"
        ordering = ["-invoice_date", "number"]
        permissions = [("reconcile", "Kan indlæse leverandørfakturaer og afstemme dem")]

    def __str__(self):
        return self.number


class SupplierInvoiceLine(models.Model):
    """One amount on the lessor's invoice; negative on a credit note.

    A line without a serial number is the total of a sub-agreement, where the lessor gives no more;
    one without either waits for somebody to say what it is about.
    """

    part_of = "invoice"

    invoice = models.ForeignKey(
        SupplierInvoice,
        models.CASCADE,
        verbose_name="leverandørfaktura",
        related_name="lines",
        db_index=False,
    )
    number = models.PositiveIntegerField("linje")
    # As the invoice has it; which device it is, is looked up when it is reconciled.
    serial_number = models.CharField("serienummer", max_length=40, blank=True)
    sub_agreement = models.CharField("underaftale", max_length=40, blank=True)
    starts_on = models.DateField("fra")
    ends_before = models.DateField("ophører")
    amount_ore = models.BigIntegerField("beløb uden moms (øre)")
    text = models.CharField("tekst", max_length=200, blank=True)

    class Meta:
        verbose_name = "fakturalinje"
        verbose_name_plural = "fakturalinjer"
        ordering = ["invoice", "number"]
        indexes = [
            models.Index(fields=["serial_number", "starts_on"], name="supplier_line_serial"),
            models.Index(fields=["starts_on"], name="supplier_line_start"),
            models.Index(fields=["ends_before"], name="supplier_line_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="supplier_line_once"),
            models.CheckConstraint(
                condition=Q(ends_before__gt=F("starts_on")), name="supplier_line_has_days"
            ),
        ]

    def __str__(self):
        return f"{self.invoice_id}/{self.number}"

    @property
    def last_day(self) -> date:
        return self.ends_before - timedelta(days=1)


class KeptFile(models.Model):
    """The bytes of a file as they came, kept once; in the database, so that a backup has them."""

    sha256 = models.CharField("kontrolsum", max_length=64, unique=True)
    content_type = models.CharField("type", max_length=100)
    size = models.PositiveIntegerField("bytes")
    data = models.BinaryField("indhold")

    class Meta:
        verbose_name = "fil"
        verbose_name_plural = "filer"

    def __str__(self):
        return self.sha256


class FileOrigin(models.TextChoices):
    """How a file came to an invoice."""

    SOURCE = "source", "Filen, der blev indlæst"
    EMBEDDED = "embedded", "Lå i fakturaen"
    BY_HAND = "by_hand", "Lagt ved"


class SupplierInvoiceFile(models.Model):
    """A file of an invoice: what it was read from, what was in it, or what was added by hand."""

    invoice = models.ForeignKey(
        SupplierInvoice,
        models.CASCADE,
        verbose_name="leverandørfaktura",
        related_name="files",
        db_index=False,
    )
    file = models.ForeignKey(KeptFile, models.PROTECT, verbose_name="fil", related_name="links")
    name = models.CharField("navn", max_length=100)
    origin = models.CharField("hvorfra", max_length=10, choices=FileOrigin.choices)
    added_at = models.DateTimeField("lagt ved")
    added_by = models.CharField("lagt ved af", max_length=150)

    class Meta:
        verbose_name = "fil til leverandørfaktura"
        verbose_name_plural = "filer til leverandørfakturaer"
        ordering = ["invoice", "id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "file"], name="supplier_file_once")
        ]

    def __str__(self):
        return self.name


class Outcome(models.TextChoices):
    """What is done about a difference."""

    CORRECTED = "corrected", "Registeret er rettet"
    WAITS = "waits", "Kommer på næste faktura"
    CARRIED = "carried", "Bæres af Fælles IT"
    CHARGED = "charged", "Lægges på enheden"
    CLAIMED = "claimed", "Kræves hos leasinggiver"


class DifferenceOutcome(models.Model):
    """What was decided about one difference of a quarter, by whom.

    `pile`, `serial_number` and `sub_agreement` name the difference. It counts as dealt with only
    while the difference is `amount_ore`, and a claim only when a credit note has matched it.
    """

    quarter = models.CharField("kvartal", max_length=6)
    pile = models.CharField("bunke", max_length=20)
    serial_number = models.CharField("serienummer", max_length=40, blank=True)
    sub_agreement = models.CharField("underaftale", max_length=40, blank=True)
    amount_ore = models.BigIntegerField("afvigelse (øre)")
    outcome = models.CharField("afgørelse", max_length=10, choices=Outcome.choices)
    note = models.CharField("bemærkning", max_length=300, blank=True)
    decided_at = models.DateTimeField("afgjort")
    decided_by = models.CharField("afgjort af", max_length=150)
    charge = models.ForeignKey(
        "leasing.Charge",
        models.SET_NULL,
        verbose_name="engangsbeløb",
        related_name="+",
        null=True,
        blank=True,
    )
    credit_note = models.ForeignKey(
        SupplierInvoice,
        models.SET_NULL,
        verbose_name="kreditnota",
        related_name="settles",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "afgørelse af afvigelse"
        verbose_name_plural = "afgørelser af afvigelser"
        ordering = ["quarter", "pile", "serial_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "pile", "serial_number", "sub_agreement"],
                name="one_outcome_a_difference",
            ),
            holds_a_quarter("quarter", "difference_of_a_quarter"),
        ]

    def __str__(self):
        return f"{self.quarter} {self.pile} {self.serial_number or self.sub_agreement}"


for _model in (SupplierInvoice, SupplierInvoiceFile, DifferenceOutcome):
    auditlog.register(_model)
