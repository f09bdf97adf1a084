"""What files have been taken in, how their columns were read, and which rows wait."""

from auditlog.registry import auditlog
from django.db import models


class ColumnMap(models.Model):
    """How the columns of files with the same headings are read, as somebody once said."""

    kind = models.CharField("slags", max_length=30)
    # SHA-256 of the headings' keys in order: the same columns in another order are the same.
    digest = models.CharField("kontrolsum", max_length=64)
    headings = models.JSONField("overskrifter", default=list)
    mapped = models.JSONField("kolonner", default=dict)
    values = models.JSONField("i hele filen", default=dict)
    said_at = models.DateTimeField("sagt")
    said_by = models.CharField("sagt af", max_length=150)

    class Meta:
        verbose_name = "kolonnevalg"
        verbose_name_plural = "kolonnevalg"
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="headings_said_once"),
        ]

    def __str__(self):
        return f"{self.kind}: {', '.join(self.headings)}"[:100]


class ImportBatch(models.Model):
    """A file that was taken in and changed something; its number is what people call it by.

    `headings` are those of the file, for the rows of it that wait.
    """

    kind = models.CharField("slags", max_length=30)
    name = models.CharField("fil", max_length=100)
    sheet = models.CharField("ark", max_length=100, blank=True)
    sha256 = models.CharField("kontrolsum", max_length=64)
    # Nothing after the retention period.
    file = models.ForeignKey(
        "leasing.KeptFile",
        models.PROTECT,
        verbose_name="indhold",
        related_name="import_batches",
        null=True,
        blank=True,
    )
    # What it wrote, so that it can be undone; nothing where it wrote nothing that can.
    act = models.OneToOneField(
        "inventory.Act",
        models.SET_NULL,
        verbose_name="handling",
        related_name="import_batch",
        null=True,
        blank=True,
    )
    made_at = models.DateTimeField("indlæst")
    made_by = models.CharField("indlæst af", max_length=150)
    row_count = models.PositiveIntegerField("rækker")
    left_out = models.PositiveIntegerField("udeladt", default=0)
    # {kind of thing: [created, changed, unchanged]}, as the preview told it.
    counts = models.JSONField("antal", default=dict)
    values = models.JSONField("i hele filen", default=dict)
    headings = models.JSONField("overskrifter", default=list)

    class Meta:
        verbose_name = "indlæsning"
        verbose_name_plural = "indlæsninger"
        ordering = ["-id"]

    def __str__(self):
        return f"Indlæsning nr. {self.pk}"

    @property
    def is_undone(self) -> bool:
        return bool(self.act and self.act.undone_at)


class WaitingRows(models.QuerySet["WaitingRow"]):
    def waiting(self) -> "WaitingRows":
        """Keep those that no later file has settled."""
        return self.filter(settled_by=None)


class WaitingRow(models.Model):
    """A row with a fault that was left waiting while the good ones were taken in.

    One that a later file settles waits no longer, but again where that file is undone.
    """

    batch = models.ForeignKey(
        ImportBatch,
        models.CASCADE,
        verbose_name="indlæsning",
        related_name="waiting_rows",
        db_index=False,  # the unique constraint begins with it
    )
    number = models.PositiveIntegerField("række")
    cells = models.JSONField("celler", default=list)
    reason = models.TextField("fejl")
    settled_by = models.ForeignKey(
        ImportBatch,
        models.CASCADE,
        verbose_name="rettet i indlæsning",
        related_name="settled_rows",
        null=True,
        blank=True,
    )

    objects = WaitingRows.as_manager()

    class Meta:
        verbose_name = "række, der venter"
        verbose_name_plural = "rækker, der venter"
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="row_waits_once"),
        ]

    def __str__(self):
        return f"{self.batch_id}/{self.number}"


auditlog.register(ColumnMap)
