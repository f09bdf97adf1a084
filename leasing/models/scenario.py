from auditlog.registry import auditlog
from django.conf import settings
from django.db import models


class Scenario(models.Model):
    """A "what if" kept under a name: whose costs it is about, and what is assumed.

    `assumptions` is what the form takes, as text by field name; see `leasing.domain.assumptions`.
    """

    name = models.CharField("navn", max_length=100)
    # Called so in the table and in history: elsewhere it is the payer.
    bearer = models.CharField("afdeling", max_length=20)
    assumptions = models.JSONField("forudsætninger", default=dict)
    is_shared = models.BooleanField("delt med økonomi og it-helpdesk", default=False)
    created_at = models.DateTimeField("gemt")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name="gemt af",
        related_name="scenarios",
    )

    class Meta:
        verbose_name = "scenarie"
        verbose_name_plural = "scenarier"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["created_by", "bearer", "name"],
                name="scenario_name_once",
                violation_error_message="Du har allerede et scenarie med det navn.",
            )
        ]

    def __str__(self):
        return self.name


auditlog.register(Scenario)
