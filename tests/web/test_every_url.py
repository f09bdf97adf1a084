"""Every address of the system, asked for by every role and by somebody who is not logged in.

An address that is not in the table fails the test: whoever adds one says here who may open it.
So does a row whose address is gone.
"""

from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from albertslund_it import roles
from albertslund_it.common.permissions import HANDLE_ORDERS
from inventory.acts.services.recording import recorded_as
from inventory.models import Act, DirectoryPerson, SeenDevice
from leasing.models import (
    BuyoutOffer,
    Cage,
    KeptFile,
    Mail,
    Objection,
    ReceivedFile,
    ReceivedMail,
    Settings,
    WebhookEndpoint,
)
from leasing.notes.services import write_note
from leasing.stocktake.services.stocktakes import start_stocktake
from leasing.supplier.services.files import attach_file
from tests import builders as make
from tests.files import take_file
from tests.leasing.closed import close
from tests.leasing.lessor_questions.asking import ask
from tests.leasing.reorganisation.changing import draft
from tests.leasing.sources.taken import take
from tests.leasing.supplier.world import invoice as supplier_invoice
from tests.web.markup import parse

TODAY = date(2026, 5, 1)

NOBODY = ""
SEERS = {roles.HELPDESK, roles.FINANCE, roles.AUDITOR, roles.ADMINISTRATOR}
LEADERS = {roles.HEAD, roles.UNIT_LEADER}
READERS = SEERS | LEADERS
QUARTERS = {roles.FINANCE, roles.AUDITOR, roles.ADMINISTRATOR}
FINANCE = {roles.FINANCE}
KEEP_SCENARIOS = READERS - {roles.AUDITOR}
HELPDESK = {roles.HELPDESK}
ROLLOUT = {roles.HELPDESK, roles.HEAD, roles.AUDITOR, roles.ADMINISTRATOR}
SEE_PEOPLE = LEADERS | {roles.HELPDESK, roles.ADMINISTRATOR}
ADMINISTRATORS = {roles.ADMINISTRATOR}
IMPORTERS = {roles.FINANCE, roles.HELPDESK}
ORGANISERS = IMPORTERS | {roles.ADMINISTRATOR}
SETTERS = IMPORTERS | ADMINISTRATORS
EVERYBODY = READERS | {NOBODY}

# For those outside: a person without the right gets 403, a leader 404 for what is another's.
TABLE = {
    "": {"open": EVERYBODY},
    "drift/": {"open": ADMINISTRATORS},
    "stil/": {"open": {roles.ADMINISTRATOR}},
    "scan/": {"open": HELPDESK},
    "koe/<slug:queue>/": {"open": HELPDESK},
    "afdelinger/": {"open": READERS},
    "afdelinger/<int:pk>/": {"open": READERS},
    "afdelinger/enheder/<int:pk>/": {"open": READERS},
    "afdelinger/enheder/<int:pk>/kontering/": {"open": IMPORTERS},
    "bestillinger/": {"open": READERS},
    "bestillinger/ny/": {"open": {roles.HELPDESK}},
    "bestillinger/linje/<int:pk>/annuller/": {"open": {roles.HELPDESK}},
    "bestillinger/indkoeb/": {"open": HELPDESK},
    "bestillinger/indkoeb/nummer/": {"open": HELPDESK},
    "bestillinger/levering/": {"open": HELPDESK},
    "bestillinger/levering/<int:pk>/fortryd/": {"open": HELPDESK, "method": "post"},
    "bestillinger/mails/": {"open": HELPDESK},
    "bestillinger/mails/<int:pk>/filer/<int:file>/": {"open": HELPDESK},
    "bestillinger/mails/<int:pk>/ikke/": {"open": HELPDESK, "method": "post"},
    "bestillinger/<int:pk>/": {"open": READERS},
    "bestillinger/<int:pk>/ret/": {"open": {roles.HELPDESK}},
    "udstyr/": {"open": READERS},
    "udstyr/<int:pk>/": {"open": READERS},
    "udstyr/<int:pk>/noter/": {"open": HELPDESK},
    "udstyr/<int:pk>/noter/<int:note>/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/noter/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/noter/<int:note>/": {"open": HELPDESK},
    "bestillinger/<int:pk>/noter/": {"open": HELPDESK},
    "bestillinger/<int:pk>/noter/<int:note>/": {"open": HELPDESK},
    "leverandoerfakturaer/<int:pk>/noter/": {"open": QUARTERS},
    "udstyr/<int:pk>/leasing/": {"open": IMPORTERS},
    "udstyr/udlever/": {"open": HELPDESK},
    "udstyr/flyt/": {"open": HELPDESK},
    "udstyr/tag-tilbage/": {"open": HELPDESK},
    "udstyr/udlaan/": {"open": HELPDESK},
    "udstyr/<int:pk>/ombyt/": {"open": HELPDESK},
    "udstyr/<int:pk>/tab/": {"open": HELPDESK},
    "udstyr/<int:pk>/afgang/": {"open": HELPDESK},
    "fortryd/": {"open": IMPORTERS},
    "fortryd/<int:pk>/": {"open": HELPDESK, "hidden": FINANCE},
    "fortryd/<int:pk>/nu/": {"open": HELPDESK, "hidden": FINANCE, "method": "post"},
    "it-bure/": {"open": SEERS},
    "it-bure/nyt/": {"open": HELPDESK},
    "it-bure/<int:pk>/": {"open": SEERS},
    "it-bure/<int:pk>/ret/": {"open": HELPDESK},
    "it-bure/<int:pk>/slet/": {"open": HELPDESK, "method": "post"},
    "it-bure/<int:pk>/foreslaa/": {"open": HELPDESK},
    "it-bure/<int:pk>/pak/": {"open": HELPDESK, "method": "post"},
    "it-bure/<int:pk>/liste/": {"open": HELPDESK, "method": "post"},
    "it-bure/<int:pk>/hentet/": {"open": HELPDESK},
    "it-bure/<int:pk>/ikke-hentet/": {"open": HELPDESK, "method": "post"},
    "it-bure/<int:pk>/bekraeft/": {"open": HELPDESK, "method": "post"},
    "udstyr/<int:pk>/brud/": {"open": HELPDESK},
    "udstyr/<int:pk>/fundet/": {"open": HELPDESK, "method": "post"},
    "abonnementer/": {"open": READERS},
    "abonnementer/ny/": {"open": set(), "hidden": READERS},
    "abonnementer/<int:pk>/slet/": {"open": set(), "hidden": READERS, "method": "post"},
    "egenbetaling/": {"open": READERS},
    "egenbetaling/linjer/": {"open": READERS},
    "budgetter/": {"open": READERS},
    "budgetter/ret/": {"open": FINANCE},
    "budgetter/ark/": {"open": READERS},
    "egenbetaling/beslutninger/": {"open": READERS},
    "egenbetaling/forskel/": {"open": READERS},
    "egenbetaling/dengang/": {"open": READERS},
    "egenbetaling/kommunen/": {"open": QUARTERS},
    "egenbetaling/flytninger/": {"open": QUARTERS},
    "egenbetaling/hvad-nu-hvis/": {"open": READERS},
    "egenbetaling/hvad-nu-hvis/gem/": {"open": KEEP_SCENARIOS, "method": "post"},
    "egenbetaling/hvad-nu-hvis/<int:pk>/slet/": {
        "open": set(),
        "hidden": KEEP_SCENARIOS,
        "method": "post",
    },
    "egenbetaling/hvad-nu-hvis/<int:pk>/bestil/": {
        "open": set(),
        "hidden": LEADERS | HELPDESK,
        "method": "post",
    },
    "egenbetaling/brev/": {"open": READERS},
    "egenbetaling/prognose/": {"open": READERS},
    "egenbetaling/prognose/kommende/": {"open": READERS},
    "egenbetaling/medarbejdere/": {
        "open": LEADERS,
        "hidden": {roles.HELPDESK, roles.ADMINISTRATOR},
    },
    "frikoeb/": {"open": SEERS},
    "frikoeb/spoerg/": {"open": HELPDESK},
    "frikoeb/traek-tilbage/": {"open": HELPDESK},
    "frikoeb/beslut/": {"open": HELPDESK},
    "frikoeb/overdraget/": {"open": HELPDESK},
    "frikoeb/ja/": {"open": HELPDESK},
    "frikoeb/tilbud/": {"open": SEERS},
    "frikoeb/tilbud/nyt/": {"open": HELPDESK},
    "frikoeb/tilbud/<int:pk>/": {"open": HELPDESK},
    "frikoeb/tilbud/<int:pk>/slet/": {"open": HELPDESK, "method": "post"},
    "optaelling/": {"open": READERS},
    "optaelling/ny/": {"open": HELPDESK},
    "optaelling/<int:stocktake>/": {"open": READERS},
    "optaelling/<int:stocktake>/udstyr/": {"open": READERS},
    "optaelling/<int:stocktake>/fund/": {"open": READERS},
    "optaelling/<int:stocktake>/ryk/": {"open": HELPDESK, "method": "post"},
    "optaelling/<int:stocktake>/mere-tid/": {"open": HELPDESK, "method": "post"},
    "optaelling/<int:stocktake>/luk/": {"open": HELPDESK},
    "optaelling/<int:stocktake>/enhed/<int:unit>/": {"open": LEADERS | HELPDESK},
    "optaelling/<int:stocktake>/svar/<int:row>/": {"open": LEADERS | HELPDESK},
    "udloeb/": {"open": READERS},
    "udloeb/beslut/": {"open": HELPDESK},
    "udloeb/oensk/": {"open": LEADERS},
    "udloeb/liste/": {"open": SEERS},
    "udloeb/liste/fil/": {"open": SEERS},
    "udloeb/<int:term>/": {"open": READERS},
    "kvartaler/": {"open": QUARTERS},
    "linjer/beregning/<int:lease>/<int:unit>/<str:period>/": {
        "open": READERS,
    },
    "kvartaler/aar/<int:year>/": {"open": QUARTERS},
    "bilagsspor/": {"open": QUARTERS},
    "bilagsspor/<slug:number>/": {"open": QUARTERS},
    "kvartaler/udgift/": {"open": QUARTERS},
    "kvartaler/udgift/restforpligtelse/": {"open": QUARTERS},
    "kvartaler/foerste/": {"open": QUARTERS},
    "kvartaler/foerste/<int:pk>/": {"open": QUARTERS},
    "bekraeft/": {"open": LEADERS},
    "bekraeft/<int:pk>/ikke-vores/": {"open": LEADERS},
    "indsigelser/": {"open": SEERS},
    "indsigelser/<int:pk>/": {"open": SEERS},
    "kvartaler/rettelser/": {"open": QUARTERS},
    "kvartaler/<str:code>/": {"open": QUARTERS},
    "kvartaler/<str:code>/laas/": {"open": FINANCE},
    "kvartaler/<slug:code>/forberedt/": {"open": FINANCE, "method": "post"},
    "kvartaler/<slug:code>/bilag/": {"open": FINANCE, "method": "post"},
    "kvartaler/<slug:code>/bilag/ret/": {"open": FINANCE},
    "kvartaler/<slug:code>/fil/<slug:file_kind>/": {"open": FINANCE, "method": "post"},
    "kvartaler/<slug:code>/arkiv/": {"open": QUARTERS},
    "kvartaler/<slug:code>/afstemning/": {"open": QUARTERS},
    "kvartaler/<slug:code>/afstemning/linjer/": {"open": QUARTERS},
    "kvartaler/<slug:code>/afstemning/fakturalinjer/": {"open": QUARTERS},
    "kvartaler/<slug:code>/afstemning/andre-kvartaler/": {"open": QUARTERS},
    "kvartaler/<slug:code>/afstemning/afgoer/": {"open": FINANCE},
    "kvartaler/<slug:code>/afstemning/bortfaldet/<int:pk>/": {"open": FINANCE, "method": "post"},
    "leverandoerfakturaer/": {"open": QUARTERS},
    "leverandoerfakturaer/ny/": {"open": FINANCE},
    "leverandoerfakturaer/krav/": {"open": QUARTERS},
    "leverandoerfakturaer/<int:pk>/": {"open": QUARTERS},
    "leverandoerfakturaer/<int:pk>/bilag/": {"open": FINANCE, "method": "post"},
    "leverandoerfakturaer/<int:pk>/filer/": {"open": FINANCE, "method": "post"},
    "leverandoerfakturaer/<int:pk>/filer/<int:file>/": {"open": QUARTERS},
    "leverandoerfakturaer/<int:pk>/filer/<int:file>/fjern/": {"open": FINANCE, "method": "post"},
    "leverandoerfakturaer/<int:pk>/tilbage/": {"open": FINANCE},
    "kvartaler/<slug:code>/<slug:number>/": {"open": SEERS | {roles.HEAD}, "hidden": LEADERS},
    "udloeb/kalender/": {"open": READERS},
    "kalender/": {"open": READERS},
    "henvendelser/": {"open": SEERS},
    "henvendelser/ny/": {"open": HELPDESK},
    "henvendelser/<int:pk>/": {"open": SEERS},
    "henvendelser/<int:pk>/ret/": {"open": HELPDESK},
    "henvendelser/<int:pk>/slet/": {"open": HELPDESK, "method": "post"},
    "henvendelser/<int:pk>/liste/": {"open": HELPDESK},
    "henvendelser/<int:pk>/besvaret/": {"open": HELPDESK, "method": "post"},
    "engangsbeloeb/": {"open": QUARTERS},
    "engangsbeloeb/nyt/": {"open": FINANCE},
    "engangsbeloeb/<int:pk>/": {"open": QUARTERS},
    "engangsbeloeb/<int:pk>/slet/": {"open": FINANCE, "method": "post"},
    "udstyr/<int:pk>/indfri/": {"open": FINANCE},
    "udskiftning/": {"open": READERS},
    "udskiftning/plan/": {"open": HELPDESK},
    "udskiftning/bestil/": {"open": HELPDESK},
    "udrulning/": {"open": ROLLOUT},
    "udrulning/maskiner/": {"open": ROLLOUT},
    "udrulning/maskiner/<int:machine>/": {"open": HELPDESK},
    "udrulning/find/": {"open": HELPDESK},
    "udrulning/plan/": {"open": HELPDESK},
    "udrulning/plan/<int:visit>/fjern/": {"open": HELPDESK, "method": "post"},
    "udrulning/rul/": {"open": HELPDESK},
    "organisation/aendringer/": {"open": SEERS},
    "organisation/aendringer/ny/": {"open": ORGANISERS},
    "organisation/aendringer/<int:pk>/": {"open": SEERS},
    "organisation/aendringer/<int:pk>/ret/": {"open": ORGANISERS},
    "organisation/aendringer/<int:pk>/tilfoej/": {"open": ORGANISERS},
    "organisation/aendringer/<int:pk>/betaler/": {"open": SEERS},
    "organisation/aendringer/<int:pk>/betaler/enhed/": {"open": set(), "hidden": SEERS},
    "organisation/aendringer/<int:pk>/<int:step>/udstyr/": {"open": SEERS},
    "organisation/aendringer/<int:pk>/<int:step>/medarbejdere/": {"open": SEERS & SEE_PEOPLE},
    "organisation/aendringer/<int:pk>/godkend/": {"open": ORGANISERS, "method": "post"},
    "organisation/aendringer/<int:pk>/fortryd/": {"open": ORGANISERS, "method": "post"},
    "organisation/aendringer/<int:pk>/annuller/": {"open": ORGANISERS, "method": "post"},
    "organisation/aendringer/<int:pk>/<int:step>/fjern/": {"open": ORGANISERS, "method": "post"},
    "organisation/aendringer/<int:pk>/<int:step>/del/": {"open": ORGANISERS},
    "soeg/": {"open": READERS},
    "soeg/alt/": {"open": READERS},
    "soeg/medarbejdere/": {"open": SEE_PEOPLE},
    "soeg/udstyr/": {"open": READERS},
    "dag/": {"open": EVERYBODY},
    "udstyr/etiketter/": {"open": HELPDESK},
    "udstyr/ret/": {"open": HELPDESK},
    "udstyr/besked/": {"open": HELPDESK},
    "datakvalitet/": {"open": READERS},
    "datakvalitet/ikke-i-brug/": {"open": READERS},
    "datakvalitet/<slug:key>/": {"open": READERS},
    "datakvalitet/<slug:key>/godtag/": {"open": IMPORTERS},
    "datakvalitet/<slug:key>/vis-igen/": {"open": IMPORTERS, "method": "post"},
    "datakvalitet/<slug:key>/ansvarlig/": {"open": IMPORTERS},
    "kilder/": {"open": IMPORTERS},
    "kilder/<slug:difference>/": {"open": HELPDESK},
    "kilder/ukendt-udstyr/<int:pk>/": {"open": HELPDESK},
    "kilder/ukendte-brugere/<int:pk>/": {"open": HELPDESK},
    "kilder/model/<int:pk>/": {"open": IMPORTERS},
    "medarbejdere/": {"open": SEE_PEOPLE},
    "medarbejdere/kommende/": {"open": HELPDESK},
    "medarbejdere/kommende/ny/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/fratraeder/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/": {"open": SEE_PEOPLE},
    "medarbejdere/<int:pk>/ret/": {"open": HELPDESK},
    "log-ind/igen/": {"open": EVERYBODY},
    "totrinskode/": {"open": ADMINISTRATORS},
    "persondata/": {"open": EVERYBODY},
    "it-sikkerhed/": {"open": {roles.AUDITOR, roles.ADMINISTRATOR}},
    "visninger/": {"open": EVERYBODY},
    "visninger/ny/": {"open": set(), "hidden": EVERYBODY},  # of no list there is
    "visninger/<int:pk>/igen/": {"open": set(), "hidden": EVERYBODY, "method": "post"},
    "visninger/<int:pk>/ret/": {"open": set(), "hidden": EVERYBODY},  # of another
    "visninger/<int:pk>/slet/": {"open": set(), "hidden": EVERYBODY, "method": "post"},
    "hjaelp/": {"open": EVERYBODY},
    "hjaelp/ordliste/": {"open": EVERYBODY},
    "hjaelp/genveje/": {"open": EVERYBODY},
    "hjaelp/nyt/": {"open": EVERYBODY},
    "hjaelp/<slug:slug>/": {"open": EVERYBODY},
    "medarbejdere/<int:pk>/persondata/": {"open": HELPDESK | {roles.ADMINISTRATOR}},
    "medarbejdere/dubletter/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/saml/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/saml/<int:other>/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/to-personer/<int:other>/": {"open": HELPDESK, "method": "post"},
    "medarbejdere/<int:pk>/bed-tilbage/<int:device_pk>/": {"open": HELPDESK},
    "mails/": {"open": HELPDESK | QUARTERS},
    "mails/<int:pk>/": {"open": QUARTERS, "hidden": HELPDESK},
    "mails/send/": {"open": HELPDESK, "method": "post"},
    "brugere/": {"open": ADMINISTRATORS},
    "brugere/ny/": {"open": ADMINISTRATORS},
    "brugere/ledere/": {"open": ADMINISTRATORS},
    "brugere/<int:pk>/": {"open": ADMINISTRATORS},
    "brugere/<int:pk>/ret/": {"open": ADMINISTRATORS},
    "brugere/<int:pk>/adgang/": {"open": ADMINISTRATORS, "method": "post"},
    "brugere/<int:pk>/adgang/<int:access>/": {"open": ADMINISTRATORS},
    "brugere/<int:pk>/invitation/": {"open": ADMINISTRATORS, "method": "post"},
    "brugere/<int:pk>/luk/": {"open": ADMINISTRATORS, "method": "post"},
    "brugere/<int:pk>/aabn/": {"open": ADMINISTRATORS, "method": "post"},
    "api-klienter/": {"open": ADMINISTRATORS},
    "api-klienter/ny/": {"open": ADMINISTRATORS},
    "api-klienter/<int:pk>/": {"open": ADMINISTRATORS},
    "api-klienter/<int:pk>/ret/": {"open": ADMINISTRATORS},
    "api-klienter/<int:pk>/noegle/<int:token>/traek-tilbage/": {
        "open": ADMINISTRATORS,
        "method": "post",
    },
    "api/v1/docs/": {"open": ADMINISTRATORS},
    "indstillinger/": {"open": ADMINISTRATORS},
    "indstillinger/<slug:key>/": {"open": set(), "hidden": ADMINISTRATORS},
    "arbejde/": {"open": EVERYBODY},
    "arbejde/nu/": {"open": EVERYBODY},
    "arbejde/liste/": {"open": set(), "hidden": EVERYBODY},  # of no list there is
    "arbejde/<int:pk>/": {"open": set(), "hidden": EVERYBODY},
    "arbejde/<int:pk>/fil/": {"open": set(), "hidden": EVERYBODY},
    "arbejde/<int:pk>/igen/": {"open": set(), "hidden": EVERYBODY, "method": "post"},
    "webhooks/": {"open": ADMINISTRATORS},
    "webhooks/ny/": {"open": ADMINISTRATORS},
    "webhooks/<int:pk>/": {"open": ADMINISTRATORS},
    "webhooks/<int:pk>/ret/": {"open": ADMINISTRATORS},
    "webhooks/<int:pk>/igen/<int:delivery>/": {
        "open": set(),
        "hidden": ADMINISTRATORS,
        "method": "post",
    },
    "kom-i-gang/": {"open": SETTERS},
    "kom-i-gang/proevemail/": {"open": ADMINISTRATORS, "method": "post"},
    "dispensationer/": {"open": READERS},
    "dispensationer/ny/": {"open": HELPDESK},
    "dispensationer/<int:pk>/": {"open": READERS},
    "indlaes/": {"open": IMPORTERS},
    "indlaes/nr/": {"open": IMPORTERS},
    "indlaes/nr/<int:pk>/": {"open": IMPORTERS},
    "indlaes/nr/<int:pk>/fil/": {"open": IMPORTERS},
    "indlaes/nr/<int:pk>/venter/": {"open": IMPORTERS},
    "indlaes/nr/<int:pk>/venter/slet/": {"open": IMPORTERS, "method": "post"},
    "indlaes/nr/<int:pk>/fortryd/": {"open": IMPORTERS},
    "indlaes/venter/": {"open": IMPORTERS},
    "indlaes/husket/": {"open": IMPORTERS},
    "indlaes/<str:kind>/": {"open": IMPORTERS},
    "indlaes/<str:kind>/eksempel/": {"open": IMPORTERS},
    "indlaes/<str:kind>/raekke/": {"open": IMPORTERS},
    "indlaes/<str:kind>/set/<int:pk>/": {"open": set(), "hidden": IMPORTERS},
}
OPEN_TO_ALL = {
    "log-ind/",
    "log-ind/kode/",
    "log-ind/tid/",
    "log-ud/",
    "admin/login/",
    "healthz",
    "metrics",
    "readyz",
    "adgangskode/<str:uidb64>/<str:token>/",
    "frikoeb/svar/<path:token>/",
    "optaelling/svar/<path:token>/",
    "kalender/<str:secret>.ics",
}
# Of programs, which have tokens: `tests/leasing/api` asks for each of them.
PROGRAMS = "api/v1/"
NAMED = ("<int:pk>", "<slug:number>", "<int:term>", "<int:stocktake>")
ARGUMENTS = {
    "slug": "udlevering",
    "queue": "klar",
    "code": "2026Q1",
    "file_kind": "xlsx",
    "number": "2026Q1-01",
    "kind": "units",
    "key": "nobody",
    "difference": "anden-bruger",
}
# What a page that was opened may answer: done, sent on, or a form that says what is missing.
OPENED = {200, 204, 302, 409, 422}


def routes(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


ROUTES = sorted(set(routes(get_resolver().url_patterns)))
OURS = [
    route
    for route in ROUTES
    if not route.startswith("admin/")
    and route not in OPEN_TO_ALL
    and (not route.startswith(PROGRAMS) or route == "api/v1/docs/")
]
ADMIN = [route for route in ROUTES if route.startswith("admin/") and "<" not in route]


@pytest.fixture
def town(cast, settings):
    """Return the cast a closed quarter, and a department that its leaders have no part in."""
    settings.TODAY = TODAY
    return make_town(cast)


def make_town(cast):
    """Return the things that addresses are about, by name."""
    Settings.objects.update(uses_calendar_feed=True, uses_api=True, uses_webhooks=True)
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    with recorded_as(
        Act.Kind.TRANSFER,
        title="Flytning",
        permission=HANDLE_ORDERS,
        actor=cast.helpdesk,
        now=timezone.now(),
    ) as moved:
        make.device("PF000009")
    people = {
        "own": make.employee(unit=cast.unit),
        "foreign": make.employee("bo", "Bo Fremmed", unit=foreign),
    }
    town_device = make.lease("PF000001", unit=cast.unit).device
    supplier = supplier_invoice("4711", ("PF000001", "349,41"))
    own_line = make.order_line(unit=cast.unit)
    things = {"device": town_device, "employee": people["own"], "order": own_line.order}
    attached = attach_file(
        invoice_id=supplier.pk, name="a.pdf", data=b"%PDF-", actor=None, now=timezone.now()
    )
    machine = ("XX000001", "2026-04-30 08:00:00", "Windows", "10.0.26100.1", "T14", "")
    take("intune", [machine], today=TODAY)
    take("directory", [("x@y.dk", "Xenia", "", "", "True")], today=TODAY)
    return {
        "seen": SeenDevice.objects.get(),
        "account": DirectoryPerson.objects.get(),
        "own": (cast.unit, town_device),
        "foreign": (foreign, make.lease("PF000002", unit=foreign).device),
        "act": moved.act,
        "notes": {about: note_with_file(about, thing) for about, thing in things.items()},
        "run": close(),
        "charge": make.charge(cast.unit),
        "supplier": supplier,
        "file": attached,
        "objection": Objection.objects.create(
            device=town_device, unit=cast.unit, note="?", raised_at=timezone.now()
        ),
        "people": people,
        "received": ReceivedFile.objects.create(
            mail=ReceivedMail.objects.create(key="a", outcome="order", fetched_at=timezone.now()),
            file=KeptFile.objects.get(),
            name="a.pdf",
        ),
        "cage": Cage.objects.create(place="Rådhuset", collected_on=TODAY, room_for=40),
        "mail": Mail.objects.create(
            key="letter-2026Q1-1", subject="Jeres pc-leasing", written_at=timezone.now()
        ),
        "approvals": {whose: make.approval(person) for whose, person in people.items()},
        "batch": take_file("units", "Afdeling;Enhedsnr;Enhed\nSkoler;1234;Skolen").batch,
        "machine": make.old_machine(unit=cast.unit),
        "question": ask(),
        "reorganisation": _reorganisation(cast.unit, foreign),
        "offer": BuyoutOffer.objects.create(device=town_device, price_ore=90000, valid_until=TODAY),
        "access": cast.head.accesses.get(),
        "token": make.api_token(),
        "webhook": WebhookEndpoint.objects.create(
            name="ESDH", address="https://esdh.example.dk/", created_at=timezone.now()
        ),
        "counts": {"own": count_of(cast.unit), "foreign": count_of(foreign)},
        "lines": {"own": own_line, "foreign": make.order_line(unit=foreign)},
    }


def _reorganisation(unit, to):
    found = draft(date(2026, 7, 1), ("split", unit, {"successor": to}))
    return found.steps.get()


def note_with_file(about, thing):
    file = "note.pdf", b"%PDF-"
    return write_note(about=about, thing=thing, text="", file=file, actor=None, now=timezone.now())


def count_of(unit):
    """Count what a unit has, in a stocktake of its own; give one of its devices."""
    stocktake = start_stocktake(
        name="Optælling",
        due_on=date(2026, 6, 1),
        unit_ids=[unit.pk],
        is_pcs_only=True,
        actor=None,
        today=TODAY,
        now=timezone.now(),
    )
    return stocktake.devices.first()


def address(route, town, whose="own"):
    unit, device = town[whose]
    pk = device.pk if "udstyr" in route else unit.pk if "enheder" in route else unit.department_id
    pk = town["charge"].pk if "engangsbeloeb" in route else pk
    pk = device.pk if "bekraeft" in route else pk
    pk = town["supplier"].pk if "leverandoerfakturaer" in route else pk
    pk = town["objection"].pk if "indsigelser" in route else pk
    pk = town["mail"].pk if "mails" in route else pk
    pk = town["act"].pk if "fortryd" in route else pk
    pk = town["access"].user_id if "brugere" in route else pk
    pk = town["token"].client_id if "api-klienter" in route else pk
    pk = town["webhook"].pk if "webhooks" in route else pk
    pk = town["cage"].pk if "it-bure" in route else pk
    pk = town["question"].pk if "henvendelser" in route else pk
    pk = town["batch"].pk if "indlaes/nr" in route else pk
    pk = town["offer"].pk if "frikoeb" in route else pk
    pk = town["people"][whose].pk if "medarbejdere" in route else pk
    pk = town["reorganisation"].reorganisation_id if "organisation" in route else pk
    pk = town["approvals"][whose].pk if "dispensationer" in route else pk
    if "kilder" in route:
        pk = town["seen"].pk if "ukendt-udstyr" in route else device.pk
        pk = town["account"].pk if "ukendte-brugere" in route else pk
    if "bestillinger" in route:
        line = town["lines"][whose]
        pk = line.pk if "annuller" in route else line.order_id
    if "bestillinger/mails" in route:
        pk = town["received"].mail_id
    invoices = {invoice.department_id: invoice.number for invoice in town["run"].invoices.all()}
    values = {**ARGUMENTS, "pk": pk, "number": invoices[unit.department_id]}
    values |= {"lease": device.lease.pk, "unit": unit.pk, "period": "2026Q1", "year": 2026}
    values |= {"step": town["reorganisation"].pk}
    files = town["received"] if "bestillinger/mails" in route else town["file"]
    values |= {"file": files.pk, "term": device.lease.terms.get().pk}
    values |= {"other": town["people"]["own"].pk}
    counted = town["counts"][whose]
    values |= {"stocktake": counted.stocktake_id, "row": counted.pk}
    values |= {"access": town["access"].pk, "token": town["token"].pk, "delivery": 1}
    values |= {"machine": town["machine"].pk, "visit": 1, "device_pk": device.pk}
    about = "device" if "udstyr" in route else "order" if "bestil" in route else "employee"
    values |= {"note": town["notes"][about].pk}
    for name, value in values.items():
        for kind in ("int", "str", "slug"):
            route = route.replace(f"<{kind}:{name}>", str(value))
    assert "<" not in route, f"Say in ARGUMENTS what {route} is to be asked for with"
    return f"/{route}"


def test_the_table_has_every_route_and_no_other():
    assert sorted(TABLE) == OURS


def is_answered(status, route, role) -> bool:
    """Return whether a role is answered as the table says: the page, or that it is not theirs."""
    entry = TABLE[route]
    if role in entry["open"]:
        return status in OPENED
    return status == (404 if role in entry.get("hidden", ()) else 403)


# Pages are opened by every role in test_who_sees_what.py, where what they say is read as well.
@pytest.mark.once  # who may follows from rights; tests/security/test_forged.py sends on both
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_sends_what_is_its_own_and_nothing_more(town, cast, client_of, role):
    client = client_of(cast.by_role()[role])
    sent = [route for route in OURS if TABLE[route].get("method") == "post"]
    statuses = {route: client.post(address(route, town)).status_code for route in sent}
    wrong = {
        route: status for route, status in statuses.items() if not is_answered(status, route, role)
    }
    assert not wrong


@pytest.mark.once
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_page_of_the_menu_is_reached_as_the_menu_says_and_no_way_ends(
    town, cast, client_of, role
):
    client, elsewhere, parents = client_of(cast.by_role()[role]), {}, set()
    for route in OURS:
        if role not in TABLE[route]["open"] or TABLE[route].get("method") == "post":
            continue
        url = address(route, town)
        answer = client.get(url)
        if b"<html" not in getattr(answer, "content", b""):
            continue
        page = parse(answer)
        above = [link.split("?")[0] for link in page.xpath("//ol[@class='crumbs']//a/@href")]
        places = page.xpath("//section[@id='menu']//a/@href")
        parents.update(above)
        if above and url in places and above[0] not in places:
            elsewhere[url] = above[0]
    assert parents
    assert not elsewhere
    assert not [url for url in parents if client.get(url).status_code not in OPENED]


@pytest.mark.once
@pytest.mark.parametrize("role", sorted(LEADERS))
def test_what_is_anothers_does_not_exist_for_a_leader(town, cast, client_of, role):
    client = client_of(cast.by_role()[role])
    named = [
        route
        for route in OURS
        if any(one in route for one in NAMED)
        and role in TABLE[route]["open"] | TABLE[route].get("hidden", set())
    ]

    assert named
    for route in named:
        ask = getattr(client, TABLE[route].get("method", "get"))
        assert ask(address(route, town, "foreign")).status_code == 404, route
    for query in (f"afdeling={town['foreign'][0].department_id}", "afdeling=alle"):
        for page in ("/egenbetaling/", "/egenbetaling/linjer/"):
            response = client.get(f"{page}?{query}")
            assert response.status_code == 404 or "Åhaven" not in response.content.decode(), page


@pytest.mark.once
def test_somebody_who_is_not_logged_in_is_sent_to_log_in_from_everywhere(town):
    client = Client()
    for route in OURS:
        url = address(route, town)
        for method in ("get", "post"):
            response = getattr(client, method)(url)
            if method == "get" and TABLE[route].get("method") == "post":
                assert response.status_code in {302, 405}, route
                continue
            assert response.status_code == 302, route
            assert response.url.startswith("/log-ind/?next="), route


# The lists of the admin are asked for on both by who opens them; that others are refused asks none.
@pytest.mark.parametrize(
    "role",
    [
        roles.ADMINISTRATOR,
        *(pytest.param(one, marks=pytest.mark.once) for one in sorted(EVERYBODY - ADMINISTRATORS)),
    ],
)
def test_the_admin_is_for_administrators(town, cast, client_of, role):
    client = client_of(cast.by_role()[role])
    for route in ADMIN:
        status = client.get(f"/{route}", follow=True).status_code
        if role == roles.ADMINISTRATOR:
            # Some pages take only a post, and one needs a question.
            assert status in {200, 400, 403, 405}, route
        else:
            assert status in {403, 405}, route
    if role == roles.ADMINISTRATOR:
        assert client.get("/admin/inventory/unit/").status_code == 200


def test_the_open_pages_show_nothing_but_themselves(town):
    client = Client()

    assert client.get("/log-ind/").status_code == 200
    assert client.post("/log-ud/").url == "/log-ind/"
    assert client.get("/admin/login/").url == "/log-ind/?next="
    assert client.get("/metrics").status_code == 404  # no token in the environment
    assert client.get("/healthz").content == b"alive\n"
    assert client.get("/readyz").content == b"ready\n"
    assert "virker ikke længere" in client.get("/adgangskode/MQ/1-1/").content.decode()
    dead = client.get("/frikoeb/svar/1/")
    assert (dead.status_code, "PF000001" in dead.content.decode()) == (404, False)
    assert client.get("/optaelling/svar/1/").status_code == 404
    assert "PF000001" not in client.get("/log-ind/").content.decode()
