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
from leasing.models import BuyoutOffer, Cage, Mail, Objection, Settings
from leasing.supplier.services.files import attach_file
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.lessor_questions.asking import ask
from tests.leasing.supplier.world import invoice as supplier_invoice

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
IMPORTERS = {roles.FINANCE, roles.HELPDESK}
EVERYBODY = READERS | {NOBODY}

# For those outside: a person without the right gets 403, a leader 404 for what is another's.
TABLE = {
    "": {"open": EVERYBODY},
    "afdelinger/": {"open": READERS},
    "afdelinger/<int:pk>/": {"open": READERS},
    "afdelinger/enheder/<int:pk>/": {"open": READERS},
    "afdelinger/enheder/<int:pk>/kontering/": {"open": IMPORTERS},
    "bestillinger/": {"open": READERS},
    "bestillinger/ny/": {"open": {roles.HELPDESK}},
    "bestillinger/medarbejdere/": {"open": {roles.HELPDESK}},
    "bestillinger/linje/": {"open": {roles.HELPDESK}},
    "bestillinger/linje/ny/": {"open": {roles.HELPDESK}},
    "bestillinger/linje/<int:pk>/annuller/": {"open": {roles.HELPDESK}},
    "bestillinger/indkoeb/": {"open": HELPDESK},
    "bestillinger/indkoeb/nummer/": {"open": HELPDESK},
    "bestillinger/levering/": {"open": HELPDESK},
    "bestillinger/levering/<int:pk>/fortryd/": {"open": HELPDESK, "method": "post"},
    "bestillinger/<int:pk>/": {"open": READERS},
    "bestillinger/<int:pk>/ret/": {"open": {roles.HELPDESK}},
    "udstyr/": {"open": READERS},
    "udstyr/<int:pk>/": {"open": READERS},
    "udstyr/<int:pk>/leasing/": {"open": IMPORTERS},
    "udstyr/udlever/": {"open": HELPDESK},
    "udstyr/flyt/": {"open": HELPDESK},
    "udstyr/tag-tilbage/": {"open": HELPDESK},
    "udstyr/udlaan/": {"open": HELPDESK},
    "udstyr/<int:pk>/ombyt/": {"open": HELPDESK},
    "udstyr/<int:pk>/tab/": {"open": HELPDESK},
    "udstyr/<int:pk>/afgang/": {"open": HELPDESK},
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
    "udstyr/<int:pk>/fundet/": {"open": HELPDESK, "method": "post"},
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
    "soeg/": {"open": READERS},
    "udstyr/etiketter/": {"open": HELPDESK},
    "datakvalitet/": {"open": READERS},
    "medarbejdere/": {"open": SEE_PEOPLE},
    "medarbejdere/kommende/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/": {"open": SEE_PEOPLE},
    "medarbejdere/<int:pk>/ret/": {"open": HELPDESK},
    "medarbejdere/<int:pk>/saml/": {"open": HELPDESK, "method": "post"},
    "medarbejdere/<int:pk>/bed-tilbage/<int:device_pk>/": {"open": HELPDESK},
    "mails/": {"open": HELPDESK | QUARTERS},
    "mails/<int:pk>/": {"open": QUARTERS, "hidden": HELPDESK},
    "mails/send/": {"open": HELPDESK, "method": "post"},
    "dispensationer/": {"open": READERS},
    "dispensationer/ny/": {"open": HELPDESK},
    "dispensationer/<int:pk>/": {"open": READERS},
    "indlaes/": {"open": IMPORTERS},
    "indlaes/<str:kind>/": {"open": IMPORTERS},
    "indlaes/<str:kind>/eksempel/": {"open": IMPORTERS},
}
OPEN_TO_ALL = {
    "log-ind/",
    "log-ud/",
    "admin/login/",
    "frikoeb/svar/<path:token>/",
    "kalender/<str:secret>.ics",
}
ARGUMENTS = {"code": "2026Q1", "file_kind": "xlsx", "number": "2026Q1-01", "kind": "units"}
# What a page that was opened may answer: done, sent on, or a form that says what is missing.
OPENED = {200, 302, 409, 422}


def routes(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


ROUTES = sorted(set(routes(get_resolver().url_patterns)))
OURS = [route for route in ROUTES if not route.startswith("admin/") and route not in OPEN_TO_ALL]
ADMIN = [route for route in ROUTES if route.startswith("admin/") and "<" not in route]


@pytest.fixture
def town(cast, settings):
    """Give the cast a closed quarter, and a department that its leaders have no part in."""
    settings.TODAY = TODAY
    Settings.objects.update(uses_calendar_feed=True)
    make.cost_holder()
    foreign = make.unit("2001", "Åhaven", department=make.department("Miljø & Teknik"))
    people = {
        "own": make.employee(unit=cast.unit),
        "foreign": make.employee("bo", "Bo Fremmed", unit=foreign),
    }
    town_device = make.lease("PF000001", unit=cast.unit).device
    supplier = supplier_invoice("4711", ("PF000001", "349,41"))
    attached = attach_file(
        invoice_id=supplier.pk, name="a.pdf", data=b"%PDF-", actor=None, now=timezone.now()
    )
    return {
        "own": (cast.unit, town_device),
        "foreign": (foreign, make.lease("PF000002", unit=foreign).device),
        "run": close(),
        "charge": make.charge(cast.unit),
        "supplier": supplier,
        "file": attached,
        "objection": Objection.objects.create(
            device=town_device, unit=cast.unit, note="?", raised_at=timezone.now()
        ),
        "people": people,
        "cage": Cage.objects.create(place="Rådhuset", collected_on=TODAY, room_for=40),
        "mail": Mail.objects.create(
            key="letter-2026Q1-1", subject="Jeres pc-leasing", written_at=timezone.now()
        ),
        "approvals": {whose: make.approval(person) for whose, person in people.items()},
        "machine": make.old_machine(unit=cast.unit),
        "question": ask(),
        "offer": BuyoutOffer.objects.create(device=town_device, price_ore=90000, valid_until=TODAY),
        "lines": {"own": make.order_line(unit=cast.unit), "foreign": make.order_line(unit=foreign)},
    }


def address(route, town, whose="own"):
    unit, device = town[whose]
    pk = device.pk if "udstyr" in route else unit.pk if "enheder" in route else unit.department_id
    pk = town["charge"].pk if "engangsbeloeb" in route else pk
    pk = device.pk if "bekraeft" in route else pk
    pk = town["supplier"].pk if "leverandoerfakturaer" in route else pk
    pk = town["objection"].pk if "indsigelser" in route else pk
    pk = town["mail"].pk if "mails" in route else pk
    pk = town["cage"].pk if "it-bure" in route else pk
    pk = town["question"].pk if "henvendelser" in route else pk
    pk = town["offer"].pk if "frikoeb" in route else pk
    pk = town["people"][whose].pk if "medarbejdere" in route else pk
    pk = town["approvals"][whose].pk if "dispensationer" in route else pk
    if "bestillinger" in route:
        line = town["lines"][whose]
        pk = line.pk if "annuller" in route else line.order_id
    invoices = {invoice.department_id: invoice.number for invoice in town["run"].invoices.all()}
    values = {**ARGUMENTS, "pk": pk, "number": invoices[unit.department_id]}
    values |= {"lease": device.lease.pk, "unit": unit.pk, "period": "2026Q1", "year": 2026}
    values |= {"file": town["file"].pk, "term": device.lease.terms.get().pk}
    values |= {"machine": town["machine"].pk, "visit": 1, "device_pk": device.pk}
    for name, value in values.items():
        for kind in ("int", "str", "slug"):
            route = route.replace(f"<{kind}:{name}>", str(value))
    assert "<" not in route, f"Say in ARGUMENTS what {route} is to be asked for with"
    return f"/{route}"


def test_the_table_has_every_route_and_no_other():
    assert sorted(TABLE) == OURS


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_opens_what_is_its_own_and_nothing_more(town, cast, client_of, role):
    client = client_of(cast.by_role()[role])
    wrong = []
    for route in OURS:
        entry = TABLE[route]
        status = getattr(client, entry.get("method", "get"))(address(route, town)).status_code
        if role in entry["open"]:
            expected = OPENED
        else:
            expected = {404} if role in entry.get("hidden", ()) else {403}
        if status not in expected:
            wrong.append(f"{route}: {status}, not {sorted(expected)}")
    assert not wrong


@pytest.mark.parametrize("role", sorted(LEADERS))
def test_what_is_anothers_does_not_exist_for_a_leader(town, cast, client_of, role):
    client = client_of(cast.by_role()[role])
    named = [
        route
        for route in OURS
        if any(one in route for one in ("<int:pk>", "<slug:number>", "<int:term>"))
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


@pytest.mark.parametrize("role", sorted(EVERYBODY))
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
    dead = client.get("/frikoeb/svar/1/")
    assert (dead.status_code, "PF000001" in dead.content.decode()) == (404, False)
    assert "PF000001" not in client.get("/log-ind/").content.decode()
