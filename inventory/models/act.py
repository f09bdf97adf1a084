from django.conf import settings
from django.db import models
from django.db.models import Q


class Act(models.Model):
    """One thing that a person did, however much it wrote, so that it can be undone as one."""

    class Kind(models.TextChoices):
        HAND_OUT = "hand_out", "Udlevering"
        TRANSFER = "transfer", "Flytning"
        TAKE_BACK = "take_back", "Tilbagetagning"
        LOAN = "loan", "Udlån"
        SWAP = "swap", "Ombytning"
        IMPORT = "import", "Indlæsning"
        OFFBOARDING = "offboarding", "Fratrædelse"
        REORGANISATION = "reorganise", "Organisationsændring"
        FACTS = "facts", "Rettelse af oplysninger"

    kind = models.CharField("slags", max_length=20, choices=Kind.choices)
    # Names no person: it is kept for as long as the history is.
    title = models.CharField("hvad", max_length=200)
    # What it was done to, where that is one device: its page offers to undo it.
    device = models.ForeignKey(
        "inventory.Device",
        models.SET_NULL,
        verbose_name="udstyr",
        related_name="+",
        null=True,
    )
    # Whoever undoes it needs the permission that doing it took.
    permission = models.CharField("rettighed", max_length=100)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="gjort af",
        related_name="acts",
        null=True,
        db_index=False,  # an index of its own, below
    )
    at = models.DateTimeField("hvornår")
    # The newest entry of history by then: what has none so old has come since.
    last_entry = models.BigIntegerField()
    undone_at = models.DateTimeField("fortrudt", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="fortrudt af",
        related_name="+",
        null=True,
    )

    class Meta:
        verbose_name = "handling"
        verbose_name_plural = "handlinger"
        ordering = ["-id"]
        indexes = [models.Index(fields=["actor", "-id"], name="acts_of_a_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by=None) | Q(undone_at__isnull=False),
                name="act_undone_at_a_time",
            ),
        ]

    def __str__(self):
        return self.title


class ActRows(models.Model):
    """Some rows of one table that an act wrote: what they held before, and what it left.

    Kept for as long as the act may be undone, and no longer: there are people in it.
    """

    class What(models.TextChoices):
        CREATED = "created", "oprettet"
        CHANGED = "changed", "ændret"
        DELETED = "deleted", "slettet"

    act = models.ForeignKey(Act, models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField()
    model = models.CharField(max_length=60)
    what = models.CharField(max_length=7, choices=What.choices)
    # Of created rows: id and checksum. Else the names of fields, and of each row its id and their
    # values, before and after; of deleted rows only before.
    names = models.JSONField(default=list)
    content = models.JSONField()

    class Meta:
        verbose_name = "rækker i en handling"
        verbose_name_plural = "rækker i handlinger"
        ordering = ["act", "position"]
        constraints = [
            models.UniqueConstraint(fields=["act", "position"], name="rows_of_an_act_in_order")
        ]

    def __str__(self):
        return f"{self.act_id}/{self.position}"
