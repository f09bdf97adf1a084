from datetime import date, timedelta

from django.db import models

from inventory.models.snapshot import DeviceInSource


class LessorAsset(DeviceInSource):
    """What the lessor says it has out with us: a line of its list, kept as a snapshot."""

    snapshot = models.ForeignKey(
        "inventory.Snapshot",
        models.CASCADE,
        verbose_name="øjebliksbillede",
        related_name="lessor_assets",
        db_index=False,  # the unique constraint begins with it
    )
    device = models.ForeignKey(
        "inventory.Device",
        models.DO_NOTHING,
        verbose_name="serienummer",
        related_name="lessor_assets",
        to_field="serial_number",
        db_column="serial_number",
        db_constraint=False,
        db_index=False,  # looked up within a snapshot
    )
    sub_agreement = models.CharField("underaftale", max_length=40, blank=True)
    ends_before = models.DateField(
        "udløbet fra", null=True, blank=True, help_text="Dagen efter den sidste."
    )
    instalment_ore = models.BigIntegerField("ydelse pr. kvartal (øre)", null=True, blank=True)

    class Meta(DeviceInSource.Meta):
        verbose_name = "udstyr hos leasinggiver"
        verbose_name_plural = "udstyr hos leasinggiver"
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "device"],
                name="asset_listed_once",
                violation_error_message="Serienummeret står allerede i øjebliksbilledet.",
            ),
        ]

    @property
    def expires_on(self) -> date | None:
        """Return the lease's last day, as the list has it."""
        return self.ends_before - timedelta(days=1) if self.ends_before else None
