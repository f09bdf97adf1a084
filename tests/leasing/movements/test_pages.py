"""The forms that the helpdesk fills in: what they show first, and what they then do."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from lxml import html

from albertslund_it.common.errors import Refused
from inventory.models import ExpectedReturn, FormerSerialNumber, Placement
from leasing.models import LossReport, Mail, Order, OrderedDevice, OrderLine, Settings
from leasing.models.order import Status
from tests import builders as make
from tests.leasing.agreeing import save
from tests.leasing.movements.town import NOW, TODAY, School, hand_out, timeline
from tests.leasing.pages import queries_of, read, text_of

OUT, MOVE, BACK, LEND = (
    "/udstyr/udlever/",
    "/udstyr/flyt/",
    "/udstyr/tag-tilbage/",
    "/udstyr/udlaan/",
)


@pytest.fixture
def school(db, settings):
    settings.TODAY = TODAY
    return School()


@pytest.fixture
def client(client_of, cast, school):
    return client_of(cast.helpdesk)


def seen_on(tree):
    return tree.xpath("//input[@name='agreed']/@value")[0]


def post(client, url, follow=True, **typed):
    """Look at what a form would do, as its page does by itself, and then save it."""
    typed.setdefault("starts_on", "23-11-2026")
    looked = client.post(url, typed, headers={"HX-Request": "true", "HX-Target": "virkning"})
    assert looked.status_code == 200
    typed["agreed"] = seen_on(html.fromstring(looked.content.decode()))
    return client.post(url, typed, follow=follow)


def said(response):
    return text_of(html.fromstring(response.content.decode()))


def test_the_page_shows_the_cost_before_it_is_saved(client, school):
    text = text_of(read(client, f"{OUT}?serienumre=PF000001&initialer=anbe&fra=01-12-2026"))

    assert "PF000001 T14 01-12-2026: it-lager" in text
    assert "Anna Berg (anbe) Birkeskolen. Har ingen anden pc." in text
    # F(1 April 2027) − F(1 January 2027) = 174708 − 139766 = 34942
    assert "Birkeskolen betaler 349,42 kr. i et helt kvartal fra 01-12-2026." in text
    assert "Et helt kvartal er her 1. kvartal 2027" in text
    assert not Placement.objects.exists()


@pytest.mark.parametrize("page", [OUT, MOVE, BACK, LEND])
def test_a_scanner_writes_into_the_field_at_once(client, school, page):
    """Into no field, what it writes is taken for shortcuts and leads away."""
    focused = "//*[@autofocus]/@name"
    assert read(client, page).xpath(focused) == ["serial_numbers"]
    waits = "starts_on" if page == BACK else "employee"
    assert read(client, f"{page}?serienumre=PF000001").xpath(focused) == [waits]


def test_handing_out_leads_to_the_device(client, school):
    response = post(client, OUT, serial_numbers="pf000001", employee="ANBE")

    assert response.redirect_chain == [(f"/udstyr/{school.stock[0].pk}/", 302)]
    assert "PF000001 er udleveret fra 23-11-2026." in said(response)
    assert timeline(school.stock[0]) == [(TODAY, "Birkeskolen", "anbe", "")]


def test_a_post_that_has_seen_nothing_is_shown_first(client, school):
    typed = {"serial_numbers": "PF000001", "employee": "anbe", "starts_on": "23-11-2026"}
    response = client.post(OUT, typed)

    assert response.status_code == 200
    assert "Der er ikke gemt noget endnu" in said(response)
    assert not Placement.objects.exists()
    without_script = client.post(OUT, {**typed, "trin": "vis"})
    assert "Har ingen anden pc." in said(without_script)
    assert not Placement.objects.exists()


def test_the_same_post_twice_is_friendly(client, school):
    typed = {"serial_numbers": "PF000001", "employee": "anbe", "starts_on": "23-11-2026"}
    page = read(client, f"{OUT}?serienumre=PF000001&initialer=anbe")
    typed["agreed"] = seen_on(page)
    client.post(OUT, typed)
    again = client.post(OUT, typed, follow=True)

    assert "PF000001 er udleveret i forvejen: intet ændret." in said(again)
    assert Placement.objects.count() == 1


def test_who_comes_second_is_told_and_nothing_typed_is_lost(client, school, cast):
    typed = {"serial_numbers": "PF000001", "employee": "Bo Lange", "starts_on": "23-11-2026"}
    typed["agreed"] = seen_on(read(client, f"{OUT}?serienumre=PF000001"))
    hand_out(school.stock[0], unit=school.birke, employee=school.anna, actor=cast.helpdesk)
    response = client.post(OUT, typed)

    assert response.status_code == 422
    text = said(response)
    assert "PF000001 er ændret fra it-lager til Birkeskolen (Anna Berg)" in text
    assert "PF000001 er sidst flyttet af Hjalte." in text
    assert 'value="Bo Lange"' in response.content.decode()
    assert Placement.objects.count() == 1


def test_unknown_numbers_are_named_with_what_they_may_be(client, school):
    response = post(client, OUT, serial_numbers="PF000001, PF00O002 XX", employee="anbe")

    assert response.status_code == 422
    text = said(response)
    assert "1 kendes, 2 kendes ikke:" in text
    assert "Kendes ikke: PF00O002 – mente du PF000002" in text
    assert not Placement.objects.exists()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"serial_numbers": ""}, "Skriv mindst ét serienummer."),
        ({"employee": "xyz"}, "Ingen medarbejder hedder »xyz«."),
        ({"employee": ""}, "Skriv en medarbejder, eller vælg den enhed, der betaler."),
        ({"starts_on": "en dag"}, "Skriv datoen som dag-måned-år"),
        ({"starts_on": "01-01-2099"}, "mere end ti år væk"),
        ({"starts_on": "01-01-2206"}, "Året 2206 er forkert"),
        ({"unit": "999999"}, "fra listen"),
        ({"replaces": "PF9"}, "Skriv det ene serienummer, der erstattes."),
        ({"line": "x"}, "heltal"),
        ({"later": "x"}, "fra listen"),
        ({"serial_numbers": "\x00PF000001"}, "Null"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(client, school, typed, expected):
    typed = {
        "serial_numbers": "PF000001",
        "employee": "anbe",
        "starts_on": "23-11-2026",
        **typed,
    }
    response = client.post(OUT, typed)

    assert response.status_code == 422
    assert expected in said(response)
    assert not Placement.objects.exists()


@pytest.mark.parametrize("url", [OUT, MOVE, BACK, LEND])
def test_nonsense_in_the_address_is_no_error(client, school, url):
    query = "serienumre=%22&linje=x&initialer=%27&fra=x&enhed=x&erstatter=x&bruges-til=x"
    assert client.get(f"{url}?{query}").status_code == 200
    assert client.post(url, {"agreed": "x:y,1", "starts_on": ""}).status_code == 422


def test_two_people_of_the_name_are_both_named(client, school):
    make.employee("anbx", "Anna Bergmann", unit=school.birke)
    response = client.post(
        OUT, {"serial_numbers": "PF000001", "employee": "anna", "starts_on": "23-11-2026"}
    )

    assert "Flere passer til »anna«: Anna Berg (anbe), Anna Bergmann (anbx)." in said(response)


def test_who_fits_is_offered_while_it_is_typed(client, school):
    make.employee("anbx", "Anna Bergmann", unit=school.library)
    make.employee("", "Anton Ny", unit=school.library)
    [address] = read(client, OUT).xpath("//input[@name='employee']/@data-suggest")
    assert read(client, f"{address}?q=anna").xpath("//@data-value") == [
        "Anna Berg (anbe)",
        "Anna Bergmann (anbx)",
    ]
    for chosen in ("Anna Berg (anbe)", "Anton Ny (kommende)"):
        text = text_of(read(client, f"{OUT}?serienumre=PF000001&initialer={chosen}"))
        assert f"{chosen} " in text
        assert "Har ingen anden pc." in text


def test_an_order_fills_the_form_in(client, school):
    hand_out(school.stock[2], unit=school.birke, employee=school.anna, starts_on=make.FIRST_DAY)
    line = OrderLine.objects.create(
        order=Order.objects.create(created_at=NOW),
        position=1,
        model=make.model(),
        unit=school.birke,
        employee=school.anna,
        reason=OrderLine.Reason.REPLACEMENT,
        replaces=school.stock[2],
        status=Status.DELIVERED,
    )
    OrderedDevice.objects.create(line=line, device=school.stock[0], delivered_on=TODAY)
    page = read(client, f"/udstyr/{school.stock[0].pk}/")
    assert "Sat til side til bestilling" in text_of(page)
    assert page.xpath("//a[normalize-space()='Udlever']/@href") == [
        f"{OUT}?serienumre=PF000001&linje={line.pk}"
    ]
    tree = read(client, f"{OUT}?linje={line.pk}")

    assert tree.xpath("//textarea[@name='serial_numbers']")[0].text.strip() == "PF000001"
    assert tree.xpath("//input[@name='employee']/@value") == ["anbe"]
    assert tree.xpath("//input[@name='replaces']/@value") == ["PF000003"]
    response = post(
        client,
        OUT,
        serial_numbers="PF000001",
        employee="anbe",
        replaces="PF000003",
        takes_old_back="on",
        line=line.pk,
    )
    assert "er udleveret" in said(response)
    assert timeline(school.stock[2])[-1] == (TODAY, None, "", "")
    line.refresh_from_db()
    assert line.status == Status.HANDED_OUT


def test_who_waits_for_an_order_gets_the_pc_on_it(client, school):
    line = OrderLine.objects.create(
        order=Order.objects.create(created_at=NOW),
        position=1,
        model=make.model(),
        unit=school.birke,
        employee=school.anna,
        status=Status.APPROVED,
    )
    refused = post(client, OUT, serial_numbers="PF000001", employee="anbe")
    assert f"Brug bestilling {line.order}, eller bed lederen" in refused.content.decode()
    assert "den pc, der erstattes" not in refused.content.decode()
    tree = read(client, f"{OUT}?serienumre=PF000001&initialer=anbe")
    [address] = tree.xpath(f"//a[.='Giv på bestilling {line.order}']/@href")
    offered = read(client, address)
    assert not offered.xpath("//a[contains(., 'Giv på')]")
    typed = {one.name: one.value for one in offered.xpath("//form[.//textarea]//input[@name]")}
    number = offered.xpath("//textarea[@name='serial_numbers']")[0].text.strip()
    assert (number, typed["employee"], typed["line"]) == ("PF000001", "anbe", str(line.pk))
    done = post(client, OUT, serial_numbers=number, employee="anbe", line=line.pk)
    assert "er udleveret" in said(done)
    line.refresh_from_db()
    assert line.status == Status.HANDED_OUT


def test_what_is_set_aside_for_another_is_said_before_it_is_refused(client, school):
    mine = make.order_line(employee=school.anna)
    other = make.order_line(unit=school.library, status="delivered")
    OrderedDevice.objects.create(
        line=other, device=school.stock[0], is_from_stock=True, delivered_on=TODAY
    )
    typed = {"serial_numbers": "PF000001", "employee": "anbe", "line": mine.pk}
    why = f"PF000001 er sat til side til Biblioteket (bestilling {other.order.number})."
    assert why in text_of(read(client, f"{OUT}?serienumre=PF000001&linje={mine.pk}"))
    refused = said(post(client, OUT, **typed))
    assert why in refused
    # Her own order is what is handed out on, and no second pc.
    assert "har allerede" not in refused
    assert "Brug bestilling" not in refused
    assert "Hver medarbejder har én pc" not in refused


def test_a_second_pc_is_warned_of_before_it_is_refused(client, school):
    hand_out(school.stock[0], unit=school.birke, employee=school.anna)
    url = f"{OUT}?serienumre=PF000002&initialer=anbe"

    text = text_of(read(client, url))
    assert "Har i forvejen T14 PF000001" in text
    assert "Hver medarbejder har én pc." in text
    assert "Hver medarbejder har én pc." not in text_of(read(client, f"{url}&erstatter=PF000001"))
    assert "Hver medarbejder har én pc." not in text_of(
        read(client, f"{LEND}?serienumre=PF000002&initialer=anbe")
    )
    assert "hver medarbejder har én pc" in said(
        post(client, OUT, serial_numbers="PF000002", employee="anbe")
    )


def test_many_are_moved_with_their_people(client, school):
    for pc, person in zip(school.stock, (school.anna, school.bo, None), strict=True):
        hand_out(pc, unit=school.birke, employee=person, starts_on=make.FIRST_DAY)
    numbers = "serienumre=PF000001&serienumre=PF000002&serienumre=PF000003"
    tree = read(client, f"{MOVE}?{numbers}")
    assert not tree.xpath("//input[@name='no_employee']/@checked")
    response = post(
        client,
        MOVE,
        serial_numbers="PF000001\nPF000002\nPF000003",
        unit=school.library.pk,
    )

    assert "3 stk. er flyttet fra 23-11-2026." in said(response)
    assert timeline(school.stock[0])[-1] == (TODAY, "Biblioteket", "anbe", "")


def test_what_comes_later_is_shown_and_chosen(client, school):
    pc = school.stock[0]
    hand_out(pc, unit=school.birke, used_for="Skranke", starts_on=make.FIRST_DAY)
    make.placement(pc, TODAY + timedelta(days=30), school.library)
    text = text_of(read(client, f"{BACK}?serienumre=PF000001"))
    assert "PF000001 fra 23-12-2026: Biblioteket" in text
    refused = post(client, BACK, serial_numbers="PF000001")
    assert refused.status_code == 422
    post(client, BACK, serial_numbers="PF000001", later="slet")

    assert timeline(pc)[-1] == (TODAY, None, "", "")


def test_a_saved_form_leads_back_to_the_list_it_was_opened_from(client, school):
    opened = read(client, f"{LEND}?serienumre=PF000001&retur=/datakvalitet/leavers/")
    [back] = opened.xpath("//input[@name='retur']/@value")
    typed = {"serial_numbers": "PF000001", "employee": "anbe", "due_on": "01-12-2026"}

    for asked in ("https://example.dk/", "//example.dk/", "/findes/ikke/", "javascript:alert(1)"):
        assert not read(client, f"{LEND}?retur={asked}").xpath("//input[@name='retur']")
        assert post(client, LEND, follow=False, **typed, retur=asked).url.startswith("/udstyr/")
    assert post(client, LEND, follow=False, **typed, retur=back).url == "/datakvalitet/leavers/"


def test_a_loan_has_a_day_to_come_back(client, school):
    response = post(client, LEND, serial_numbers="PF000001", employee="anbe", due_on="01-12-2026")

    assert "PF000001 er udlånt fra 23-11-2026." in said(response)
    assert ExpectedReturn.objects.get().due_on == date(2026, 12, 1)
    assert "1-12" not in said(client.post(LEND, {"serial_numbers": "PF000002"}))


# --- one device


def test_a_swap_keeps_everything_but_the_number(client, school):
    pc = school.stock[0]
    hand_out(pc, unit=school.birke, employee=school.anna)
    url = f"/udstyr/{pc.pk}/ombyt/"
    typed = {"old_number": "PF000001", "new_number": " pf999999 "}
    assert "PF000001 er ombyttet til PF999999." in said(client.post(url, typed, follow=True))
    again = said(client.post(url, typed, follow=True))

    assert "PF000001 var allerede ombyttet til PF999999." in again
    pc.refresh_from_db()
    assert pc.serial_number == "PF999999"
    assert pc.lease.starts_on == make.FIRST_DAY
    assert timeline(pc) == [(TODAY, "Birkeskolen", "anbe", "")]
    assert FormerSerialNumber.objects.get().serial_number == "PF000001"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("PF000002", "i forvejen registreret som en anden maskine"),
        ("PF000001", "har udstyret i forvejen"),
        ("PF 1 Æ", "Et serienummer er 1–40 tegn"),
        ("", "Skriv eller scan"),
    ],
)
def test_a_number_that_will_not_do_is_refused(client, school, number, expected):
    url = f"/udstyr/{school.stock[0].pk}/ombyt/"
    response = client.post(url, {"old_number": "PF000001", "new_number": number})

    assert response.status_code == 422
    assert expected in said(response)
    assert not FormerSerialNumber.objects.exists()


LOSS = {
    "kind": "stolen",
    "discovered_on": "22-11-2026",
    "discovered_at": "8.30",
    "encrypted": "unknown",
    "police_number": "0100-12345",
    "token": "6f1f6c6e-6f52-4a76-9f5f-2f9d3b0d6a11",
}


def test_a_theft_is_told_to_security_and_replaced_in_the_same_form(client, school):
    Settings.objects.update(security_mail="sikkerhed@example.dk")
    pc, spare = school.stock[:2]
    hand_out(pc, unit=school.birke, employee=school.anna)
    url = f"/udstyr/{pc.pk}/tab/"
    assert read(client, url).xpath(f"//option[@value='lager-{spare.pk}']")
    for _ in range(2):  # a double click
        response = save(client, url, {**LOSS, "replacement": f"lager-{spare.pk}"}, follow=True)
        assert "PF000001 er meldt stjålet." in said(response)

    [mail] = Mail.objects.filter(key__startswith="loss-")
    assert mail.recipients == "sikkerhed@example.dk"
    for part in (mail.text, mail.html):
        assert "25-11-2026 kl. 08.30" in part, "72 hours later"
        assert "0100-12345" in part
        assert "Ved ikke" in part
    line = OrderLine.objects.get()
    assert (line.employee, line.replaces, line.status) == (school.anna, pc, Status.DELIVERED)
    assert line.devices.get().device == spare
    # The person can have the other one: what is stolen does not count.
    post(client, OUT, serial_numbers=str(spare), employee="anbe")
    assert timeline(spare) == [(TODAY, "Birkeskolen", "anbe", "")]
    assert not ExpectedReturn.objects.exists(), "nobody can hand in what is stolen"


def test_a_theft_stands_on_the_front_page_while_the_hours_run(client, school, settings):
    pc = school.stock[0]
    save(client, f"/udstyr/{pc.pk}/tab/", LOSS)
    told = text_of(read(client, "/"))
    assert "Stjålet pc: " in told
    assert "PF000001. Skal bruddet anmeldes til Datatilsynet?" in told
    client.post(f"/udstyr/{pc.pk}/fundet/")
    assert "Stjålet pc" not in text_of(read(client, "/"))
    assert LossReport.objects.get().found_on == TODAY


def test_a_loss_lies_not_ahead_and_is_reported_once(client, school):
    url = f"/udstyr/{school.stock[0].pk}/tab/"
    ahead = save(client, url, {**LOSS, "discovered_on": "24-11-2026"})
    assert "kan ikke ligge ude i fremtiden" in said(ahead)
    save(client, url, {**LOSS, "kind": "lost"})
    assert not Mail.objects.exists()
    again = save(client, url, LOSS)

    assert again.status_code == 422
    assert "er allerede meldt bortkommet" in said(again)
    assert LossReport.objects.count() == 1


# --- the way there


def test_the_device_page_offers_what_is_possible(client, school):
    pc = school.stock[0]
    url = f"/udstyr/{pc.pk}/"

    def actions():
        return [text_of(link) for link in read(client, url).xpath("//div[@class='page-head']//a")]

    assert actions()[:2] == ["Udlever", "Lån ud"]
    hand_out(pc, unit=school.birke, employee=school.anna)
    assert actions()[:4] == ["Flyt", "Tag tilbage", "Ombyt", "Meld tab"]
    save(client, f"{url}tab/", LOSS)
    tree = read(client, url)
    assert "Meldt stjålet" in text_of(tree.xpath("//div[@class='page-head']")[0])
    assert tree.xpath("//form[contains(@action, '/fundet/')]")


def test_a_reader_is_offered_nothing(client_of, cast, school):
    client = client_of(cast.finance)
    for url in (f"/udstyr/{school.stock[0].pk}/", "/udstyr/"):
        assert "Tag tilbage" not in text_of(read(client, url))


def test_the_list_leads_to_the_forms_with_what_is_chosen(client, school):
    tree = read(client, "/udstyr/")
    chosen = tree.xpath("//input[@type='checkbox' and @name='serienumre']")
    assert [box.get("value") for box in chosen] == ["PF000001", "PF000002", "PF000003"]
    form_id = chosen[0].get("form")
    targets = tree.xpath(f"//form[@id='{form_id}']//button/@formaction")
    assert {OUT, MOVE, BACK} <= set(targets)


def test_what_is_done_with_rows_leads_back_to_the_list_as_it_was(client, school):
    hand_out(*school.stock[1:], unit=school.birke, starts_on=date(2026, 11, 1))
    here = "/udstyr/?q=PF&sorter=-unit&kolonne=unit"
    page, numbers = read(client, here), "PF000002 PF000003"
    [back] = page.xpath("//form[@id='valgte']/input[@name='retur']/@value")
    chosen = {"serienumre": numbers, "retur": back}
    for url in (BACK, MOVE, "/udstyr/ret/"):
        many = client.post(url, {**chosen, "trin": "valgt"}).content.decode()
        [row, *_] = page.xpath(f"//a[starts-with(@href, '{url}?serienumre=PF')]/@href")
        ways = (
            html.fromstring(many),
            read(client, f"{url}?{urlencode(chosen)}"),
            read(client, row),
        )
        for opened in ways:
            assert opened.xpath("//form//input[@name='retur']/@value") == [here]
            assert opened.xpath("//main//a[.='Fortryd']/@href") == [here]
    told = client.get(post(client, BACK, follow=False, serial_numbers=numbers, retur=back).url)
    assert told.wsgi_request.get_full_path() == here
    assert "2 stk. er på it-lager fra 23-11-2026. Fortryd" in said(told)


@pytest.mark.parametrize("url", [OUT, MOVE, BACK, LEND])
def test_thirty_devices_take_as_many_queries_as_three(client, school, url):
    def count(devices, first):
        numbers = ",".join(str(make.lease(f"PX{first + n:06}").device) for n in range(devices))
        return queries_of(client, f"{url}?serienumre={numbers}&initialer=anbe")

    assert count(3, 100) == count(30, 1000)


def test_what_a_person_has_is_told_also_when_it_is_not_leased(client, school):
    old = make.old_pc("PB000001", school.birke, employee=school.anna)
    line = make.order_line(
        employee=school.anna, status=Status.DELIVERED, reason="replacement", replaces=old
    )
    OrderedDevice.objects.create(line=line, device=school.stock[0], delivered_on=TODAY)
    told = "Har i forvejen ThinkPad L470 PB000001 (ikke leaset), som den nye erstatter."
    assert told in text_of(read(client, f"{OUT}?linje={line.pk}"))
    alone = text_of(read(client, f"{OUT}?serienumre=PF000002&initialer=anbe"))
    assert "Har i forvejen ThinkPad L470 PB000001 (ikke leaset) og en T14 på bestilling" in alone


def test_a_screen_that_is_handed_out_makes_no_pc_due_back(school):
    screen = make.model("Skærm 27", "skærm", is_pc=False)
    new = make.lease("SK000001", model=screen).device
    pc = make.lease("PF000009", unit=school.birke, employee=school.anna).device
    line = make.order_line(
        employee=school.anna, model=screen, status="delivered", reason="replacement", replaces=pc
    )
    OrderedDevice.objects.create(line=line, device=new, delivered_on=TODAY)
    with pytest.raises(Refused, match="PF000009 er T14 og kan ikke erstattes af Skærm 27"):
        hand_out(new, unit=school.birke, employee=school.anna, replaces=pc)
    hand_out(new, unit=school.birke, employee=school.anna)
    assert not ExpectedReturn.objects.exists()


def test_why_not_from_the_shelf_is_asked_about_where_nothing_new_is_ordered(client, school):
    device = make.lease("PF000008", unit=school.birke, employee=school.anna).device
    page = read(client, f"/udstyr/{device.pk}/tab/")
    data = {"token": page.xpath("//input[@name='token']/@value")[0], "kind": "lost"}
    data |= {"past_stock_because": "Skal bruge 5G", "replacement": ""}
    response = client.post(f"/udstyr/{device.pk}/tab/", data)
    assert "Du har skrevet, hvorfor der ikke tages en fra lageret." in said(response)
    assert not LossReport.objects.exists()


def test_what_a_quarter_costs_says_which(client, school):
    """A lease that begins in the quarter costs less in it: seven weeks' rent is no quarter's."""
    late = make.lease("PF000099", starts_on=date(2026, 11, 10)).device
    hand_out(late, unit=school.birke, employee=school.anna)
    page = text_of(read(client, f"/medarbejdere/{school.anna.pk}/"))
    assert "kr. i 4. kvartal 2026 for det, medarbejderen har i dag" in page
    assert "i et helt kvartal" not in page
