from datetime import date

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from albertslund_it.common import serial_numbers
from inventory.models.departure import Departure
from inventory.models.organisation import ByName, in_danish_order

SERIAL_NUMBER = RegexValidator(serial_numbers.PATTERN, serial_numbers.EXPECTED)


class Category(models.Model):
    """A kind of device; whether it is a pc decides what counts as one."""

    name = models.CharField("navn", max_length=40, unique=True)
    is_pc = models.BooleanField(
        "er en pc", default=False, help_text="Tæller med i antal pc'er og i reglen om én pc."
    )
    has_serial_numbers = models.BooleanField(
        "har serienumre",
        default=True,
        help_text="Slå fra ved fx skærme: de leveres som et antal og får egne inventarnumre.",
    )

    objects = ByName()

    class Meta:
        verbose_name = "kategori"
        verbose_name_plural = "kategorier"
        ordering = [in_danish_order("name")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.name,)


class DeviceModel(models.Model):
    """A model that can be ordered or found: T14, T16, a screen."""

    name = models.CharField("model", max_length=60, unique=True)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name="kategori")
    features = models.CharField("egenskaber", max_length=200, blank=True)

    objects = ByName()

    class Meta:
        verbose_name = "model"
        verbose_name_plural = "modeller"
        ordering = [in_danish_order("name")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.name,)

    def may_replace(self, other: "DeviceModel") -> bool:
        """Return whether one is handed in for the other: a screen for a screen, a pc for a pc."""
        same_kind = self.category_id == other.category_id
        return same_kind or (self.category.is_pc and other.category.is_pc)


class DeviceSet(models.QuerySet):
    """Devices, by whether they are still in the register."""

    def in_register(self, on: date) -> "DeviceSet":
        """Keep those that have not left the register by a day."""
        return self.filter(~_gone(on))

    def out_of_register(self, on: date) -> "DeviceSet":
        """Keep those that have left by a day; they are still found by their numbers."""
        return self.filter(_gone(on))


def _gone(on: date) -> Q:
    # Not looked up for each device: few have left, and a database reads them once.
    return Q(pk__in=Departure.objects.filter(left_on__lte=on).order_by().values("device"))


class Device(models.Model):
    """One machine, known by its serial number."""

    serial_number = models.CharField(
        "serienummer", max_length=40, unique=True, validators=[SERIAL_NUMBER]
    )
    model = models.ForeignKey(
        DeviceModel, models.PROTECT, verbose_name="model", related_name="devices"
    )
    ram_gb = models.PositiveSmallIntegerField("RAM (GB)", null=True, blank=True)
    windows_11 = models.BooleanField("Windows 11", null=True, blank=True)
    warranty_until = models.DateField("garanti til", null=True, blank=True)
    # Reveals absence: for the helpdesk only.
    last_seen = models.DateField("sidst set", null=True, blank=True)

    objects = DeviceSet.as_manager()

    class Meta:
        verbose_name = "udstyr"
        verbose_name_plural = "udstyr"
        permissions = [
            ("import_inventory", "Kan indlæse enheder, medarbejdere og udstyr"),
            ("see_last_seen", "Kan se, hvornår udstyr sidst er set"),
        ]
        ordering = ["serial_number"]

    def __str__(self):
        return self.serial_number

    def clean(self):
        if reason := serial_numbers.why_not(self.serial_number):
            raise ValidationError({"serial_number": f"{reason}."})


class FormerSerialNumber(models.Model):
    """A serial number that a device had before a warranty swap; files may still use it."""

    device = models.ForeignKey(
        Device, models.CASCADE, verbose_name="udstyr", related_name="former_serial_numbers"
    )
    serial_number = models.CharField("tidligere serienummer", max_length=40, unique=True)

    class Meta:
        verbose_name = "tidligere serienummer"
        verbose_name_plural = "tidligere serienumre"

    def __str__(self):
        return self.serial_number


for _model in (Category, DeviceModel, FormerSerialNumber):
    auditlog.register(_model)
# When a device was last seen changes daily and tells of absence: no history of it is kept.
auditlog.register(Device, exclude_fields=["last_seen"])
