"""What a leader is never told: anything of another department, by whatever way they ask."""

import os
import re
from collections import Counter
from datetime import UTC, date, datetime
from html import unescape
from io import BytesIO
from urllib.parse import urljoin, urlsplit
from zipfile import ZipFile

import pytest
from lxml import html
from openpyxl import load_workbook

from albertslund_it.roles import HEAD, UNIT_LEADER
from inventory.models import Unit
from leasing.cost_share.services.letters import write_letters
from leasing.models import Budget, EndWish, InvoiceLine, Mail, Objection, Order, Scenario, Settings
from tests import builders as make
from tests.leasing.agreeing import agreed_in
from tests.leasing.town import TODAY, Town, close

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SHARE = "/egenbetaling/"
# `LEAKS_OF_EACH_PAGE=100` opens nearly two thousand addresses as each leader.
OF_EACH_PAGE = int(os.environ.get("LEAKS_OF_EACH_PAGE", "1"))
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS = [
    "/",
    SHARE,
    *(
        SHARE + page
        for page in (
            "prognose/",
            "prognose/?hent=xlsx",
            "brev/",
            "brev/?kvartal=2026Q2",
            "hvad-nu-hvis/?pris=15&pris_fra=01-01-2027",
            "dengang/?dag=15-02-2026",
            "dengang/?dag=15-02-2026&mod=14-02-2026",
            "dengang/?dag=01-11-2026&mod=01-02-2026&hent=xlsx",
            "forskel/?fra=2026Q1&til=2026Q2",
            "forskel/?fra=2026Q4&til=2026Q2",
            "beslutninger/",
            "medarbejdere/?kvartal=2026Q1",
            "linjer/?koersel=ikke-opkraevet",
            "linjer/?hent=xlsx",
            "kommunen/",
            "flytninger/",
        )
    ),
    "/budgetter/?aar=2027",
    "/budgetter/?hent=xlsx",
    "/budgetter/ret/",
    "/budgetter/ark/",
    "/budgetter/ark/?hent=xlsx",
    "/bekraeft/",
    "/indsigelser/",
    "/udstyr/?hent=xlsx",
]


class Secrets(Town):
    """The town, with much in every department that the others are not to read."""

    def __init__(self):
        super().__init__()
        for model in (make.model(), self.t16):
            make.price(model, date(2026, 1, 1), 559066)
        bodil = make.employee("bofr", "Bodil Friis", unit=self.library)
        carl = make.employee("cask", "Carl Skov", unit=self.first)
        self.fill(self.library, bodil, "KU", 7654321)
        self.fill(self.first, carl, "DA", 8765432)
        self.fill(self.mover, None, "MO", 6543210)
        # What came from the library says that, and no more.
        self.late = make.lease("FL000001", unit=self.library, starts_on=date(2026, 1, 1))
        make.placement(self.late.device, date(2026, 10, 10), self.second)

    def fill(self, unit, person, mark, price_ore):
        """Make one of each for a unit: decision, wish, objection, order, budget, one-off charge."""
        new = make.lease(f"{mark}000001", unit=unit, employee=person, price_ore=price_ore)
        old = make.lease(f"{mark}000002", unit=unit, employee=person, starts_on=date(2023, 4, 1))
        EndWish.objects.create(lease=old, wish="return", note=f"ønske {mark}", wished_at=NOW)
        for outcome in ("", "refused"):
            Objection.objects.create(
                device=new.device,
                unit=unit,
                note=f"indsigelse {mark}",
                raised_at=NOW,
                outcome=outcome,
                outcome_note=outcome and f"svar {mark}",
                settled_at=NOW if outcome else None,
            )
        for year in (2026, 2027):
            Budget.objects.create(unit=unit, year=year, amount_ore=price_ore)
        make.charge(unit, price_ore, date(2026, 11, 2), f"skade {mark}", device=new.device)
        if person:
            make.approval(person)
        make.order_line(unit, person, used_for=f"brug {mark}")

    def of_culture(self) -> list[str]:
        """Return what only Kultur is to read, the units that came to it and what they have too."""
        names = ["Biblioteket", "Kultur, Fritid", "PF000008", "KU0000", " KU", "76.543,21"]
        names += ["Bodil Friis", "bofr", "MO0000", " MO", "65.432,10"]
        return names + self.invoice_numbers(but=self.school)

    def of_school(self) -> list[str]:
        """Return what only Dagtilbud & Skole is to read."""
        names = [
            "Dagtilbud & Skole",
            "Ærtebjerg",
            "Åmoseskolen",
            "PF000001",
            "PF000002",
            "PF000010",
            "SK000001",
        ]
        names += ["DA0000", " DA", "Carl Skov", "cask", "87.654,32", "Skærmskade"]
        return names + self.invoice_numbers(but=self.culture)

    def invoice_numbers(self, but) -> list[str]:
        return [
            invoice.number for run in self.runs for invoice in run.invoices.exclude(department=but)
        ]


@pytest.fixture
def town(db, settings):
    settings.TODAY = TODAY
    return Secrets()


def text_in(response) -> str:
    """Return all that an answer says: of a workbook its cells, of an archive its files."""
    if response.get("Content-Type") == EXCEL:
        book = load_workbook(BytesIO(response.getvalue()))
        return " ".join(str(value) for sheet in book for row in sheet.values for value in row)
    if response.get("Content-Type") == "application/zip":
        with ZipFile(BytesIO(response.getvalue())) as archive:
            return " ".join(archive.read(name).decode() for name in archive.namelist())
    return unescape(response.content.decode()).replace("\xa0", " ")


def everything_told(client):
    """Follow every link from the pages of a share; give (address, text) of all that there is.

    Of addresses that differ in a row, or in what they ask of the same page, a few are opened.
    """
    waiting, seen, opened = list(STARTS), set(STARTS), Counter()
    while waiting:
        address = waiting.pop(0)
        response = client.get(address)
        if response.status_code == 302:
            continue
        text = text_in(response)
        yield address, text
        if response.status_code != 200 or response["Content-Type"] == EXCEL:
            continue
        for link in html.fromstring(response.content).xpath("//@href | //@hx-get"):
            found = urlsplit(urljoin(address, link))
            told = found._replace(fragment="").geturl()
            if found.netloc or found.scheme or found.path.startswith("/static/") or told in seen:
                continue
            seen.add(told)
            page = re.sub(r"\d+", "0", found.path)
            opened[page] += 1
            if opened[page] <= OF_EACH_PAGE:
                waiting.append(told)


def leaks(client, secrets) -> list[tuple]:
    """Return (word, address) of what is told and should not be."""
    return [
        (word, address)
        for address, text in everything_told(client)
        for word in secrets
        if word in text
    ]


def warm_up(client):
    """Let somebody who sees all have everything worked out first: what is kept is not for all."""
    for address in STARTS:
        client.get(address)


# Whether each page narrows what it asks for stands in its code, so a walk through hundreds of them
# is enough on one database. On both, each role opens every page and is told nothing that is not its
# own (tests/web/test_who_sees_what.py), and the narrowing itself is asked (test_scope.py).
@pytest.mark.once
def test_a_head_is_told_nothing_of_another_department(town, cast, client_of):
    warm_up(client_of(cast.finance))
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    assert leaks(head, town.of_culture()) == []


@pytest.mark.once
def test_a_head_whose_department_got_a_unit_is_told_nothing_of_the_other(town, cast, client_of):
    warm_up(client_of(cast.finance))
    head = client_of(cast.with_access("karen", HEAD, department=town.culture))
    assert leaks(head, town.of_school()) == []
    # What came from another department says so, and no more: the same as of what went to one.
    text = text_in(head.get(f"{SHARE}forskel/?fra=2026Q1&til=2026Q2&trin=in"))
    assert "En anden afdeling" in text
    # A unit has its own past with it, but not the other department's bill.
    line = InvoiceLine.objects.get(lease__device__serial_number="PF000009", period="2026Q1")
    text = text_in(head.get(f"/linjer/beregning/{line.lease_id}/{town.mover.pk}/2026Q1/"))
    assert line.invoice.number not in text
    assert "Opkrævet hos en anden afdeling" in text


@pytest.mark.once
def test_a_unit_leader_is_told_nothing_of_other_units(town, cast, client_of):
    leader = client_of(cast.with_access("esther", UNIT_LEADER, unit=town.second))
    secrets = [*town.of_culture(), "Ærtebjerg", "Ungdomsklubben", "PF000001", "DA0000", "Carl"]
    assert leaks(leader, secrets) == []


@pytest.mark.once
def test_a_leader_whose_unit_changed_department_keeps_only_the_unit(town, cast, client_of):
    leader = client_of(cast.with_access("mona", UNIT_LEADER, unit=town.mover))
    secrets = [*town.of_school()[1:7], "DA0000", " DA", "Biblioteket", "PF000008", "KU0000", " KU"]
    assert leaks(leader, secrets) == []
    assert "PF000009" in text_in(leader.get(f"{SHARE}linjer/"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("starts_on", "ends_before", "is_there"),
    [
        (date(2026, 11, 24), None, False),
        (date(2026, 11, 1), date(2026, 11, 24), True),
        (date(2026, 11, 1), date(2026, 11, 23), False),
    ],
)
def test_a_deputy_sees_from_the_first_day_to_the_last(
    town, cast, client_of, starts_on, ends_before, is_there
):
    deputy = cast.with_access(
        "dorte", HEAD, department=town.school, starts_on=starts_on, ends_before=ends_before
    )
    warm_up(client_of(cast.with_access("hanne", HEAD, department=town.school)))
    client = client_of(deputy)
    lease = InvoiceLine.objects.filter(unit=town.first).first().lease
    for address in [
        *(one for one in STARTS if one.startswith((SHARE, "/budgetter/"))),
        f"/linjer/beregning/{lease.pk}/{town.first.pk}/2026Q1/",
        f"/udstyr/{lease.device_id}/",
        f"/bekraeft/{lease.device_id}/ikke-vores/",
    ]:
        response = client.get(address)
        if not is_there and response.status_code == 200:
            assert [word for word in town.of_school() if word in text_in(response)] == [], address
    assert client.get(SHARE).status_code == (200 if is_there else 404)
    if not is_there:  # else the pages are those of the head above
        assert leaks(client, town.of_culture() + town.of_school()) == []
    client.post(f"{SHARE}beslutninger/", {"lease": end_of("DA").pk, "wish": "buyout"})
    assert (EndWish.objects.get(lease=end_of("DA")).wish == "buyout") is is_there


def end_of(mark):
    return EndWish.objects.get(lease__device__serial_number=f"{mark}000002").lease


def test_what_is_typed_of_another_department_does_not_exist(town, cast, client_of):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    theirs = (town.culture.pk, "alle", "it-lager", "enheder", "x", "' OR 1=1")
    pages = [one for one in STARTS if "egenbetaling" in one or "budgetter" in one]
    pages = [one for one in pages if not one.endswith(("kommunen/", "flytninger/", "ret/"))]
    for page in pages:
        sign = "&" if "?" in page else "?"
        for key in theirs:
            found = head.get(f"{page}{sign}afdeling={key}")
            assert found.status_code == 404, (page, key)
    for page in ("prognose/", "forskel/", "dengang/"):
        for unit in (town.library.pk, town.holder.pk, 999, "x", "1e3"):
            assert head.get(f"{SHARE}{page}?enhed={unit}").status_code == 404, (page, unit)
    unit = f"enhed={town.library.pk}"
    for address in (f"{SHARE}linjer/?{unit}", f"{SHARE}linjer/?{unit}&hent=xlsx"):
        text = text_in(head.get(address))
        assert [word for word in town.of_culture() if word in text] == []
    lease = InvoiceLine.objects.filter(unit=town.library).first().lease
    for address in (
        f"/linjer/beregning/{lease.pk}/{town.library.pk}/2026Q1/",
        f"/linjer/beregning/{lease.pk}/{town.holder.pk}/2026Q1/",
        f"/bekraeft/{end_of('KU').device_id}/ikke-vores/",
        f"/udstyr/{end_of('KU').device_id}/",
        *(
            f"/kvartaler/{run.code}/{invoice.number}/"
            for run in town.runs
            for invoice in run.invoices.exclude(department=town.school)
        ),
    ):
        assert head.get(address).status_code == 404, address
    for address in (
        f"{SHARE}kommunen/",
        f"{SHARE}flytninger/?fraafd={town.culture.pk}&tilafd={town.school.pk}",
        "/budgetter/ret/",
        "/indlaes/budgets/",
        "/indsigelser/",
        f"/indsigelser/{Objection.objects.first().pk}/",
    ):
        assert head.get(address).status_code == 403, address


def test_what_is_forged_changes_and_tells_nothing(town, cast, client_of):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    before = EndWish.objects.get(lease=end_of("KU"))
    said = []
    for pk in (before.lease_id, 99999):
        response = head.post(f"{SHARE}beslutninger/", {"lease": pk, "wish": "buyout"})
        assert response.status_code == 422
        text = text_in(response)
        assert [word for word in town.of_culture() if word in text] == []
        said.append(html.fromstring(text).xpath("string(//*[@role='alert'])"))
    assert said[0] == said[1]
    assert EndWish.objects.get(lease=before.lease_id).wish == before.wish
    device = end_of("KU").device_id
    assert head.post(f"/bekraeft/{device}/ikke-vores/", {"note": "x"}).status_code == 404
    typed = {f"unit_{town.library.pk}": "1,00", f"seen_{town.library.pk}": ""}
    assert head.post("/budgetter/ret/", typed).status_code == 403
    assert head.post("/indlaes/budgets/").status_code == 403


def test_a_wish_from_before_is_neither_told_nor_in_the_way(town, cast, client_of):
    lease = end_of("KU")
    EndWish.objects.update(wished_at=datetime(2026, 6, 1, tzinfo=UTC))
    make.placement(lease.device, date(2026, 11, 1), town.first)
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    assert "ønske KU" not in text_in(head.get(f"{SHARE}beslutninger/"))
    asked = {"lease": lease.pk, "wish": "return", "note": "ønske KU"}
    text = text_in(head.post(f"{SHARE}beslutninger/", asked, follow=True))
    # The same words as theirs are this department's wish all the same.
    assert "Ønsket er gemt for 1 stk." in text
    assert EndWish.objects.get(lease=lease).wished_by.username == "hanne"


def test_a_correction_does_not_number_the_other_departments_bill(town, cast, client_of):
    make.placement(town.leases[3].device, date(2026, 2, 1), town.library)
    culture = client_of(cast.with_access("karen", HEAD, department=town.culture))
    finance = client_of(cast.finance)
    asked = f"linjer/?afdeling={town.culture.pk}&koersel=ikke-opkraevet&q=PF000004"
    number = town.runs[0].invoices.get(department=town.school).number
    assert "PF000004" in text_in(culture.get(SHARE + asked))
    assert number not in text_in(culture.get(SHARE + asked))
    everybody = asked.replace(str(town.culture.pk), "alle", 1)
    assert f"retter {number}" in text_in(finance.get(SHARE + everybody))
    run = close("2026Q3")
    invoice = run.invoices.get(department=town.culture)
    for address in (
        f"/kvartaler/{run.code}/{invoice.number}/",
        f"{SHARE}linjer/?koersel={run.code}&q=PF000004",
        f"{SHARE}linjer/?koersel={run.code}&q=PF000004&hent=xlsx",
    ):
        text = text_in(culture.get(address))
        assert "PF000004" in text
        assert number not in text


def test_where_it_went_is_not_told(town, cast, client_of):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    asked = "forskel/?fra=2026Q1&til=2026Q2"
    text = text_in(head.get(f"{SHARE}{asked}&trin=out"))
    assert "PF000005" in text
    assert "En anden afdeling" in text
    assert "Kultur" not in text
    finance = client_of(cast.finance)
    asked += f"&afdeling={town.school.pk}&trin=out"
    assert "Kultur" in text_in(finance.get(SHARE + asked))


def test_a_letter_by_mail_has_its_own_department_only(town, cast):
    Settings.objects.update(mails_letters=True)
    for name, unit in (("hanne", town.school), ("karen", town.culture)):
        cast.with_access(name, HEAD, department=unit)
    cast.with_access("gustav", HEAD, department=town.culture, ends_before=TODAY)
    cast.with_access("esther", UNIT_LEADER, unit=town.first)
    write_letters(run=town.runs[-1], today=TODAY, now=NOW)
    school, culture = (
        Mail.objects.get(key__startswith="letter-", recipients=f"{name}@example.dk")
        for name in ("hanne", "karen")
    )
    assert Mail.objects.filter(key__startswith="letter-").count() == 2
    for mail, secrets in ((school, town.of_culture()), (culture, town.of_school())):
        told = unescape(mail.subject + mail.text + mail.html).replace("\xa0", " ")
        assert [word for word in secrets if word in told] == []


def scenario(maker, payer, **assumed):
    found = {"antal_1": "2", "model_1": "T14", "antal_fra": "01-02-2027"} | assumed
    return Scenario.objects.create(
        name="Hemmeligt",
        bearer=str(payer),
        assumptions=found,
        is_shared=True,
        created_by=maker,
        created_at=NOW,
    )


def test_scenarios_are_their_makers_and_reach_no_further(town, cast, client_of):
    head = cast.with_access("hanne", HEAD, department=town.school)
    client, page = client_of(head), f"{SHARE}hvad-nu-hvis/"
    theirs = scenario(
        cast.with_access("karen", HEAD, department=town.culture),
        town.culture.pk,
        enhed_1=str(town.library.pk),
    )
    finances = scenario(cast.finance, "alle", enhed_1=str(town.library.pk))
    for one in (theirs, finances):
        assert client.get(f"{page}?scenarie={one.pk}").status_code == 404
        for action in ("slet", "bestil"):
            assert client.post(f"{page}{one.pk}/{action}/").status_code == 404
        assert client.post(f"{page}gem/?scenarie={one.pk}", {"name": "x"}).status_code == 404
    assert "Hemmeligt" not in text_in(client.get(page))
    # One's own, for somebody else's unit or department: whoever wrote that into the address.
    asked = f"antal_1=2&model_1=T14&antal_fra=01-02-2027&enhed_1={town.library.pk}"
    for response in (client.get(f"{page}?{asked}"), client.post(f"{page}gem/?{asked}")):
        assert response.status_code == 422
        text = text_in(response)
        assert [word for word in town.of_culture() if word in text] == []
    # A unit that has left since it was kept is neither shown nor ordered for.
    kept = scenario(head, town.school.pk, enhed_1=str(town.mover.pk))
    assert client.get(f"{page}?scenarie={kept.pk}").status_code == 422
    orders = Order.objects.count()
    agreed = agreed_in(client.get(f"{page}?scenarie={kept.pk}"))
    client.post(f"{page}{kept.pk}/bestil/", {"agreed": agreed})
    for payer in (town.culture.pk, "alle", "it-lager"):
        kept = scenario(head, payer, enhed_1=str(town.library.pk))
        assert client.get(f"{page}?scenarie={kept.pk}").status_code == 404
        assert client.post(f"{page}{kept.pk}/bestil/").status_code == 404
    assert Order.objects.count() == orders


def test_a_scenarios_name_does_not_follow_the_order(town, cast, client_of):
    one = scenario(cast.finance, "alle", enhed_1=str(town.library.pk))
    one.assumptions |= {"antal_2": "1", "model_2": "T14", "enhed_2": str(town.first.pk)}
    one.save()
    helpdesk = client_of(cast.helpdesk)
    agreed = agreed_in(helpdesk.get(f"{SHARE}hvad-nu-hvis/?scenarie={one.pk}"))
    helpdesk.post(f"{SHARE}hvad-nu-hvis/{one.pk}/bestil/", {"agreed": agreed})
    order = Order.objects.get(scenario=one)
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    text = text_in(head.get(f"/bestillinger/{order.pk}/"))
    assert "Ærtebjerg Skole" in text
    assert [word for word in ["Hemmeligt", *town.of_culture()] if word in text] == []


def test_what_is_kept_is_each_readers_own(town, cast, client_of):
    """Two leaders of units have the same address; a head and a deputy have the same page."""
    pages = [f"{SHARE}{one}?afdeling=enheder" for one in ("", "linjer/", "prognose/", "forskel/")]
    leaders = [
        client_of(cast.with_access(f"leder{unit.pk}", UNIT_LEADER, unit=unit))
        for unit in (town.first, town.second, town.library)
    ]
    kept = [[text_in(leader.get(page)) for page in pages] for leader in leaders]
    for leader, texts in zip(leaders, kept, strict=True):
        for page, text in zip(pages, texts, strict=True):
            assert amounts(text) == amounts(text_in(leader.get(page))), page
    assert len({texts[1] for texts in kept}) == 3


def test_what_is_kept_ends_with_the_units_it_was_kept_for(town, cast, client_of):
    head = client_of(cast.with_access("hanne", HEAD, department=town.school))
    pages = [f"{SHARE}{one}" for one in ("dengang/", "linjer/?koersel=ikke-opkraevet")]
    for page in pages:
        assert "Åmoseskolen" in text_in(head.get(page))
    # No history tells of it.
    Unit.objects.filter(pk=town.second.pk).update(department=town.culture)
    for page in pages:
        found = html.fromstring(text_in(head.get(page)))
        told = " ".join(
            cell.text_content() for cell in found.xpath("//table//*[self::td|self::th]")
        )
        assert "Åmoseskolen" not in told, page


def amounts(text) -> list[str]:
    return [one for one in html.fromstring(text).itertext() if one.strip().endswith((",00", "kr."))]
