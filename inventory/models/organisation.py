from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate

from albertslund_it.web.database.folding import folded_words
from albertslund_it.web.forms.validators import (
    validate_account,
    validate_cost_centre,
    validate_ean,
    validate_psp_element,
)


def in_danish_order(field: str) -> Collate:
    """Order by a text as Danish dictionaries do (… z, æ, ø, å)."""
    return Collate(field, "dansk")


class ByName(models.Manager):
    """Lets a fixture name a row by what people call it."""

    def get_by_natural_key(self, name):
        return self.get(name=name)


class Department(models.Model):
    """A body that carries costs: an afdeling, KKR or Kommunalbestyrelsen."""

    name = models.CharField("navn", max_length=100, unique=True)
    also_known_as = models.CharField(
        "andre navne",
        max_length=300,
        blank=True,
        help_text="Adskilt af semikolon. Bruges til at genkende afdelingen i indlæste filer.",
    )
    head_name = models.CharField("leder", max_length=100, blank=True)
    head_mail = models.EmailField("lederens mail", blank=True)

    objects = ByName()

    class Meta:
        verbose_name = "afdeling"
        verbose_name_plural = "afdelinger"
        ordering = [in_danish_order("name")]
        permissions = [("view_all_departments", "Kan se alle afdelinger")]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.name,)


class UnitSet(models.QuerySet["Unit"]):
    """Units, by whether they are still there."""

    def in_use(self) -> "UnitSet":
        """Keep those that are not closed; the others are still found by their numbers."""
        return self.filter(closed_on=None)


class Unit(models.Model):
    """A school, an institution or a team that pays; or the one cost holder with the rest."""

    department = models.ForeignKey(
        Department,
        models.PROTECT,
        verbose_name="afdeling",
        related_name="units",
        null=True,
        blank=True,
        help_text="Tom for Fælles IT (it-lager), som ikke hører under en afdeling.",
    )
    number = models.CharField("enhedsnr.", max_length=20, unique=True)
    name = models.CharField("enhed", max_length=100)
    leader_name = models.CharField("enhedsleder", max_length=100, blank=True)
    leader_mail = models.EmailField("enhedslederens mail", blank=True)
    ean = models.CharField("EAN", max_length=13, blank=True, validators=[validate_ean])
    account = models.CharField("artskonto", max_length=8, blank=True, validators=[validate_account])
    cost_centre = models.CharField(
        "omkostningssted", max_length=10, blank=True, validators=[validate_cost_centre]
    )
    psp_element = models.CharField(
        "PSP-element", max_length=24, blank=True, validators=[validate_psp_element]
    )
    is_cost_holder = models.BooleanField("omkostningsbærer", default=False)
    # Set as the day comes, by a change of the organisation, and never again taken back.
    closed_on = models.DateField("nedlagt fra", null=True, blank=True, editable=False)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="afløser",
        related_name="predecessors",
        null=True,
        blank=True,
        editable=False,
    )

    objects = UnitSet.as_manager()

    class Meta:
        verbose_name = "enhed"
        verbose_name_plural = "enheder"
        ordering = [in_danish_order("name"), "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_cost_holder"],
                condition=Q(is_cost_holder=True),
                name="one_cost_holder",
                violation_error_message="Der er allerede en omkostningsbærer. Der kan kun være én.",
            ),
            models.CheckConstraint(
                condition=Q(is_cost_holder=True, department=None)
                | Q(is_cost_holder=False, department__isnull=False),
                name="unit_has_department",
                violation_error_message="Vælg enhedens afdeling. Kun omkostningsbæreren er uden.",
            ),
            models.CheckConstraint(
                condition=Q(cost_centre="") | Q(psp_element=""),
                name="unit_one_cost_object",
                violation_error_message=(
                    "Angiv enten omkostningssted eller PSP-element, ikke begge."
                ),
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, successor=None)
                | (
                    Q(closed_on__isnull=False, successor__isnull=False, is_cost_holder=False)
                    & ~Q(successor=F("id"))
                ),
                name="closed_unit_has_successor",
                violation_error_message=(
                    "En nedlagt enhed skal have en anden enhed som afløser, og "
                    "omkostningsbæreren kan ikke nedlægges."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    @property
    def missing_coding(self) -> list[str]:
        """Name what an Opus posting to this unit lacks."""
        missing = [] if self.account else ["artskonto"]
        if not (self.cost_centre or self.psp_element):
            missing.append("omkostningssted eller PSP-element")
        return missing


class UnitBefore(models.Model):
    """What a unit was called and where it belonged until a day: the first of several that is later.

    What holds now stands on the unit alone, so there is nothing to keep in step.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name="enhed", related_name="before")
    ends_before = models.DateField("indtil")
    department = models.ForeignKey(
        Department, models.PROTECT, verbose_name="afdeling", related_name="+", null=True
    )
    name = models.CharField("hed", max_length=100)

    class Meta:
        verbose_name = "tidligere navn og afdeling"
        verbose_name_plural = "tidligere navne og afdelinger"
        ordering = ["unit", "ends_before"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "ends_before"], name="unit_before_once_a_day")
        ]

    def __str__(self):
        return f"{self.unit_id} indtil {self.ends_before:%d-%m-%Y}"


# How the initials begin of who is forgotten.
ANONYMOUS = "anonym-"


class Employee(models.Model):
    """A person who may hold a device: name, initials, work mail and unit, nothing more.

    Without initials it is a coming employee, to be joined to the real one later. `unit` pays, and
    its department's head decides exceptions, also for who is employed in several places.
    """

    initials = models.CharField("initialer", max_length=20, blank=True)
    name = models.CharField("navn", max_length=100)
    mail = models.EmailField("mail", blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="enhed", related_name="employees")
    also_employed_at = models.ManyToManyField(
        Unit, verbose_name="også ansat i", related_name="also_employs", blank=True
    )
    starts_on = models.DateField("første dag", null=True, blank=True)
    left_on = models.DateField("fratrådt", null=True, blank=True)
    # Kept by the database: folding 50,000 names takes it a third of a second.
    found_by = models.GeneratedField(
        expression=folded_words("name", "initials", "mail"),
        output_field=models.CharField(max_length=700),
        db_persist=True,
        verbose_name="findes på",
    )

    class Meta:
        verbose_name = "medarbejder"
        verbose_name_plural = "medarbejdere"
        ordering = [in_danish_order("name"), "initials"]
        # On SQLite Danish order is worked out in Python: sorting 50,000 people takes seconds.
        indexes = [
            models.Index(in_danish_order("name"), "initials", name="employee_danish_order"),
            # Whether people belong to some units is asked of many at a time.
            models.Index("unit", "id", name="employee_of_unit"),
            # Few have left, and fewer are coming: who they are is asked on most pages.
            models.Index("left_on", name="employee_left", condition=Q(left_on__isnull=False)),
            models.Index("starts_on", name="employee_coming", condition=Q(initials="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["initials"],
                condition=~Q(initials=""),
                name="initials_once",
                violation_error_message="En anden medarbejder har allerede de initialer.",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.initials or 'kommende'})"

    def clean(self):
        others = Employee.objects.filter(mail__iexact=self.mail).exclude(pk=self.pk)
        if self.mail and (other := others.first()):
            raise ValidationError(
                {"mail": f"{other} har den mail. Er det samme person, så ret {other.short_name}."}
            )

    @property
    def short_name(self) -> str:
        """Return the initials, or the name of who has none yet."""
        return self.initials or self.name

    @property
    def is_coming(self) -> bool:
        """Return whether this stands for somebody who has no initials yet."""
        return not self.initials

    @property
    def is_anonymous(self) -> bool:
        """Return whether the retention period has taken the name."""
        return self.initials.startswith(ANONYMOUS)


for _model in (Department, Unit, UnitBefore):
    auditlog.register(_model)
auditlog.register(Employee, m2m_fields={"also_employed_at"}, exclude_fields=["found_by"])
