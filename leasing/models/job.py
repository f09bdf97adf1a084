"""What takes long and is done for somebody: asked for once, done by a worker or in a request."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Job(models.Model):
    """Something that somebody asked for, what it was asked with, and what came of it.

    `attempts` counts how often it was taken up. Whoever works on it saves what comes of it together
    with the end of the very attempt that it is, so that of two at it only one can save anything.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Venter"
        RUNNING = "running", "I gang"
        DONE = "done", "Færdig"
        REFUSED = "refused", "Afvist"
        FAILED = "failed", "Gik galt"

    OPEN = (State.WAITING, State.RUNNING)

    kind = models.CharField("slags", max_length=30)
    title = models.CharField("hvad", max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="bedt om af", related_name="jobs"
    )
    asked_at = models.DateTimeField("bedt om")
    permissions = models.JSONField("rettigheder", default=list)
    arguments = models.JSONField("hvad der blev bedt om", default=dict)
    # SHA-256 of the kind, what it is asked with, and its file: the same asked twice is one job.
    key = models.CharField("nøgle", max_length=64)
    state = models.CharField("tilstand", max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("forsøg", default=0)
    started_at = models.DateTimeField("begyndt", null=True, blank=True)
    ended_at = models.DateTimeField("slut", null=True, blank=True)
    # What is said of it, and where it leads: see `JobOutcome`.
    result = models.JSONField("resultat", default=dict)

    class Meta:
        verbose_name = "arbejde"
        verbose_name_plural = "arbejde"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "key"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=["waiting", "running"]), name="job_open"
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class JobProgress(models.Model):
    """How far a job is; written beside its transaction, where the database lets two write."""

    job = models.OneToOneField(
        Job, models.CASCADE, verbose_name="arbejde", related_name="progress", primary_key=True
    )
    text = models.CharField("hvor langt", max_length=200, blank=True)
    percent = models.PositiveSmallIntegerField("procent", null=True, blank=True)

    class Meta:
        verbose_name = "fremdrift"
        verbose_name_plural = "fremdrift"

    def __str__(self):
        return self.text


class JobPart(models.Model):
    """A stretch of a job's file: of the one that it was asked with, or the one it made.

    In the database, as whoever does the job may be on another machine than whoever asked for it.
    """

    job = models.ForeignKey(
        Job, models.CASCADE, verbose_name="arbejde", related_name="parts", db_index=False
    )
    is_made = models.BooleanField("er lavet af arbejdet")
    number = models.PositiveIntegerField("nummer")
    data = models.BinaryField("indhold")

    class Meta:
        verbose_name = "del af en fil"
        verbose_name_plural = "dele af filer"
        ordering = ["job", "is_made", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "is_made", "number"], name="job_part_once")
        ]

    def __str__(self):
        return f"{self.job_id}/{self.number}"
