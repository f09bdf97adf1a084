"""What people say of the faults in the data, and how many there were on a day.

A fault itself is no row: it is worked out from the data each time, and goes when they are right.
"""

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import F, Q

# A rule by its key. It is no choice: a rule may go, and what was said of it stays in the history.
LONGEST_KEY = 20


class AcceptedFinding(models.Model):
    """A fault that is known and may stand until a day; after it the fault is shown again."""

    class Because(models.TextChoices):
        PLANNED = "planned", "Rettes på en dag, der er aftalt"
        ELSEWHERE = "elsewhere", "Afventer leasinggiver eller en anden"
        PROJECT = "project", "Holdes klar til et projekt"
        AGREED = "agreed", "Aftalt med lederen"
        RIGHT = "right", "Er rigtigt, selv om reglen finder det"

    rule = models.CharField("regel", max_length=LONGEST_KEY)
    device = models.ForeignKey(
        "inventory.Device",
        models.CASCADE,
        verbose_name="udstyr",
        related_name="+",
        null=True,
        blank=True,
    )
    # Hidden from whoever joins two people into one: what was accepted of one is looked at anew.
    employee = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="medarbejder",
        related_name="+",
        null=True,
        blank=True,
    )
    unit = models.ForeignKey(
        "inventory.Unit",
        models.CASCADE,
        verbose_name="enhed",
        related_name="+",
        null=True,
        blank=True,
    )
    # What another source has, and the register has not.
    serial_number = models.CharField("serienummer", max_length=40, blank=True)
    until = models.DateField("til og med")
    because = models.CharField("fordi", max_length=9, choices=Because.choices)
    accepted_on = models.DateField("godtaget")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="godtaget af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "godtaget datafejl"
        verbose_name_plural = "godtagne datafejl"
        ordering = ["rule", "until", "id"]
        permissions = [("accept_findings", "Kan godtage datafejl og vælge, hvem der retter dem")]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["rule", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"accepted_once_of_{name}",
                    violation_error_message="Fejlen er allerede godtaget.",
                )
                for name in ("device", "employee", "unit")
            ),
            models.UniqueConstraint(
                fields=["rule", "serial_number"],
                condition=~Q(serial_number=""),
                name="accepted_once_of_number",
                violation_error_message="Fejlen er allerede godtaget.",
            ),
            models.CheckConstraint(
                condition=Q(device__isnull=False, employee=None, unit=None, serial_number="")
                | Q(device=None, employee__isnull=False, unit=None, serial_number="")
                | Q(device=None, employee=None, unit__isnull=False, serial_number="")
                | (Q(device=None, employee=None, unit=None) & ~Q(serial_number="")),
                name="accepted_of_one_thing",
                violation_error_message="Vælg ét: udstyr, medarbejder eller enhed.",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("accepted_on")),
                name="accepted_for_a_day",
                violation_error_message="Dagen skal være i dag eller senere.",
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.about}"

    @property
    def about(self) -> int | str:
        """Return what it is accepted of: an id, or a serial number."""
        return self.device_id or self.employee_id or self.unit_id or self.serial_number


class RuleOwner(models.Model):
    """Who sees to it that what a rule finds is mended: a role, or one person."""

    class Role(models.TextChoices):
        HELPDESK = "helpdesk", "It-helpdesk"
        FINANCE = "finance", "Økonomi"
        HEADS = "heads", "Lederne"
        ADMINISTRATOR = "admin", "Administrator"

    rule = models.CharField("regel", max_length=LONGEST_KEY, unique=True)
    role = models.CharField("rolle", max_length=8, choices=Role.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="person",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "ansvarlig for en regel"
        verbose_name_plural = "ansvarlige for regler"
        ordering = ["rule"]

    def __str__(self):
        return self.rule


class FindingCount(models.Model):
    """What a rule found on a day in the whole municipality: how many, and their kroner.

    `register_at` is what the register was known by when it was counted.
    """

    rule = models.CharField("regel", max_length=LONGEST_KEY)
    day = models.DateField("dag")
    count = models.PositiveIntegerField("antal")
    quarter_ore = models.BigIntegerField("pr. kvartal (øre)")
    accepted = models.PositiveIntegerField("godtaget", default=0)
    counted_at = models.DateTimeField("talt", null=True, blank=True)
    register_at = models.CharField("registeret, da der blev talt", max_length=100, blank=True)

    class Meta:
        verbose_name = "datafejl på en dag"
        verbose_name_plural = "datafejl på en dag"
        ordering = ["rule", "day"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "day"], name="counted_once_a_day"),
        ]

    def __str__(self):
        return f"{self.rule} {self.day:%d-%m-%Y}"


for _model in (AcceptedFinding, RuleOwner):
    auditlog.register(_model)
