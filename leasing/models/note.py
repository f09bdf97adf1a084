from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q

LONGEST_NOTE = 2000
# What a note may be about, by the name of its link.
ABOUT = ("device", "employee", "order", "invoice")


def _of_one_thing() -> Q:
    either = Q()
    for name in ABOUT:
        others = {f"{other}__isnull": True for other in ABOUT if other != name}
        either |= Q(**{f"{name}__isnull": False}, **others)
    return either


class Note(models.Model):
    """What the helpdesk or finance writes to itself about something, perhaps with a file.

    It is never shown to leaders.
    """

    device = models.ForeignKey(
        "inventory.Device",
        models.CASCADE,
        verbose_name="udstyr",
        related_name="notes",
        null=True,
        blank=True,
    )
    employee = models.ForeignKey(
        "inventory.Employee",
        models.CASCADE,
        verbose_name="medarbejder",
        related_name="notes",
        null=True,
        blank=True,
    )
    order = models.ForeignKey(
        "leasing.Order",
        models.CASCADE,
        verbose_name="bestilling",
        related_name="notes",
        null=True,
        blank=True,
    )
    invoice = models.ForeignKey(
        "leasing.SupplierInvoice",
        models.CASCADE,
        verbose_name="leverandørfaktura",
        related_name="notes",
        null=True,
        blank=True,
    )
    text = models.TextField("note", max_length=LONGEST_NOTE, blank=True)
    file = models.ForeignKey(
        "leasing.KeptFile",
        models.PROTECT,
        verbose_name="fil",
        related_name="notes",
        null=True,
        blank=True,
    )
    file_name = models.CharField("filens navn", max_length=100, blank=True)
    written_at = models.DateTimeField("skrevet")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="skrevet af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "note"
        verbose_name_plural = "noter"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=_of_one_thing(), name="note_is_about_one_thing"),
            models.CheckConstraint(
                condition=~Q(text="") | Q(file__isnull=False),
                name="note_says_something",
                violation_error_message="Skriv en note, eller vælg en fil.",
            ),
            models.CheckConstraint(
                condition=Q(file=None, file_name="") | (Q(file__isnull=False) & ~Q(file_name="")),
                name="file_of_a_note_has_a_name",
            ),
        ]

    def __str__(self):
        return f"Note {self.pk}"


# Free text about people that has a place of its own is not kept a second time in history.
auditlog.register(Note, exclude_fields=["text", "file_name"])
