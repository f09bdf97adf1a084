"""Changes of the organisation, prepared ahead and carried out on their day."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q


class Reorganisation(models.Model):
    """One or several changes of units and departments from a day on.

    Drafted, then agreed to by who has seen what it does, then carried out on its day. Whoever
    changes a step takes the agreement back. `act` is what carrying it out wrote; undone, it is a
    draft again.
    """

    title = models.CharField("overskrift", max_length=100)
    starts_on = models.DateField("gælder fra")
    note = models.CharField("bemærkning", max_length=300, blank=True)
    prepared_by = models.CharField("forberedt af", max_length=150)
    prepared_at = models.DateTimeField("forberedt")
    agreed_by = models.CharField("godkendt af", max_length=150, blank=True)
    agreed_at = models.DateTimeField("godkendt", null=True, blank=True)
    carried_out_at = models.DateTimeField("gennemført", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulleret", null=True, blank=True)
    act = models.ForeignKey(
        "inventory.Act",
        models.SET_NULL,
        verbose_name="gennemførelse",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )

    class Meta:
        verbose_name = "organisationsændring"
        verbose_name_plural = "organisationsændringer"
        ordering = ["-starts_on", "-id"]
        permissions = [
            ("manage_organisation", "Kan forberede og gennemføre organisationsændringer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(carried_out_at=None)
                | (Q(agreed_at__isnull=False) & Q(cancelled_at=None)),
                name="carried_out_was_agreed",
                violation_error_message="Godkend organisationsændringen, før den gennemføres.",
            )
        ]

    def __str__(self):
        return f"{self.title} fra {self.starts_on:%d-%m-%Y}"

    @property
    def is_open(self) -> bool:
        """Return whether it is still to come."""
        return self.carried_out_at is None and self.cancelled_at is None


class ReorganisationStep(models.Model):
    """One change of one unit, or of a department's name; steps are carried out in their order.

    Of a split the devices go to `successor`, or to a new unit with `number` and `name`, each with
    who has it; `people` are those who go without one.
    """

    class Kind(models.TextChoices):
        MOVE = "move", "Flyt til en anden afdeling"
        RENAME = "rename", "Giv et nyt navn"
        MERGE = "merge", "Læg ind under en anden enhed"
        SPLIT = "split", "Del: flyt noget til en anden eller ny enhed"
        CLOSE = "close", "Nedlæg"
        RENAME_DEPARTMENT = "dept", "Giv en afdeling et nyt navn"

    reorganisation = models.ForeignKey(
        Reorganisation, models.CASCADE, verbose_name="organisationsændring", related_name="steps"
    )
    position = models.PositiveSmallIntegerField("nr.")
    kind = models.CharField("hvad", max_length=6, choices=Kind.choices)
    unit = models.ForeignKey(
        "inventory.Unit",
        models.PROTECT,
        verbose_name="enhed",
        related_name="+",
        null=True,
        blank=True,
    )
    department = models.ForeignKey(
        "inventory.Department",
        models.PROTECT,
        verbose_name="afdeling",
        related_name="+",
        null=True,
        blank=True,
    )
    successor = models.ForeignKey(
        "inventory.Unit",
        models.PROTECT,
        verbose_name="afløser",
        related_name="+",
        null=True,
        blank=True,
    )
    number = models.CharField("ny enheds nr.", max_length=20, blank=True)
    name = models.CharField("nyt navn", max_length=100, blank=True)
    takes_access = models.BooleanField("enhedens adgange følger med", default=False)
    devices = models.ManyToManyField(
        "inventory.Device", verbose_name="udstyr", related_name="+", blank=True
    )
    people = models.ManyToManyField(
        "inventory.Employee", verbose_name="medarbejdere", related_name="+", blank=True
    )
    outcome = models.CharField("hvad der skete", max_length=300, blank=True)

    class Meta:
        verbose_name = "trin i en organisationsændring"
        verbose_name_plural = "trin i organisationsændringer"
        ordering = ["reorganisation", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["reorganisation", "position"], name="step_position_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(unit__isnull=False)
                    & (
                        Q(kind="move", department__isnull=False, successor=None)
                        | (Q(kind="rename", department=None, successor=None) & ~Q(name=""))
                        | Q(
                            kind__in=["merge", "close"], successor__isnull=False, name="", number=""
                        )
                        | Q(kind="split", successor__isnull=False, number="", name="")
                        | (Q(kind="split", successor=None) & ~Q(number="") & ~Q(name=""))
                    )
                )
                | (
                    Q(kind="dept", unit=None, department__isnull=False, successor=None, number="")
                    & ~Q(name="")
                ),
                name="step_has_what_it_needs",
                violation_error_message="Udfyld det, der hører til ændringen, og ikke andet.",
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.get_kind_display()}"


auditlog.register(Reorganisation)
auditlog.register(ReorganisationStep, m2m_fields={"devices", "people"})
