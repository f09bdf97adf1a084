"""Orders to the IT helpdesk, line by line; what has happened to a line is in its history."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q

LONGEST_REASON = 300
LONGEST_NUMBER = 40
MOST_LINES = 50  # of one order


class Order(models.Model):
    """What somebody has asked the helpdesk for, as one mail says it."""

    # Made with the form, so that a double click or a reload makes one order.
    token = models.UUIDField("kvittering", unique=True, default=uuid.uuid4, editable=False)
    requester_name = models.CharField("bestilt af", max_length=100, blank=True)
    requester_mail = models.EmailField("bestillerens mail", blank=True)
    wanted_on = models.DateField("ønskes senest", null=True, blank=True)
    reference = models.CharField("henvisning til mailen", max_length=200, blank=True)
    note = models.TextField("bemærkning", blank=True, max_length=2000)
    # What the helpdesk pasted, as it was: the order can be held against it later.
    mail_text = models.TextField("mailens tekst", blank=True, max_length=20000)
    # What was answered; of a draft, only what a person wrote in it.
    reply = models.TextField("svar på mailen", blank=True, max_length=20000)
    scenario = models.ForeignKey(
        "leasing.Scenario",
        models.SET_NULL,
        verbose_name="lavet ud fra scenariet",
        related_name="orders",
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField("oprettet")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="oprettet af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "bestilling"
        verbose_name_plural = "bestillinger"
        ordering = ["-id"]
        permissions = [("handle_orders", "Kan bestille, udlevere og tage udstyr tilbage")]

    def __str__(self):
        return self.number

    @property
    def number(self) -> str:
        """Return the number that people know the order by."""
        return f"B{self.pk}"


class Status(models.TextChoices):
    """How far an order line has come."""

    DRAFT = "draft", "Kladde"
    AWAITING = "awaiting", "Afventer godkendelse"
    APPROVED = "approved", "Godkendt"
    ORDERED = "ordered", "Bestilt"
    PARTLY = "partly", "Delvis leveret"
    DELIVERED = "delivered", "Leveret"
    HANDED_OUT = "handed_out", "Udleveret"
    CANCELLED = "cancelled", "Annulleret"
    REFUSED = "refused", "Afvist"


# As people see them: four.
PHASES = {
    "Afventer": (Status.DRAFT, Status.AWAITING, Status.APPROVED),
    "Bestilt": (Status.ORDERED, Status.PARTLY),
    "Klar": (Status.DELIVERED,),
    "Afsluttet": (Status.HANDED_OUT, Status.CANCELLED, Status.REFUSED),
}
CLOSED = PHASES["Afsluttet"]
OPEN = tuple(status for status in Status if status not in CLOSED)


class OrderLine(models.Model):
    """So many of a model, for a person or for a unit."""

    class Reason(models.TextChoices):
        NEW = "new", "Ny medarbejder"
        FIRST = "first", "Har ingen i forvejen"
        REPLACEMENT = "replacement", "Erstatter udstyr"
        EXCEPTION = "exception", "Dispensation"
        SHARED = "shared", "Delt"
        EXTRA = "extra", "Ekstra"

    order = models.ForeignKey(
        Order, models.CASCADE, verbose_name="bestilling", related_name="lines", db_index=False
    )
    position = models.PositiveSmallIntegerField("nr.")
    model = models.ForeignKey(
        "inventory.DeviceModel", models.PROTECT, verbose_name="model", related_name="order_lines"
    )
    quantity = models.PositiveSmallIntegerField("antal", default=1)
    unit = models.ForeignKey(
        "inventory.Unit",
        models.PROTECT,
        verbose_name="enhed, der betaler",
        related_name="order_lines",
    )
    employee = models.ForeignKey(
        "inventory.Employee",
        models.PROTECT,
        verbose_name="til medarbejder",
        related_name="order_lines",
        null=True,
        blank=True,
    )
    used_for = models.CharField("bruges til", max_length=100, blank=True)
    # A draft may leave it open; an order placed never does.
    reason = models.CharField("årsag", max_length=12, choices=Reason.choices, blank=True)
    replaces = models.ForeignKey(
        "inventory.Device",
        models.PROTECT,
        verbose_name="erstatter",
        related_name="replacing_lines",
        null=True,
        blank=True,
    )
    past_stock_because = models.CharField("hvorfor ikke fra lageret", max_length=200, blank=True)
    # Of a draft only: what the head is asked, once the order is placed, stands on the exception.
    exception_reason = models.CharField("hvorfor en pc mere", max_length=300, blank=True)
    exception_ends_before = models.DateField("dispensation til", null=True, blank=True)
    status = models.CharField("status", max_length=10, choices=Status.choices, default=Status.DRAFT)
    closed_because = models.CharField("grund", max_length=LONGEST_REASON, blank=True)
    # What the lessor calls the purchase that the line went into.
    supplier_order_number = models.CharField(
        "bestillingsnr. hos ATEA", max_length=LONGEST_NUMBER, blank=True
    )
    ordered_on = models.DateField("bestilt", null=True, blank=True)

    class Meta:
        verbose_name = "bestillingslinje"
        verbose_name_plural = "bestillingslinjer"
        ordering = ["-order", "position"]
        indexes = [
            models.Index(fields=["status", "-order"], name="line_status_newest"),
            models.Index(
                fields=["supplier_order_number"],
                condition=~Q(supplier_order_number=""),
                name="line_supplier_order",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_lines_in_order"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=500),
                name="order_line_quantity",
                violation_error_message="Antal skal være 1–500.",
            ),
            models.CheckConstraint(
                condition=Q(employee=None) | Q(quantity=1),
                name="one_for_a_person",
                violation_error_message="En linje til en medarbejder har antal 1.",
            ),
            models.CheckConstraint(
                condition=~Q(reason="replacement") | Q(replaces__isnull=False),
                name="replacement_names_device",
                violation_error_message="Vælg det udstyr, der erstattes.",
            ),
        ]

    def __str__(self):
        return f"B{self.order_id}/{self.position}"

    @property
    def phase(self) -> str:
        """Return the status as people see it: Afventer, Bestilt, Klar or Afsluttet."""
        return next(phase for phase, statuses in PHASES.items() if self.status in statuses)

    def status_with(self, ready: int, handed_out: int) -> Status:
        """Return the status of an approved line when so many devices are there, and handed out."""
        if handed_out >= self.quantity:
            return Status.HANDED_OUT
        if ready >= self.quantity:
            return Status.DELIVERED
        if ready:
            return Status.PARTLY
        return Status.ORDERED if self.supplier_order_number else Status.APPROVED


class OrderedDevice(models.Model):
    """A device that fulfils an order line: delivered for it, or set aside from the stock."""

    line = models.ForeignKey(
        OrderLine, models.CASCADE, verbose_name="bestillingslinje", related_name="devices"
    )
    device = models.ForeignKey(
        "inventory.Device", models.PROTECT, verbose_name="udstyr", related_name="ordered_for"
    )
    is_from_stock = models.BooleanField("fra lageret", default=False)
    delivered_on = models.DateField("klar")
    handed_out_on = models.DateField("udleveret", null=True, blank=True)

    class Meta:
        verbose_name = "bestilt udstyr"
        verbose_name_plural = "bestilt udstyr"
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "device"], name="device_once_a_line"),
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(handed_out_on=None),
                name="device_set_aside_once",
                violation_error_message="Udstyret er allerede sat til side til en bestilling.",
            ),
        ]

    def __str__(self):
        return f"{self.device_id} til {self.line_id}"


# Free text about people that has a place of its own is not kept a second time in history.
auditlog.register(Order, exclude_fields=["mail_text", "reply"])
auditlog.register(OrderLine, exclude_fields=["exception_reason"])
auditlog.register(OrderedDevice)
