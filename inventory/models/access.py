from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q


class Access(models.Model):
    """A user may see a department or a unit, from a day and perhaps until one.

    Heads, unit leaders, deputies and substitutes all come from here: access follows the post.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="bruger", related_name="accesses"
    )
    department = models.ForeignKey(
        "inventory.Department", models.CASCADE, verbose_name="afdeling", null=True, blank=True
    )
    unit = models.ForeignKey(
        "inventory.Unit", models.CASCADE, verbose_name="enhed", null=True, blank=True
    )
    starts_on = models.DateField("fra")
    ends_before = models.DateField(
        "ophører", null=True, blank=True, help_text="Første dag uden adgang. Tom: indtil videre."
    )
    # Given by a sign-on, which takes it again when the account or the register says otherwise.
    follows_account = models.BooleanField(
        "følger kommunens konto", default=False, db_default=False, editable=False
    )

    class Meta:
        verbose_name = "adgang"
        verbose_name_plural = "adgange"
        ordering = ["user", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(department=None, unit__isnull=False)
                | Q(department__isnull=False, unit=None),
                name="access_to_one_thing",
                violation_error_message="Vælg enten en afdeling eller en enhed.",
            ),
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="access_ends_after_start",
                violation_error_message="Adgangen skal ophøre efter den dag, den begynder.",
            ),
        ]

    def __str__(self):
        return f"{self.user} → {self.department or self.unit}"


auditlog.register(Access)
# Who may do what; what a login writes is no change of that, and a password is nobody's to read.
auditlog.register(
    User,
    exclude_fields=["password", "last_login", "date_joined"],
    m2m_fields={"groups"},
)
