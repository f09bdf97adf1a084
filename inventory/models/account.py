from auditlog.registry import auditlog
from django.conf import settings
from django.db import models


class Account(models.Model):
    """The account that a user signs on with: bound at the first sign-on, and alone in counting.

    A provider never gives a subject to somebody else, as it may do with a mail.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="bruger", related_name="account"
    )
    issuer = models.CharField("udsteder", max_length=300)
    subject = models.CharField("kontoens id", max_length=255)
    bound_at = models.DateTimeField("bundet")

    class Meta:
        verbose_name = "konto til fælles login"
        verbose_name_plural = "konti til fælles login"
        ordering = ["user"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                name="account_is_one_user",
                violation_error_message="Kontoen hører allerede til en bruger.",
            )
        ]

    def __str__(self):
        return f"{self.user} = {self.subject}"


auditlog.register(Account)
