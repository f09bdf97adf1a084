from django.conf import settings
from django.db import models


class SlowQuery(models.Model):
    """A question to the database that took long: of the last day, and only the slowest of them.

    `statement` is the SQL as the code wrote it, without the values that were asked with.
    """

    route = models.CharField("side", max_length=100)
    statement = models.TextField("spørgsmål")
    milliseconds = models.PositiveIntegerField("millisekunder")
    seen_at = models.DateTimeField("set")

    class Meta:
        verbose_name = "langsomt spørgsmål"
        verbose_name_plural = "langsomme spørgsmål"
        ordering = ["-milliseconds", "id"]

    def __str__(self):
        return f"{self.milliseconds} ms"


class Presence(models.Model):
    """When a user's browser last asked for a page, to within some minutes; forgotten in a day."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name="bruger",
        related_name="presence",
        primary_key=True,
    )
    seen_at = models.DateTimeField("set")

    class Meta:
        verbose_name = "på nu"
        verbose_name_plural = "på nu"
        ordering = ["-seen_at"]

    def __str__(self):
        return str(self.user)
