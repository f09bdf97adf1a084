from django.db import models


class CommandRun(models.Model):
    """How the last run of a command of operation went: one row a command, written anew each time.

    `words` are what the command says of itself; they name no person.
    """

    name = models.CharField("kommando", max_length=40, unique=True)
    started_at = models.DateTimeField("begyndt")
    ended_at = models.DateTimeField("sluttet", null=True, blank=True)
    is_ok = models.BooleanField("gik godt", default=False)
    # Stays while later runs fail: how old the newest backup is, not how old the newest attempt.
    ok_at = models.DateTimeField("gik senest godt", null=True, blank=True)
    words = models.CharField("ord", max_length=300, blank=True)

    class Meta:
        verbose_name = "kørt kommando"
        verbose_name_plural = "kørte kommandoer"
        ordering = ["name"]

    def __str__(self):
        return self.name
