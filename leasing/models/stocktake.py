"""A count of devices: who is asked whether they have what the register says, and what was found."""

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q


class Stocktake(models.Model):
    """Devices of some units are counted until a day: people answer, and rooms are scanned."""

    name = models.CharField("optælling", max_length=80)
    due_on = models.DateField("svar senest")
    started_at = models.DateTimeField("begyndt")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="begyndt af",
        related_name="+",
        null=True,
        blank=True,
    )
    reminded_at = models.DateTimeField("påmindet", null=True, blank=True)
    closed_at = models.DateTimeField("lukket", null=True, blank=True)
    # What was begun by mistake finds no faults.
    is_withdrawn = models.BooleanField("trukket tilbage", default=False)

    class Meta:
        verbose_name = "optælling"
        verbose_name_plural = "optællinger"
        ordering = ["-id"]
        permissions = [("count_devices", "Kan optælle udstyr hos sine enheder")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_withdrawn=False) | Q(closed_at__isnull=False),
                name="withdrawn_is_closed",
            ),
        ]

    def __str__(self):
        return self.name


class CountedDevice(models.Model):
    """A device of a stocktake: with whom it was when it was last asked about, and the answer.

    The last answer counts until the stocktake is closed; those before are in its history.
    """

    class Answer(models.TextChoices):
        YES = "yes", "Ja"
        NO = "no", "Nej"
        WRONG_UNIT = "wrong_unit", "Forkert enhed"
        BROKEN = "broken", "I stykker"
        GONE = "gone", "Ude af registeret"  # said by the register, when the stocktake is closed

    class How(models.TextChoices):
        LINK = "link", "Mail"
        SCAN = "scan", "Scannet"
        PERSON = "person", "Skrevet"

    stocktake = models.ForeignKey(
        Stocktake,
        models.CASCADE,
        verbose_name="optælling",
        related_name="devices",
        db_index=False,  # the unique constraint begins with it
    )
    device = models.ForeignKey(
        "inventory.Device", models.PROTECT, verbose_name="udstyr", related_name="counts"
    )
    # As it was then: after a swap the device has another one.
    serial_number = models.CharField("serienummer", max_length=40)
    unit = models.ForeignKey(
        "inventory.Unit", models.PROTECT, verbose_name="enhed", related_name="counts"
    )
    employee = models.ForeignKey(
        "inventory.Employee",
        models.SET_NULL,
        verbose_name="medarbejder",
        related_name="counts",
        null=True,
        blank=True,
    )
    # Which of its links works: none at 0. Somebody else who is asked gets the next one.
    link = models.PositiveSmallIntegerField("link nr.", default=0)
    asked_at = models.DateTimeField("spurgt", null=True, blank=True)
    answer = models.CharField("svar", max_length=10, choices=Answer.choices, blank=True)
    how = models.CharField("hvordan", max_length=6, choices=How.choices, blank=True)
    note = models.CharField("bemærkning", max_length=200, blank=True)
    place = models.CharField("sted", max_length=60, blank=True)
    answered_at = models.DateTimeField("svaret", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="svaret af",
        related_name="+",
        null=True,
        blank=True,
    )
    replies = models.PositiveSmallIntegerField("svar pr. link", default=0)

    class Meta:
        verbose_name = "optalt udstyr"
        verbose_name_plural = "optalt udstyr"
        ordering = ["stocktake", "serial_number"]
        indexes = [
            models.Index(fields=["stocktake", "unit", "answer"], name="count_by_unit"),
            models.Index(fields=["stocktake", "serial_number"], name="count_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "device"],
                name="counted_once",
                violation_error_message="Udstyret er allerede med i optællingen.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, note="", how="")
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="count_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(link=0, asked_at=None) | Q(link__gt=0, asked_at__isnull=False),
                name="link_was_sent",
            ),
        ]

    def __str__(self):
        return self.serial_number


class StocktakeFind(models.Model):
    """What was scanned at a unit and is not counted there: unknown, or from elsewhere."""

    stocktake = models.ForeignKey(
        Stocktake,
        models.CASCADE,
        verbose_name="optælling",
        related_name="finds",
        db_index=False,  # the unique constraint begins with it
    )
    serial_number = models.CharField("scannet nummer", max_length=40)
    device = models.ForeignKey(
        "inventory.Device",
        models.PROTECT,
        verbose_name="udstyr",
        related_name="finds",
        null=True,
        blank=True,
    )
    unit = models.ForeignKey(
        "inventory.Unit", models.PROTECT, verbose_name="scannet hos", related_name="finds"
    )
    place = models.CharField("sted", max_length=60, blank=True)
    found_at = models.DateTimeField("scannet")
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="scannet af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "fund ved optælling"
        verbose_name_plural = "fund ved optælling"
        ordering = ["stocktake", "serial_number"]
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "serial_number"], name="found_once"),
        ]

    def __str__(self):
        return self.serial_number


for _model in (Stocktake, CountedDevice, StocktakeFind):
    auditlog.register(_model)
