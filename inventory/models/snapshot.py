from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q


class SourceKind(models.TextChoices):
    """What a snapshot was taken of."""

    INTUNE = "intune", "Enhedsstyring (Intune)"
    DIRECTORY = "directory", "Brugerkatalog (Entra)"
    LESSOR = "lessor_assets", "Leasinggivers liste over udstyr"


class Snapshot(models.Model):
    """What another source said on a day: kept beside the register, and compared with it."""

    source = models.CharField("kilde", max_length=13, choices=SourceKind.choices)
    taken_on = models.DateField("taget")
    newest_at = models.DateTimeField(
        "nyeste kontakt", null=True, blank=True, help_text="Kun hvor kilden siger det."
    )
    made_at = models.DateTimeField("indlæst")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="indlæst af",
        related_name="+",
        null=True,
        blank=True,
    )
    # Of what was read, whatever the order of its rows: the same again makes no other snapshot.
    digest = models.CharField("kontrolsum", max_length=64)
    kept = models.PositiveIntegerField("rækker")
    left_out = models.PositiveIntegerField("udeladt")
    is_latest = models.BooleanField("den nyeste", default=False)
    # What the register had then: what came since cannot be in it.
    last_device = models.BigIntegerField("sidste udstyr", default=0)
    last_employee = models.BigIntegerField("sidste medarbejder", default=0)

    class Meta:
        verbose_name = "øjebliksbillede"
        verbose_name_plural = "øjebliksbilleder"
        ordering = ["source", "-taken_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(is_latest=True),
                name="one_latest_snapshot",
                violation_error_message="Der er allerede et nyeste øjebliksbillede af kilden.",
            ),
        ]

    def __str__(self):
        return f"{self.get_source_display()} {self.taken_on:%d-%m-%Y}"


class DeviceInSource(models.Model):
    """A device as another source has it: a row of its snapshot.

    `device` is what the register has under the number today, if anything: no constraint holds it.
    """

    part_of = "snapshot"
    device_id: str

    model_name = models.CharField("model", max_length=100, blank=True)

    class Meta:
        abstract = True
        ordering = ["id"]  # by the number would leave out what the register lacks

    def __str__(self):
        return self.serial_number

    @property
    def serial_number(self) -> str:
        """Return the number as the source has it, whether or not the register has it too."""
        return str(self.device_id)


class SeenDevice(DeviceInSource):
    """A device as the MDM had it. Who used it and when reveals absence: for the helpdesk only."""

    snapshot = models.ForeignKey(
        Snapshot,
        models.CASCADE,
        verbose_name="øjebliksbillede",
        related_name="seen_devices",
        db_index=False,  # the unique constraint begins with it
    )
    device = models.ForeignKey(
        "inventory.Device",
        models.DO_NOTHING,
        verbose_name="serienummer",
        related_name="seen",
        to_field="serial_number",
        db_column="serial_number",
        db_constraint=False,
        db_index=False,  # looked up within a snapshot
    )
    name = models.CharField("navn", max_length=100, blank=True)
    system = models.CharField("styresystem", max_length=60, blank=True)
    windows_build = models.PositiveIntegerField("Windows-build", null=True, blank=True)
    ram_gb = models.PositiveSmallIntegerField("RAM (GB)", null=True, blank=True)
    last_seen = models.DateField("sidst set", null=True, blank=True)
    login = models.CharField("bruger", max_length=200, blank=True)
    employee = models.ForeignKey(
        "inventory.Employee",
        models.SET_NULL,
        verbose_name="medarbejder",
        related_name="seen_devices",
        null=True,
        blank=True,
    )

    class Meta(DeviceInSource.Meta):
        verbose_name = "enhed i enhedsstyring"
        verbose_name_plural = "enheder i enhedsstyring"
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "device"],
                name="seen_once",
                violation_error_message="Serienummeret står allerede i øjebliksbilledet.",
            ),
        ]


class DirectoryPerson(models.Model):
    """A person as the directory had them; who it is in the register, where that is known."""

    part_of = "snapshot"

    snapshot = models.ForeignKey(
        Snapshot,
        models.CASCADE,
        verbose_name="øjebliksbillede",
        related_name="people",
        db_index=False,  # the unique constraint begins with it
    )
    login = models.CharField("bruger", max_length=200)
    name = models.CharField("navn", max_length=200, blank=True)
    mail = models.CharField("mail", max_length=254, blank=True)
    department = models.CharField("afdeling", max_length=200, blank=True)
    office = models.CharField("kontor", max_length=200, blank=True)
    is_enabled = models.BooleanField("aktiv", default=True)
    employee = models.ForeignKey(
        "inventory.Employee",
        models.SET_NULL,
        verbose_name="medarbejder",
        related_name="directory_people",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "person i brugerkataloget"
        verbose_name_plural = "personer i brugerkataloget"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "login"],
                name="one_login_a_snapshot",
                violation_error_message="Brugeren står allerede i øjebliksbilledet.",
            ),
        ]

    def __str__(self):
        return self.login


# Its rows have no history: they are never changed, and tell of absence. When it was made is noted
# beside what was done.
auditlog.register(Snapshot, exclude_fields=["made_at"])
