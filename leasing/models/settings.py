from datetime import date

from auditlog.registry import auditlog
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q

from albertslund_it.web.forms.validators import (
    validate_account,
    validate_cost_centre,
    validate_cvr,
    validate_days,
    validate_ean,
    validate_psp_element,
)

BILLING_START = date(2026, 1, 1)
# What the posting text may have in braces: the invoice's number, the quarter and the unit.
POSTING_TEXT_FIELDS = ("opgørelse", "kvartal", "enhed")


class Booking(models.TextChoices):
    """How the rebilling is booked."""

    MOVE = "move", "Flyt udgiften"
    SALE = "sale", "Internt salg"


class Settings(models.Model):
    """What finance and IT may change without a programmer; one row."""

    billing_starts_on = models.DateField(
        "opkræves fra",
        default=BILLING_START,
        help_text="Intet før den dag opkræves. Ligger fast, når det første kvartal er låst.",
    )
    opus_bom = models.BooleanField(
        "BOM i Opus-filen",
        default=False,
        help_text="Slå til, hvis Opus viser æ, ø og å forkert.",
    )
    posting_text = models.CharField(
        "posteringstekst",
        max_length=100,
        default="{opgørelse} Pc-leasing {kvartal} {enhed}",
        help_text="{opgørelse}, {kvartal} og {enhed} udfyldes. Opus får de første 50 tegn.",
    )
    booking = models.CharField(
        "bogføring",
        max_length=4,
        choices=Booking.choices,
        default=Booking.MOVE,
        help_text="Flyt udgiften: samme artskonto på begge sider. Internt salg: art 9.4 og 9.7.",
    )
    sale_account = models.CharField(
        "artskonto for internt køb (9.4)", max_length=8, blank=True, validators=[validate_account]
    )
    sale_income_account = models.CharField(
        "artskonto for internt salg (9.7)", max_length=8, blank=True, validators=[validate_account]
    )
    splits_cost_objects = models.BooleanField(
        "to Opus-filer",
        default=False,
        help_text="Slå til, hvis omkostningssted og PSP-element ikke må stå i samme bilag.",
    )
    holder_cost_centre = models.CharField(
        "Fælles IT's omkostningssted",
        max_length=10,
        blank=True,
        validators=[validate_cost_centre],
        help_text="Kun når der er to filer, og Fælles IT ellers konteres på et PSP-element.",
    )
    holder_psp_element = models.CharField(
        "Fælles IT's PSP-element",
        max_length=24,
        blank=True,
        validators=[validate_psp_element],
        help_text="Kun når der er to filer, og Fælles IT ellers konteres på et omkostningssted.",
    )
    needs_two_people = models.BooleanField(
        "to personer om at låse",
        default=False,
        help_text="Den, der låser, må ikke være den, der har forberedt kvartalet.",
    )
    tolerance_ore = models.PositiveSmallIntegerField(
        "afrunding pr. fakturalinje (øre)",
        default=1,
        help_text="Så lille en forskel fra leasinggivers faktura lægges i en bunke for sig.",
    )
    lessor_cvr = models.CharField(
        "leasinggivers CVR-nr.",
        max_length=8,
        blank=True,
        validators=[validate_cvr],
        help_text="Sammenlignes med sælgeren på leasinggivers fakturaer. Tom: kun navnet.",
    )
    own_cvr = models.CharField(
        "kommunens CVR-nr.",
        max_length=8,
        blank=True,
        validators=[validate_cvr],
        help_text="Sammenlignes med køberen på leasinggivers fakturaer. Tom: ikke sammenlignet.",
    )
    invoice_ean = models.CharField(
        "EAN for leasinggivers fakturaer",
        max_length=13,
        blank=True,
        validators=[validate_ean],
        help_text="Det EAN, leasinggiver skal sende til. Tom: ikke sammenlignet.",
    )
    overlap_days = models.PositiveSmallIntegerField(
        "dage med to pc'er ved udskiftning",
        default=14,
        help_text="Så længe må en medarbejder beholde den pc, der er erstattet.",
    )
    heads_mail_reminder_days = models.PositiveSmallIntegerField(
        "påmind lederen efter (dage)",
        default=3,
        help_text="Så længe må en dispensation vente på svar, før lederen får en mail mere.",
    )
    charge_limit_kr = models.PositiveIntegerField(
        "spørg ved engangsbeløb over (kr.)",
        default=25_000,
        help_text="Et større beløb skal bekræftes og står under »Se på dette først«.",
    )
    price_limit_kr = models.PositiveIntegerField(
        "spørg ved leasingpriser over (kr.)",
        default=50_000,
        help_text="For ét udstyr i hele løbetiden. En større pris skal bekræftes.",
    )
    budget_limit_kr = models.PositiveIntegerField(
        "spørg ved budgetter over (kr.)",
        default=1_000_000,
        help_text="For én enhed i ét år. Et større budget skal bekræftes.",
    )
    allows_buyout = models.BooleanField(
        "medarbejdere må frikøbe",
        default=True,
        help_text="Kommunen bestemmer, om frikøb overhovedet er et valg, når leasingen udløber.",
    )
    buyout_margin_days = models.PositiveSmallIntegerField(
        "frikøb vælges senest (dage før)",
        default=30,
        help_text="Så længe før det fjerde leasingår slutter, så leasinggiver kan nå at få besked.",
    )
    return_days = models.PositiveSmallIntegerField(
        "dage til at pakke og hente",
        default=14,
        help_text="Så længe før udløb skal udstyr, der leveres tilbage, være taget ind.",
    )
    heads_decide_ends = models.BooleanField(
        "lederne beslutter selv ved udløb",
        default=False,
        help_text="Slå til, hvis ledernes valg gælder. Ellers ønsker de, og it beslutter.",
    )
    end_notice_days = models.CharField(
        "varsler før udløb (dage)",
        max_length=60,
        default="180, 90, 60, 30, 14",
        validators=[validate_days],
        help_text="Så mange dage før udløb får it-helpdesk og ledere besked om det ubesluttede.",
    )
    unseen_days = models.PositiveSmallIntegerField(
        "ikke i brug efter (dage)",
        default=60,
        help_text="Så længe siden enhedsstyringen sidst så udstyret, før det vises.",
    )
    little_ram_gb = models.PositiveSmallIntegerField(
        "for lidt RAM (GB)", default=8, help_text="Så meget eller mindre vises som for lidt."
    )
    snapshots_kept = models.PositiveSmallIntegerField(
        "øjebliksbilleder, der gemmes",
        default=3,
        validators=[MinValueValidator(1)],
        help_text="Så mange af hver kilde, og altid det forrige, så det nyeste kan fortrydes. "
        "De ældste slettes, når et nyt indlæses.",
    )
    uses_calendar_feed = models.BooleanField(
        "frister ved udløb i kalenderen",
        default=False,
        help_text="Slå til, hvis hver bruger må få en hemmelig adresse, hvor kalenderen henter "
        "fristerne ved udløb.",
    )
    helpdesk_mail = models.EmailField("it-helpdesks mail", blank=True)
    finance_mail = models.EmailField("økonomis mail", blank=True)
    audit_mail = models.EmailField(
        "revisionens mail",
        blank=True,
        help_text="Får sammen med økonomi kontrolsummen, når et kvartal låses.",
    )
    security_mail = models.EmailField(
        "it-sikkerheds mail", blank=True, help_text="Får besked straks, når udstyr er stjålet."
    )
    site_address = models.CharField(
        "systemets adresse",
        max_length=200,
        validators=[URLValidator(["http", "https"])],
        default="http://127.0.0.1:8000",
        help_text="Står foran alle links i mails.",
    )
    retention_years = models.PositiveSmallIntegerField(
        "år, før navne slettes",
        default=5,
        help_text="Så længe efter en tildelings ophør, anonymiseres medarbejderen på den.",
    )
    undo_days = models.PositiveSmallIntegerField(
        "dage, hvor noget kan fortrydes",
        default=30,
        help_text="Så længe gemmes, hvad der stod før en udlevering, flytning eller indlæsning.",
    )
    mails_letters = models.BooleanField(
        "send kvartalsbrevet til lederne",
        default=False,
        help_text="Når et kvartal låses, får hver leder sit kvartalsbrev som mail.",
    )
    mails_digests = models.BooleanField(
        "send kontrolsummen til økonomi og revision",
        default=True,
        help_text="Når et kvartal låses. Så kan ingen ændre det og skrive en ny kontrolsum uset.",
    )
    uses_webhooks = models.BooleanField(
        "fortæl andre systemer, hvad der sker (webhooks)",
        default=False,
        db_default=False,
        help_text="Slå til, hvis andre systemer må få besked, når noget sker her. "
        "»manage.py send_webhooks« skal køre hvert femte minut.",
    )
    uses_worker = models.BooleanField(
        "lad en arbejder gøre det, der tager tid",
        default=False,
        db_default=False,
        help_text="Slå til, når »manage.py db_worker« kører på en server. Så venter ingen på "
        "siden, mens en fil indlæses, et kvartal låses, eller et stort regneark laves.",
    )
    uses_labels = models.BooleanField("bruger etiketter med QR-kode", default=True)
    uses_api = models.BooleanField(
        "bruger API",
        default=False,
        db_default=False,
        help_text="Andre systemer kan læse og skrive med en nøgle, som en administrator giver.",
    )
    uses_stocktakes = models.BooleanField("tæller op", default=True, db_default=True)
    uses_scenarios = models.BooleanField("regner på »hvad nu hvis?«", default=True, db_default=True)
    uses_comparison = models.BooleanField("sammenligner afdelinger", default=True, db_default=True)
    shows_demo_data = models.BooleanField(
        "viser demodata", default=False, help_text="Viser på alle sider, at data er opdigtede."
    )

    class Meta:
        verbose_name = "indstillinger"
        verbose_name_plural = "indstillinger"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_settings")]

    def __str__(self):
        return "Indstillinger"


class FiscalYear(models.Model):
    """A fiscal year whose supplementary period ends on another day than 31 January."""

    year = models.PositiveSmallIntegerField("regnskabsår", unique=True)
    supplement_ends_on = models.DateField("supplementsperiodens sidste dag")

    class Meta:
        verbose_name = "regnskabsår"
        verbose_name_plural = "regnskabsår"
        ordering = ["year"]

    def __str__(self):
        return str(self.year)


for _model in (Settings, FiscalYear):
    auditlog.register(_model)
