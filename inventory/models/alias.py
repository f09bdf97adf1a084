from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import F, Q


class EmployeeAlias(models.Model):
    """What somebody was called before two were merged; files may still use it.

    Initials are kept in capitals, and a mail or a UPN in small letters: as they are looked up.
    Of a row that had neither, only its number is kept, so that its history and links lead here.
    """

    class Kind(models.TextChoices):
        INITIALS = "initials", "Initialer"
        ADDRESS = "address", "Mail eller UPN"
        ROW = "row", "Række uden initialer og mail"

    employee = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="medarbejder",
        related_name="aliases",
    )
    kind = models.CharField("slags", max_length=8, choices=Kind.choices)
    value = models.CharField("tidligere", max_length=254)
    # Whose it was: its history is the person's too.
    former_id = models.BigIntegerField("tidligere medarbejder", null=True, editable=False)

    class Meta:
        verbose_name = "tidligere navn"
        verbose_name_plural = "tidligere navne"
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                name="alias_is_one_person",
                violation_error_message="Det er allerede en andens tidligere initialer eller mail.",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="alias_says_something"),
        ]

    def __str__(self):
        return self.value


class NotSamePerson(models.Model):
    """Somebody has said of two that look alike that they are two people."""

    first = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="den ene",
        related_name="not_the_same_as_later",
    )
    second = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="den anden",
        related_name="not_the_same_as_earlier",
    )
    said_at = models.DateTimeField("sagt")
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="sagt af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "ikke samme person"
        verbose_name_plural = "ikke samme person"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="two_people_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="two_people_in_order_of_id"
            ),
        ]

    def __str__(self):
        return f"{self.first_id} og {self.second_id}"


for _model in (EmployeeAlias, NotSamePerson):
    auditlog.register(_model)
