from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q

from leasing.models.lease import EndChoice
from leasing.models.quarters import holds_a_quarter


class EndDecisionSet(models.QuerySet):
    """Decisions, by what they come to."""

    def final(self) -> "EndDecisionSet":
        """Keep those by which a lease ends; at most one a lease."""
        return self.filter(choice__in=[EndChoice.BUYOUT, EndChoice.RETURN])


class EndDecision(models.Model):
    """What is decided about the end of a term, by whom and why; no choice where it is taken back.

    An extension is the term that follows, so only a lease's last term has another choice: how the
    lease itself ends. No day is kept here, since a corrected lease moves them all.
    """

    term = models.OneToOneField(
        "leasing.LeaseTerm", models.CASCADE, verbose_name="løbetid", related_name="end_decision"
    )
    choice = models.CharField("udløbsvalg", max_length=10, choices=EndChoice.choices, blank=True)
    reason = models.CharField("begrundelse", max_length=300, blank=True)
    decided_at = models.DateTimeField("besluttet", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="besluttet af",
        related_name="+",
        null=True,
        blank=True,
    )

    objects = EndDecisionSet.as_manager()

    class Meta:
        verbose_name = "udløbsvalg"
        verbose_name_plural = "udløbsvalg"
        permissions = [("decide_lease_end", "Kan beslutte, hvad der skal ske ved udløb")]
        indexes = [
            # How leases end: few of many, and found by every list of what ends.
            models.Index("term", condition=~Q(choice=""), name="end_decisions_made"),
        ]

    def __str__(self):
        return f"{self.term_id} {self.get_choice_display()}".strip()


class LessorQuestion(models.Model):
    """The lessor asks what is to happen to leases of a sub-agreement that expire in some days."""

    sub_agreement = models.ForeignKey(
        "leasing.SubAgreement",
        models.PROTECT,
        verbose_name="underaftale",
        related_name="lessor_questions",
    )
    received_on = models.DateField("modtaget")
    answer_by = models.DateField("svar senest")
    expires_from = models.DateField("udløb fra og med")
    expires_to = models.DateField("udløb til og med")
    note = models.CharField("bemærkning", max_length=300, blank=True)
    answered_on = models.DateField("besvaret", null=True, blank=True)

    class Meta:
        verbose_name = "henvendelse fra leasinggiver"
        verbose_name_plural = "henvendelser fra leasinggiver"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sub_agreement", "received_on"],
                name="one_question_a_day",
                violation_error_message="Der er allerede en henvendelse om underaftalen den dag.",
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gte=models.F("received_on")),
                name="answer_after_question",
                violation_error_message="Svarfristen kan ikke ligge før den dag, I fik brevet.",
            ),
            models.CheckConstraint(
                condition=Q(expires_to__gte=models.F("expires_from")),
                name="question_about_some_days",
                violation_error_message="Til og med kan ikke ligge før fra og med.",
            ),
        ]

    def __str__(self):
        return f"{self.sub_agreement} {self.received_on:%d-%m-%Y}"


class QuestionItem(models.Model):
    """A line of the lessor's list: what it takes a lease for; the device where we know it."""

    question = models.ForeignKey(
        LessorQuestion, models.CASCADE, verbose_name="henvendelse", related_name="items"
    )
    serial_number = models.CharField("serienummer", max_length=40)
    model_name = models.CharField("model", max_length=60, blank=True)
    expires_on = models.DateField("udløb", null=True, blank=True)

    class Meta:
        verbose_name = "linje på leasinggivers liste"
        verbose_name_plural = "linjer på leasinggivers liste"
        ordering = ["question", "serial_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "serial_number"],
                name="asked_once",
                violation_error_message="Serienummeret står allerede på listen.",
            ),
        ]

    def __str__(self):
        return self.serial_number


class LessorList(models.Model):
    """The answer that the lessor was sent: of each serial number what it is to do."""

    quarter = models.CharField("udløbskvartal", max_length=6)
    sub_agreement = models.ForeignKey(
        "leasing.SubAgreement",
        models.PROTECT,
        verbose_name="underaftale",
        related_name="lessor_lists",
        null=True,
        blank=True,
        help_text="Tom: alle underaftaler.",
    )
    rows = models.JSONField("sagt om hvert serienummer")
    sent_at = models.DateTimeField("sendt")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="sendt af",
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "liste til leasinggiver"
        verbose_name_plural = "lister til leasinggiver"
        ordering = ["-sent_at", "-id"]
        constraints = [holds_a_quarter("quarter", "lessor_list_of_a_quarter")]

    def __str__(self):
        return f"{self.quarter} {self.sent_at:%d-%m-%Y}"


for _model in (EndDecision, LessorQuestion, QuestionItem, LessorList):
    auditlog.register(_model)
