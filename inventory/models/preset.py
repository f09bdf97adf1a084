from django.conf import settings
from django.db import models


class ListPreset(models.Model):
    """What a list shows, kept under a name: for who saved it, and perhaps for a role.

    `list_name` names the list among the addresses, `query` is what its address asks for. Whoever
    opens it sees it within their own scope.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="gemt af", related_name="+"
    )
    list_name = models.CharField("liste", max_length=60)
    name = models.CharField("navn", max_length=40)
    query = models.CharField("udvalg", max_length=500)
    role = models.ForeignKey(
        "auth.Group",
        models.CASCADE,
        verbose_name="deles med",
        related_name="+",
        null=True,
        blank=True,
    )
    in_menu = models.BooleanField("i menuen", default=False)

    class Meta:
        verbose_name = "visning"
        verbose_name_plural = "visninger"
        ordering = ["list_name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"],
                name="preset_once",
                violation_error_message="Du har allerede en visning med det navn.",
            )
        ]

    def __str__(self):
        return self.name
