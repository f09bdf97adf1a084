"""The settings by task: which belong together, what they decide, and what that means now."""

from collections.abc import Callable
from dataclasses import dataclass

from albertslund_it.common.notice_days import days_in
from albertslund_it.web.database.rows import column_of
from leasing.models import Settings
from leasing.models.settings import Booking

NOT_SAID = "Ikke skrevet"
# What an installation may do without, and yet is not ready before it is written.
EXPECTED = frozenset({"lessor_cvr", "own_cvr", "helpdesk_mail", "finance_mail"})
Effect = Callable[[Settings], str]


@dataclass(frozen=True)
class SettingsTask:
    """Settings that one thinks of together: what they are for, and what each of them does now."""

    key: str
    title: str
    lead: str
    effects: dict[str, Effect]

    @property
    def fields(self) -> list[str]:
        return list(self.effects)


@dataclass(frozen=True)
class ShownSetting:
    """A setting as it stands: its name, and a sentence on what that does."""

    name: str
    label: str
    effect: str
    is_missing: bool


def _days(number: int) -> str:
    return "1 dag" if number == 1 else f"{number} dage"


def _kr(number: int) -> str:
    return f"{number:,} kr.".replace(",", ".")


def _said(name: str, sentence: str, without: str = NOT_SAID) -> Effect:
    """Say a sentence around what stands in a field, or what it means that nothing does."""

    def effect(settings: Settings) -> str:
        value = getattr(settings, name)
        return sentence.format(value) if value else without

    return effect


def _either(name: str, on: str, off: str) -> Effect:
    return lambda settings: on if getattr(settings, name) else off


def _about(name: str, sentence: str, shown: Callable[[int], str] = _days) -> Effect:
    return lambda settings: sentence.format(shown(getattr(settings, name)))


def _notice_days(settings: Settings) -> str:
    days = ", ".join(map(str, days_in(settings.end_notice_days)))
    return f"It-helpdesk og ledere får besked {days} dage før."


def _booking(settings: Settings) -> str:
    if settings.booking == Booking.MOVE:
        return "Udgiften flyttes: samme artskonto på begge sider."
    return "Bogføres som internt salg med art 9.4 og 9.7."


TASKS = (
    SettingsTask(
        "aftalen",
        "Aftalen",
        "Hvornår opkrævningen begynder, og hvad leasinggivers fakturaer skal kendes på.",
        {
            "billing_starts_on": lambda one: (
                f"Intet før {one.billing_starts_on:%d-%m-%Y} opkræves."
            ),
            "lessor_cvr": _said(
                "lessor_cvr",
                "En faktura fra et andet CVR-nr. end {} bliver markeret.",
                "Leasinggiver kendes kun på navnet.",
            ),
            "own_cvr": _said(
                "own_cvr",
                "En faktura til et andet CVR-nr. end {} bliver markeret.",
                "Det ses ikke, om en faktura er til en anden.",
            ),
            "invoice_ean": _said(
                "invoice_ean",
                "En faktura til et andet EAN end {} bliver markeret.",
                "Fakturaens EAN sammenlignes ikke.",
            ),
            "tolerance_ore": _about(
                "tolerance_ore",
                "Forskelle på højst {} pr. linje er afrunding.",
                "{} øre".format,
            ),
        },
    ),
    SettingsTask(
        "bogfoering",
        "Låsning og bogføring",
        "Hvem der låser et kvartal, og hvordan filen til Opus ser ud.",
        {
            "needs_two_people": _either(
                "needs_two_people",
                "Én forbereder, en anden låser.",
                "Den samme må forberede og låse.",
            ),
            "booking": _booking,
            "sale_account": _said("sale_account", "Internt køb bogføres på {}.", "Bruges ikke."),
            "sale_income_account": _said(
                "sale_income_account", "Internt salg bogføres på {}.", "Bruges ikke."
            ),
            "posting_text": _said("posting_text", "Hver postering hedder »{}«."),
            "opus_bom": _either(
                "opus_bom", "Filen begynder med BOM.", "Filen er uden BOM, som Opus plejer."
            ),
            "splits_cost_objects": _either(
                "splits_cost_objects",
                "To filer: omkostningssteder for sig, PSP-elementer for sig.",
                "Én fil til Opus.",
            ),
            "holder_cost_centre": _said(
                "holder_cost_centre", "Fælles IT modposteres på {}.", "Bruges ikke."
            ),
            "holder_psp_element": _said(
                "holder_psp_element", "Fælles IT modposteres på {}.", "Bruges ikke."
            ),
        },
    ),
    SettingsTask(
        "bestilling",
        "Bestilling og godkendelse",
        "Hvor længe der ventes på svar og aflevering, før systemet rykker.",
        {
            "overlap_days": _about(
                "overlap_days", "Den gamle pc skal være afleveret {} efter den nye."
            ),
            "heads_mail_reminder_days": _about(
                "heads_mail_reminder_days",
                "Lederen får en mail mere, når en dispensation har ventet {}.",
            ),
        },
    ),
    SettingsTask(
        "udloeb",
        "Ved udløb",
        "Hvad der kan vælges, når en leasing slutter, hvem der vælger, og hvornår det varsles.",
        {
            "allows_buyout": _either(
                "allows_buyout",
                "Medarbejdere kan få tilbud om at købe deres udstyr.",
                "Frikøb er ikke et valg.",
            ),
            "buyout_margin_days": _about(
                "buyout_margin_days", "Frikøb vælges senest {} før fjerde leasingår slutter."
            ),
            "return_days": _about(
                "return_days", "Udstyr, der leveres tilbage, tages ind {} før udløb."
            ),
            "heads_decide_ends": _either(
                "heads_decide_ends",
                "Ledernes valg gælder.",
                "Lederne ønsker, og it-helpdesk beslutter.",
            ),
            "end_notice_days": _notice_days,
        },
    ),
    SettingsTask(
        "mail",
        "Mail",
        "Hvem der får hvad, og hvor linkene i mails fører hen.",
        {
            "site_address": _said("site_address", "Alle links begynder med {}."),
            "helpdesk_mail": _said(
                "helpdesk_mail",
                "Svar og spørgsmål går til {}.",
                "Ingen i it-helpdesk får mails, og svar når ingen.",
            ),
            "finance_mail": _said(
                "finance_mail",
                "Restancer og kontrolsummer går til {}.",
                "Økonomi får ingen mails.",
            ),
            "audit_mail": _said(
                "audit_mail", "Kontrolsummer går også til {}.", "Revisionen får ingen mails."
            ),
            "security_mail": _said(
                "security_mail",
                "Tyveri meldes straks til {}.",
                "Tyveri meldes ikke til it-sikkerhed.",
            ),
            "mails_letters": _either(
                "mails_letters",
                "Hver leder får kvartalsbrevet, når et kvartal låses.",
                "Kvartalsbrevet ligger på lederens side og sendes ikke.",
            ),
            "mails_digests": _either(
                "mails_digests",
                "Økonomi og revision får kontrolsummen, når et kvartal låses.",
                "Kontrolsummen sendes ikke.",
            ),
        },
    ),
    SettingsTask(
        "moduler",
        "Moduler",
        "Det, en kommune kan vælge til og fra.",
        {
            "uses_labels": _either(
                "uses_labels",
                "Etiketter med QR-kode kan skrives ud.",
                "Etiketter er slået fra.",
            ),
            "uses_calendar_feed": _either(
                "uses_calendar_feed",
                "Hver bruger kan få fristerne ved udløb i sin kalender.",
                "Frister i kalenderen er slået fra.",
            ),
            "uses_api": _either(
                "uses_api",
                "Andre systemer kan læse og skrive med en nøgle.",
                "API'et er slået fra, og ingen nøgle virker.",
            ),
            "uses_stocktakes": _either(
                "uses_stocktakes",
                "Udstyret kan tælles op, enhed for enhed.",
                "Optælling er slået fra.",
            ),
            "uses_scenarios": _either(
                "uses_scenarios",
                "Lederne kan regne på andre priser, modeller og antal.",
                "»Hvad nu hvis?« er slået fra.",
            ),
            "uses_comparison": _either(
                "uses_comparison",
                "Økonomi og ledelse kan se afdelingerne ved siden af hinanden.",
                "Sammenligning af afdelinger er slået fra.",
            ),
            "uses_webhooks": _either(
                "uses_webhooks",
                "Andre systemer kan få besked, når noget sker.",
                "Webhooks er slået fra.",
            ),
        },
    ),
    SettingsTask(
        "drift",
        "Det, der tager tid",
        "Om indlæsning, låsning og store filer gøres af en arbejder, eller mens man venter.",
        {
            "uses_worker": _either(
                "uses_worker",
                "En arbejder gør det, og man kan følge det under Dit arbejde.",
                "Det gøres, mens siden venter.",
            ),
        },
    ),
    SettingsTask(
        "kontrol",
        "Kontrol af beløb og kilder",
        "Hvornår der spørges en ekstra gang, og hvornår noget vises som en fejl.",
        {
            "charge_limit_kr": _about(
                "charge_limit_kr", "Et engangsbeløb over {} skal bekræftes.", _kr
            ),
            "price_limit_kr": _about(
                "price_limit_kr", "En leasingpris over {} skal bekræftes.", _kr
            ),
            "budget_limit_kr": _about(
                "budget_limit_kr", "Et budget over {} for en enhed skal bekræftes.", _kr
            ),
            "unseen_days": _about(
                "unseen_days", "Udstyr er »ikke i brug«, når det ikke er set i {}."
            ),
            "little_ram_gb": _about(
                "little_ram_gb", "{} RAM eller mindre er for lidt.", "{} GB".format
            ),
            "snapshots_kept": _about(
                "snapshots_kept", "Af hver kilde gemmes de seneste {}.", "{} filer".format
            ),
        },
    ),
    SettingsTask(
        "opbevaring",
        "Opbevaring",
        "Hvor længe navne og det, der kan fortrydes, gemmes.",
        {
            "retention_years": _about(
                "retention_years",
                "Navnet på en tildeling slettes {} efter, at den er ophørt.",
                "{} år".format,
            ),
            "undo_days": _about("undo_days", "Man kan fortryde i {}."),
            "shows_demo_data": _either(
                "shows_demo_data",
                "Alle sider siger, at data er opdigtede.",
                "Data er kommunens egne.",
            ),
        },
    ),
)
BY_KEY = {task.key: task for task in TASKS}
# What is switched on and off is named as the thing itself; the admin has it as a sentence.
LABELS = {
    "uses_labels": "Etiketter med QR-kode",
    "uses_calendar_feed": "Frister ved udløb i kalenderen",
    "uses_api": "API",
    "uses_stocktakes": "Optælling",
    "uses_scenarios": "Hvad nu hvis?",
    "uses_comparison": "Sammenligning af afdelinger",
    "uses_webhooks": "Besked til andre systemer (webhooks)",
    "shows_demo_data": "Besked om demodata på alle sider",
}


def settings_shown(task: SettingsTask, settings: Settings) -> list[ShownSetting]:
    """Return the settings of a task as they stand."""
    found = []
    for name, effect in task.effects.items():
        field = column_of(Settings, name)
        label = LABELS.get(name) or str(field.verbose_name)
        is_missing = getattr(settings, name) in ("", None)
        shown = ShownSetting(name, f"{label[0].upper()}{label[1:]}", effect(settings), is_missing)
        found.append(shown)
    return found
