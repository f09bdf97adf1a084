"""The pages of the system and what can be done in it, by the words that people look for them with.

`tests/leasing/search/test_pages.py` holds it against every address and every role: a new page
without an argument is written in here, or said there to be none.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from albertslund_it.common.names import search_words
from albertslund_it.common.permissions import (
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    MANAGE_API,
    MANAGE_ORGANISATION,
    MANAGE_ROLLOUT,
    MANAGE_SETTINGS,
    MANAGE_USERS,
    OBJECT_TO_DEVICE,
    REGISTER_DELIVERIES,
    VIEW_ALL_DEPARTMENTS,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
    VIEW_ROLL,
    VIEW_SETTINGS,
    VIEW_SUPPLIERINVOICE,
    WISH_FOR_END,
)
from leasing.settings.selectors import module_of

IMPORT = (IMPORT_INVENTORY, REGISTER_DELIVERIES, MANAGE_AMOUNTS)
ACTION_ICON, PAGE_ICON = "lightning", "file-earmark"


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page by the name of its address; any of the permissions opens it, and none means all.

    `words` are other words for it, and `key` the letter that leads to it from anywhere.
    """

    name: str
    title: str
    permissions: tuple[str, ...] = ()
    words: str = ""
    key: str = ""


ACTIONS = (
    KnownPage(
        "order-new",
        "Ny bestilling",
        (HANDLE_ORDERS,),
        "bestil opret pc mus tastatur headset tilbehør kontantaftale",
        key="n",
    ),
    KnownPage("hand-out", "Udlever udstyr", (HANDLE_ORDERS,), "giv aflever", key="u"),
    KnownPage("take-back", "Tag udstyr tilbage", (HANDLE_ORDERS,), "aflevér retur", key="t"),
    KnownPage("delivery", "Modtag levering", (HANDLE_ORDERS,), "leverance scan", key="l"),
    KnownPage("transfer", "Flyt udstyr", (HANDLE_ORDERS,), "skift enhed medarbejder", key="f"),
    KnownPage("lend", "Lån udstyr ud", (HANDLE_ORDERS,), "udlån lånepc"),
    KnownPage("scan", "Scan et nummer", (HANDLE_ORDERS,), "stregkode serienummer"),
    KnownPage("device-facts", "Ret oplysninger om udstyr", (HANDLE_ORDERS,), "ram windows garanti"),
    KnownPage("device-message", "Skriv til brugere af udstyr", (HANDLE_ORDERS,), "mail besked"),
    KnownPage("labels", "Udskriv etiketter", (HANDLE_ORDERS,), "print labels qr mærkat"),
    KnownPage("purchase", "Indkøb: bestil hos ATEA", (HANDLE_ORDERS,), "bestil køb"),
    KnownPage("approval-new", "Bed om en dispensation", (HANDLE_ORDERS,), "ekstra pc"),
    KnownPage(
        "coming-new",
        "Opret en kommende medarbejder",
        (HANDLE_ORDERS,),
        "nyansat ny ansat onboarding",
    ),
    KnownPage("stocktake-new", "Begynd en optælling", (HANDLE_ORDERS,), "tæl lageropgørelse"),
    KnownPage("cage-new", "Opret et it-bur", (HANDLE_ORDERS,), "returnering pakkeliste"),
    KnownPage("lessor-question-new", "Skriv en henvendelse", (HANDLE_ORDERS,), "leasinggiver"),
    KnownPage(
        "buyout-offer-new", "Skriv et tilbud om frikøb", (HANDLE_ORDERS,), "frikøbstilbud pris"
    ),
    KnownPage("supplier-invoice-new", "Skriv en leverandørfaktura", (MANAGE_AMOUNTS,), "upload"),
    KnownPage("charge-new", "Skriv et engangsbeløb", (MANAGE_AMOUNTS,), "nyt opkræv gebyr"),
    KnownPage("budgets-enter", "Skriv budgetter", (MANAGE_AMOUNTS,), "ret budget indtast"),
    KnownPage("import", "Indlæs en fil", IMPORT, "upload excel csv import"),
    KnownPage(
        "reorganisation-new", "Ny organisationsændring", (MANAGE_ORGANISATION,), "nedlæg del"
    ),
    KnownPage("confirm", "Bekræft listen", (OBJECT_TO_DEVICE,), "ikke vores indsigelse stemmer"),
    KnownPage("user-new", "Invitér en bruger", (MANAGE_USERS,), "adgang opret konto"),
    KnownPage("api-client-new", "Opret en API-klient", (MANAGE_API,), "nøgle token integration"),
    KnownPage("lot-plan", "Planlæg udskiftning af et parti", (HANDLE_ORDERS,), "rul udløb"),
    KnownPage("replacement-orders", "Bestil udskiftning", (HANDLE_ORDERS,), "erstat udløb"),
    KnownPage("rollout-find", "Find pc'er til udrulning", (MANAGE_ROLLOUT,), "windows ram"),
    KnownPage("rollout-plan", "Planlæg udrulningen", (MANAGE_ROLLOUT,), "uger besøg"),
)
PAGES = (
    KnownPage("front", "Forsiden", (), "i dag tavle til dig start"),
    # With what is done from a device's or an employee's own page, which one finds in the list.
    KnownPage(
        "device-list",
        "Udstyr",
        (VIEW_DEVICE,),
        "pc maskiner liste inventar lager stjålet tyveri mistet bortkommet defekt reparation ombyt",
    ),
    KnownPage(
        "employee-list",
        "Medarbejdere",
        (VIEW_EMPLOYEE,),
        "personer ansatte folk fratræder fratrædelse stopper offboarding",
    ),
    KnownPage("coming-list", "Kommende medarbejdere", (HANDLE_ORDERS,), "nye ansatte"),
    KnownPage("employee-doubles", "Mulige dubletter", (HANDLE_ORDERS,), "samme person saml"),
    KnownPage(
        "department-list",
        "Afdelinger og enheder",
        (VIEW_DEVICE,),
        "organisation skoler institutioner",
    ),
    KnownPage("order-list", "Bestillinger", (VIEW_DEVICE,), "ordrer"),
    KnownPage("received-list", "Modtagne mails", (HANDLE_ORDERS,), "indbakke post"),
    KnownPage("purchase-detail", "Et indkøb efter nummer", (HANDLE_ORDERS,), "atea ordrenr"),
    KnownPage("approval-list", "Dispensationer", (VIEW_DEVICE,), "ekstra pc godkend"),
    KnownPage("data-quality", "Datakvalitet", (VIEW_DEVICE,), "fejl ret mangler"),
    KnownPage("idle", "Leaset, men ikke i brug", (VIEW_DEVICE,), "ubrugte spild"),
    KnownPage("sources", "Kilder", IMPORT, "intune entra katalog øjebliksbilleder"),
    KnownPage("import-batches", "Indlæsninger", IMPORT, "filer historik"),
    KnownPage("import-waiting", "Rækker, der venter", IMPORT, "fejl i filer"),
    KnownPage("import-remembered", "Det, der er husket om filer", IMPORT, "kolonner valg"),
    KnownPage("act-list", "Fortryd: seneste handlinger", IMPORT, "historik gjort"),
    KnownPage("mail-list", "Sendte mails", (HANDLE_ORDERS, VIEW_BILLINGRUN), "post breve"),
    KnownPage("stocktake-list", "Optælling", (VIEW_DEVICE,), "tæl status"),
    KnownPage("rollout", "Udrulning", (VIEW_ROLL,), "rul windows 11"),
    KnownPage("rollout-machines", "Maskiner i udrulningen", (VIEW_ROLL,), "udskiftet"),
    KnownPage("rollout-roll", "Rul", (MANAGE_ROLLOUT,), "udrulning periode"),
    KnownPage("replace-soon", "Udskiftning", (VIEW_DEVICE,), "snart erstat"),
    KnownPage("end-board", "Udløb", (VIEW_DEVICE,), "leasingens slut frikøb forlæng retur"),
    KnownPage("end-calendar", "Udløbskalender", (VIEW_DEVICE,), "fem år plan"),
    KnownPage("calendar-feed-page", "Frister i kalenderen", (VIEW_DEVICE,), "outlook ics"),
    KnownPage("lessor-list", "Leasinggivers liste", (VIEW_ALL_DEPARTMENTS,), "udløb svar"),
    KnownPage("lessor-question-list", "Henvendelser", (VIEW_ALL_DEPARTMENTS,), "leasinggiver"),
    KnownPage("cage-list", "It-bure", (VIEW_ALL_DEPARTMENTS,), "returnering pak hentes"),
    KnownPage("buyout-list", "Frikøb", (VIEW_ALL_DEPARTMENTS,), "køb pc medarbejder"),
    KnownPage("buyout-offers", "Leasinggivers tilbud", (VIEW_ALL_DEPARTMENTS,), "frikøb priser"),
    KnownPage("objection-list", "Indsigelser", (VIEW_ALL_DEPARTMENTS,), "ikke vores"),
    KnownPage("share", "Egenbetaling", (VIEW_DEVICE,), "regning udgift afdeling pris"),
    KnownPage("lines", "Egenbetaling: linjer", (VIEW_DEVICE,), "poster"),
    KnownPage("bridge", "Hvorfor er beløbet ændret?", (VIEW_DEVICE,), "forskel bro flytninger"),
    KnownPage("share-forecast", "Prognose", (VIEW_DEVICE,), "fremtid år forventet"),
    KnownPage("share-coming", "Prognose: det kommende", (VIEW_DEVICE,), "aftalt"),
    KnownPage("what-if", "Hvad nu hvis?", (VIEW_DEVICE,), "scenarie beregn"),
    KnownPage("letter", "Kvartalsbrev", (VIEW_DEVICE,), "brev print"),
    KnownPage("share-at", "Leaset udstyr pr. dato", (VIEW_DEVICE,), "dengang tidligere"),
    KnownPage("decisions", "Beslutninger", (VIEW_DEVICE,), "venter leder"),
    KnownPage("share-people", "Egenbetaling pr. medarbejder", (OBJECT_TO_DEVICE,), "hvem har"),
    KnownPage("end-wish", "Ønske ved udløb", (WISH_FOR_END,), "behold aflever"),
    KnownPage("budgets", "Budgetter", (VIEW_DEVICE,), "ramme"),
    KnownPage("quarter-list", "Kvartaler", (VIEW_BILLINGRUN,), "kørsel lås luk opgørelser"),
    KnownPage("corrections", "Rettelser", (VIEW_BILLINGRUN,), "tidligere kvartaler"),
    KnownPage("year", "Årets udgift", (VIEW_BILLINGRUN,), "regnskabsår"),
    KnownPage("obligation", "Restforpligtelse", (VIEW_BILLINGRUN,), "leasing tilbage at betale"),
    KnownPage(
        "first-rebilling", "Klar til første opkrævning", (VIEW_BILLINGRUN,), "viderefakturering"
    ),
    KnownPage("municipality", "Sammenlign afdelinger", (VIEW_BILLINGRUN,), "samlet hele kommunen"),
    KnownPage("moves", "Flytninger mellem afdelinger", (VIEW_BILLINGRUN,), "penge"),
    KnownPage("supplier-invoice-list", "Leverandørfakturaer", (VIEW_SUPPLIERINVOICE,), "regning"),
    KnownPage("claims", "Krav mod leasinggiver", (VIEW_SUPPLIERINVOICE,), "penge tilbage"),
    KnownPage("charge-list", "Engangsbeløb", (VIEW_BILLINGRUN,), "gebyr indfrielse"),
    KnownPage("trail-search", "Bilagsspor", (VIEW_BILLINGRUN,), "opus bilag revision"),
    KnownPage("reorganisation-list", "Organisationsændringer", (VIEW_ALL_DEPARTMENTS,), "nedlagt"),
    KnownPage("user-list", "Brugere og adgange", (MANAGE_USERS,), "rettigheder roller konto"),
    KnownPage("post-list", "Ledere og stedfortrædere", (MANAGE_USERS,), "poster adgang"),
    KnownPage("second-factor", "Totrinskode", (MANAGE_USERS,), "nødadgang telefon mfa"),
    KnownPage("settings", "Indstillinger", (MANAGE_SETTINGS,), "opsætning konfiguration"),
    KnownPage("api-clients", "API-klienter", (MANAGE_API,), "nøgle token integration system"),
    KnownPage("api-docs", "API: sådan spørger man", (MANAGE_API,), "openapi dokumentation"),
    KnownPage("operation", "Drift", (MANAGE_SETTINGS,), "status backup disk version log"),
    KnownPage("webhook-list", "Webhooks", (MANAGE_SETTINGS,), "besked andre systemer integration"),
    KnownPage("webhook-new", "Opret en webhook", (MANAGE_SETTINGS,), "besked andre systemer"),
    KnownPage("setup", "Kom i gang", (MANAGE_SETTINGS, *IMPORT), "første dag"),
    KnownPage("personal-data", "Hvad gemmes om mennesker", (), "persondata gdpr"),
    KnownPage("it-security", "It-sikkerhed", (VIEW_SETTINGS,), "artikel 30 risiko stride roller"),
    KnownPage("subscription-list", "Abonnementer", (VIEW_DEVICE,), "mail hver måned"),
    KnownPage("job-list", "Dit arbejde", (), "i gang baggrund kørsel venter fremdrift job"),
    KnownPage("help", "Hjælp", (), "sådan gør du vejledning"),
    KnownPage("help-words", "Ordliste", (), "hjælp begreber"),
    KnownPage("help-news", "Nyt i systemet", (), "hjælp ændringer"),
    KnownPage("help-keys", "Genveje på tastaturet", (), "hjælp genvejstaster bogstaver"),
    KnownPage("preset-list", "Gemte visninger", (), "lister filtre"),
    KnownPage("style", "Stilark", (MANAGE_SETTINGS,), "udseende farver"),
)
May = Callable[[str], bool]


def open_to(may: May, known: tuple[KnownPage, ...]) -> list[KnownPage]:
    """Return the pages that a user may open."""
    return [one for one in known if not one.permissions or any(map(may, one.permissions))]


def in_use(known: tuple[KnownPage, ...], off: Collection[str]) -> tuple[KnownPage, ...]:
    """Return the pages without those of modules that are switched off."""
    return tuple(one for one in known if module_of(one.name) not in off)


def fitting(may: May, known: tuple[KnownPage, ...], text: str) -> list[KnownPage]:
    """Return the pages that fit what is typed: those whose title begins so come first."""
    words = search_words(text)
    found = [one for one in open_to(may, known) if _place(one, words) is not None]
    return sorted(found, key=lambda one: _place(one, words) or 0)


def _place(page: KnownPage, words: list[str]) -> int | None:
    """Return 0 where the title begins with the words, 1 where it has them, 2 where others do."""
    title, others = search_words(page.title), search_words(page.words)
    if all(any(one.startswith(word) for one in title) for word in words):
        return 0 if not words or title[0].startswith(words[0]) else 1
    if all(any(one.startswith(word) for one in (*title, *others)) for word in words):
        return 2
    return None
