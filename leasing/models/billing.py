"""A closed run and everything in it. The database refuses to change any of it: `leasing.guards`.

A closed run is its own history. Only its code and digest are registered, as it is sealed: that a
run was there must be known from somewhere else than the run.
"""

from functools import cached_property

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Coalesce, Substr
from django.db.models.lookups import GreaterThan

from albertslund_it.common.quarters import Quarter, quarters_between, span_label
from leasing.models.quarters import holds_a_quarter

# Whose the cost holder's invoice is: what an invoice without a department has as its name.
COST_HOLDER_NAME = "Fælles IT (it-lager)"


class Kind(models.TextChoices):
    """Why a line was billed."""

    CURRENT = "current", "Løbende"
    BACKLOG = "backlog", "Efterfakturering"
    CORRECTION = "correction", "Regulering"
    CHARGE = "charge", "Engangsbeløb"


# What the screen calls a line; the labels of `Kind` are the words of the files.
KIND_NAMES = {
    Kind.CURRENT: "Løbende",
    Kind.BACKLOG: "Ikke tidligere opkrævet",
    Kind.CORRECTION: "Rettelse til tidligere kvartal",
    Kind.CHARGE: "Engangsbeløb",
}


def _ordinal(code: str) -> CombinedExpression:
    """Return the number of a quarter by its code, counted from the year 0."""
    year, quarter = Substr(code, 1, 4), Substr(code, 6, 1)
    return Cast(year, models.IntegerField()) * 4 + Cast(quarter, models.IntegerField())


class RunQuerySet(models.QuerySet["BillingRun"]):
    """Runs, with what names them."""

    def with_spans(self) -> "RunQuerySet":
        """Read with each run where its span begins, for lists: see `BillingRun.quarters`.

        Only of one that bills several quarters are the sums looked through for the first.
        """
        earlier = BillingRun.objects.filter(id__lt=OuterRef("id")).order_by("-quarter")
        new = InvoiceSummary.objects.filter(
            invoice__run=OuterRef("id"), period__gt=OuterRef("billed_before")
        )
        return self.annotate(
            billed_before=Coalesce(Subquery(earlier.values("quarter")[:1]), Value("0000Q0")),
            first_period=Case(
                When(
                    GreaterThan(_ordinal("quarter") - _ordinal("billed_before"), 1),
                    then=Subquery(new.order_by("period").values("period")[:1]),
                ),
                default=F("quarter"),
            ),
        )


class BillingRun(models.Model):
    """A closed quarter ('2026Q1') or a supplementary run of a fiscal year ('2026S1')."""

    code = models.CharField("kørsel", max_length=8, unique=True)
    quarter = models.CharField("til og med kvartal", max_length=6)
    is_supplementary = models.BooleanField("supplementskørsel", default=False)
    closed_at = models.DateTimeField("låst")
    closed_by = models.CharField("låst af", max_length=150)
    line_count = models.PositiveIntegerField("linjer")
    total_ore = models.BigIntegerField("i alt (øre)")
    previous_digest = models.CharField("forrige kontrolsum", max_length=64, blank=True)
    seal_version = models.PositiveSmallIntegerField("kontrolsummens udgave", default=1)
    # Written last: from then on the run is sealed.
    digest = models.CharField("kontrolsum", max_length=64, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "kvartalskørsel"
        verbose_name_plural = "kvartalskørsler"
        ordering = ["id"]
        constraints = [holds_a_quarter("quarter", "run_of_a_quarter")]
        permissions = [
            ("close_quarter", "Kan godkende og låse kvartaler"),
            ("export_rebilling", "Kan hente filer til viderefakturering"),
        ]

    def __str__(self):
        return self.code

    @property
    def last_quarter(self) -> Quarter:
        return Quarter.parse(self.quarter)

    @cached_property
    def quarters(self) -> list[Quarter]:
        """Return its span: the quarters it was the first to bill, from the first with a line.

        Corrections of what earlier runs have billed are no part of it, and a supplementary run has
        none. Worked out from the sealed lines added up, so that it is what it was at the closing.
        """
        if self.is_supplementary:
            return []
        begins: str | None = getattr(self, "first_period", None)
        if self.pk and not hasattr(self, "first_period"):
            begins = self._read_first_period()
        first = Quarter.parse(begins) if begins else self.last_quarter
        return list(quarters_between(first, self.last_quarter))

    def _read_first_period(self) -> str | None:
        """Return where its span begins, as `with_spans` does for many; None without a line."""
        earlier = BillingRun.objects.filter(id__lt=self.pk).order_by("-quarter")
        before = earlier.values_list("quarter", flat=True).first()
        if before and Quarter.parse(before).next() >= self.last_quarter:
            return self.quarter
        new = InvoiceSummary.objects.filter(invoice__run=self, period__gt=before or "")
        return new.order_by("period").values_list("period", flat=True).first()

    @property
    def label(self) -> str:
        """Return the run's name on the screen: '1. kvartal 2026', '1.–3. kvartal 2026'."""
        if self.is_supplementary:
            return f"Supplementskørsel {self.code[5:]} for {self.code[:4]}"
        return span_label(self.quarters)

    @property
    def short_label(self) -> str:
        """Return its name where there is little room: '1.–3. kvt. 2026', 'suppl. 2026'."""
        if self.is_supplementary:
            return f"suppl. {self.last_quarter.year}"
        return span_label(self.quarters, short=True)


class QuarterlyInvoice(models.Model):
    """What one department, or the cost holder, pays in one run."""

    run = models.ForeignKey(BillingRun, models.PROTECT, related_name="invoices")
    number = models.CharField("opgørelse", max_length=12, unique=True)
    department = models.ForeignKey(
        "inventory.Department", models.PROTECT, related_name="invoices", null=True, blank=True
    )
    department_name = models.CharField("afdeling", max_length=100)
    head_name = models.CharField("leder", max_length=100, blank=True)
    line_count = models.PositiveIntegerField("linjer")
    total_ore = models.BigIntegerField("i alt (øre)")

    class Meta:
        verbose_name = "kvartalsopgørelse"
        verbose_name_plural = "kvartalsopgørelser"
        ordering = ["number"]

    def __str__(self):
        return self.number


class InvoiceLine(models.Model):
    """One amount for one unit, with all that explains it copied onto it; never a person."""

    invoice = models.ForeignKey(
        QuarterlyInvoice, models.PROTECT, related_name="lines", db_index=False
    )
    number = models.PositiveIntegerField("linje")
    kind = models.CharField("slags", max_length=10, choices=Kind.choices)
    period = models.CharField("periode", max_length=6)
    lease = models.ForeignKey(
        "leasing.Lease", models.PROTECT, related_name="lines", null=True, db_index=False
    )
    unit = models.ForeignKey(
        "inventory.Unit", models.PROTECT, related_name="invoice_lines", db_index=False
    )
    charge = models.ForeignKey(
        "leasing.Charge", models.PROTECT, related_name="lines", null=True, db_index=False
    )
    department_name = models.CharField("afdeling", max_length=100)
    unit_number = models.CharField("enhedsnr.", max_length=20)
    unit_name = models.CharField("enhed", max_length=100)
    serial_number = models.CharField("serienummer", max_length=40, blank=True)
    model_name = models.CharField("model", max_length=60, blank=True)
    sub_agreement = models.CharField("underaftale", max_length=40, blank=True)
    price_ore = models.BigIntegerField("pris for løbetiden (øre)", null=True)
    first_day = models.DateField("fra")
    last_day = models.DateField("til")
    days = models.IntegerField("dage")
    amount_ore = models.BigIntegerField("beløb (øre)")
    text = models.CharField("tekst", max_length=200, blank=True)

    class Meta:
        verbose_name = "linje"
        verbose_name_plural = "linjer"
        ordering = ["number"]
        indexes = [
            models.Index(fields=["lease", "period"], name="line_lease_period"),
            models.Index(fields=["unit", "period"], name="line_unit_period"),
            # What lists are sorted by and no summary knows; the invoice tells whose line it is.
            models.Index(fields=["serial_number", "invoice"], name="line_serial_number"),
            models.Index(fields=["first_day", "invoice"], name="line_first_day"),
            models.Index(fields=["last_day", "invoice"], name="line_last_day"),
            models.Index(fields=["days", "invoice"], name="line_days"),
            models.Index(fields=["amount_ore", "invoice"], name="line_amount"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="line_number_once"),
            models.UniqueConstraint(
                fields=["charge"], condition=Q(charge__isnull=False), name="charge_billed_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="charge", charge__isnull=False)
                | (~Q(kind="charge") & Q(charge=None, lease__isnull=False)),
                name="line_of_lease_or_charge",
            ),
            models.CheckConstraint(condition=~Q(amount_ore=0), name="line_not_zero"),
        ]

    def __str__(self):
        return f"{self.invoice_id}/{self.number}"


class PrintedNumber(models.Model):
    """A serial number that no device may have any more, though lines bear it; triggers write it.

    So whoever searches closed lines by number looks among the devices and these, not the lines.
    """

    serial_number = models.CharField("serienummer", max_length=40)

    def __str__(self):
        return self.serial_number


class InvoiceSummary(models.Model):
    """An invoice's lines added up by unit, period, kind and model.

    Written with the lines and sealed with them, so that pages over many quarters read hundreds of
    rows instead of a million; `verify` adds the lines up again.
    """

    invoice = models.ForeignKey(QuarterlyInvoice, models.PROTECT, related_name="summaries")
    unit = models.ForeignKey("inventory.Unit", models.PROTECT, related_name="invoice_summaries")
    period = models.CharField("periode", max_length=6)
    kind = models.CharField("slags", max_length=10, choices=Kind.choices)
    model_name = models.CharField("model", max_length=60, blank=True)
    line_count = models.PositiveIntegerField("linjer")
    # Current lines whose unit still held the item on the quarter's last day.
    held_at_end = models.PositiveIntegerField("antal ved kvartalets udgang")
    amount_ore = models.BigIntegerField("beløb (øre)")

    class Meta:
        verbose_name = "sammentælling"
        verbose_name_plural = "sammentællinger"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "unit", "period", "kind", "model_name"], name="summary_once"
            )
        ]

    def __str__(self):
        return f"{self.invoice_id} {self.period} {self.kind}"


class BilledFacts(models.Model):
    """The facts a lease was billed from, as canonical text: what the next closing compares with.

    A row says: everything up to the last closed quarter is billed by these facts.
    """

    lease = models.OneToOneField(
        "leasing.Lease", models.CASCADE, primary_key=True, related_name="billed_facts"
    )
    text = models.TextField("fakta")

    class Meta:
        verbose_name = "opkrævede fakta"
        verbose_name_plural = "opkrævede fakta"

    def __str__(self):
        return f"{self.lease_id}"


class SeenProposal(models.Model):
    """What somebody was shown before a run was closed, under the digest that they agree to.

    Kept until the run is closed, so that a refusal can say what has changed since; of a run that
    never is, until a later closing finds it old.
    """

    digest = models.CharField("kontrolsum", max_length=64, primary_key=True)
    code = models.CharField("kørsel", max_length=8)
    rows = models.JSONField("rækker")
    seen_at = models.DateTimeField("set")

    class Meta:
        verbose_name = "set forslag"
        verbose_name_plural = "sete forslag"

    def __str__(self):
        return f"{self.code} {self.digest[:12]}"


class Preparation(models.Model):
    """Who last looked a run through before it was closed, and what they saw: the other eyes."""

    code = models.CharField("kørsel", max_length=8, unique=True)
    # The account is compared; the name is what it was called then.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="konto",
        related_name="+",
        null=True,
    )
    prepared_by = models.CharField("forberedt af", max_length=150)
    prepared_at = models.DateTimeField("forberedt")
    digest = models.CharField("forslagets kontrolsum", max_length=64, blank=True)

    class Meta:
        verbose_name = "forberedelse"
        verbose_name_plural = "forberedelser"

    def __str__(self):
        return self.code


auditlog.register(BillingRun, include_fields=["code", "digest"])
