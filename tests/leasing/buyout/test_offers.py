"""The lessor's offers: taken in, typed, and which of them holds for a device on a day."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from albertslund_it.common.errors import Refused
from albertslund_it.web.forms.agreement import Doubted
from inventory.models import Departure, FormerSerialNumber
from leasing.buyout.services.offers import delete_offer, save_offer
from leasing.lease_end.selectors.offers import offers_of
from leasing.models import BuyoutOffer
from tests import builders as make
from tests.files import TODAY, faults_of, take_in

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 6, 30)


@pytest.fixture
def pc(db):
    return make.lease("PF000001", unit=make.unit()).device


def offer(price_ore, valid_until=UNTIL, **what):
    return BuyoutOffer.objects.create(price_ore=price_ore, valid_until=valid_until, **what)


def effective(device, on):
    found = offers_of({device.pk: device.model_id}, on).get(device.pk)
    return found and found.price_ore


def typed(**values):
    values = {"offer_id": None, "device": None, "model": None, "price_ore": 125000} | values
    return save_offer(**{"valid_until": UNTIL, "actor": None, "today": TODAY} | values)


FILE = """
Serienummer;Model;Frikøbspris;Gælder til
PF000001;-;1.250,00;30-06-2026
-;t14;900;30-06-2026
"""


def test_a_file_is_taken_in_and_the_same_again_changes_nothing(pc):
    take_in("offers", FILE)
    found = set(
        BuyoutOffer.objects.values_list("device__serial_number", "model__name", "price_ore")
    )
    assert found == {("PF000001", None, 125000), (None, "T14", 90000)}
    entries = LogEntry.objects.count()
    assert take_in("offers", FILE).differences == []
    assert (BuyoutOffer.objects.count(), LogEntry.objects.count()) == (2, entries)


def test_another_price_of_the_same_day_is_a_change(pc):
    take_in("offers", FILE)
    report = take_in("offers", FILE.replace("1.250,00", "1.300,00"))
    assert [str(one) for one in report.differences] == [
        "PF000001 til 30-06-2026: Frikøbspris 1.250,00 → 1.300,00"
    ]


def test_the_same_file_stands_after_its_day_and_after_the_device_is_bought(pc):
    offer(125000, date(2026, 1, 31), device=pc)
    Departure.objects.create(device=pc, left_on=date(2026, 2, 1), how="bought")
    text = "Serienummer;Frikøbspris;Gælder til\nPF000001;1250;31-01-2026"
    assert take_in("offers", text).differences == []


def test_a_former_serial_number_is_the_device(pc):
    FormerSerialNumber.objects.create(device=pc, serial_number="OLD-1")
    take_in("offers", "Serienr.;Frikøbspris;Gælder til\nold-1;1250;30-06-2026")
    assert BuyoutOffer.objects.get().device == pc


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("PF000001;T14;900;30-06-2026", "Skriv enten et serienummer eller en model"),
        ("-;-;900;30-06-2026", "Skriv enten et serienummer eller en model"),
        ("PF000001;-;0;30-06-2026", "Frikøbspris skal være over nul"),
        ("PF000001;-;-1;30-06-2026", "Frikøbspris skal være over nul"),
        ("PF000001;-;1000000,01;30-06-2026", "Den kan højst være en million kroner"),
        ("PF000001;-;9" + "9" * 40 + ";30-06-2026", "Beløbet er for stort"),
        ("PF000001;-;900;10-03-2026", "Gælder til er den 10-03-2026, som er gået"),
        ("PF000001;-;900;01-01-1999", "Året 1999 er forkert"),
        ("PF000001;-;-;30-06-2026", "Skriv en frikøbspris, en pris for forlængelse"),
        ("PF000009;-;900;30-06-2026", "Serienummer PF000009 findes ikke"),
        ("-;T99;900;30-06-2026", "Model »T99« findes ikke"),
        ("PX000001;-;900;30-06-2026", "PX000001 er ikke leaset"),
        ("SLET;-;900;30-06-2026", "Serienummer kan ikke slettes"),
    ],
)
def test_a_row_that_is_wrong_is_named_and_nothing_is_written(pc, row, fault):
    make.device("PX000001")
    text = f"Serienummer;Model;Frikøbspris;Gælder til\n-;T14;800;30-06-2026\n{row}"
    reasons = faults_of("offers", text)
    assert fault in reasons[0]
    assert {reason[:8] for reason in reasons} == {"række 3:"}
    assert not BuyoutOffer.objects.exists()


def test_a_row_twice_is_a_fault_also_by_another_spelling(pc):
    FormerSerialNumber.objects.create(device=pc, serial_number="OLD-1")
    head = "Serienummer;Model;Frikøbspris;Gælder til"
    twice = faults_of("offers", f"{head}\nPF000001;-;1;30-06-2026\nOLD-1;-;2;30-06-2026")
    assert len(twice) == 1
    assert "PF000001 til 30-06-2026" in twice[0]
    assert len(faults_of("offers", f"{head}\n-;T14;1;30-06-2026\n-;t14;2;30-06-2026")) == 1


def test_a_device_that_is_out_of_the_register_has_no_new_offer(pc):
    Departure.objects.create(device=pc, left_on=date(2026, 3, 1), how="returned")
    [reason] = faults_of("offers", "Serienummer;Frikøbspris;Gælder til\nPF000001;9;30-06-2026")
    assert "PF000001 er ude af registeret fra den 01-03-2026" in reason
    with pytest.raises(Refused, match="ude af registeret"):
        typed(device=pc)


def test_a_large_price_is_asked_about(pc):
    text = "Serienummer;Frikøbspris;Gælder til\nPF000001;60000;30-06-2026"
    [warning] = take_in("offers", text, dry_run=True).warnings
    assert warning.startswith("række 2: Prisen er 60.000,00")
    with pytest.raises(Doubted):
        typed(device=pc, price_ore=6_000_000)
    typed(device=pc, price_ore=6_000_000, is_sure=True)
    assert BuyoutOffer.objects.get().price_ore == 6_000_000


def test_which_offer_holds(pc):
    """By hand: the device's own before its model's, until its day, then the model's."""
    other = make.lease("PF000002").device
    offer(90000, date(2026, 9, 30), model=pc.model)
    offer(80000, date(2026, 12, 31), model=pc.model)
    offer(130000, date(2026, 5, 31), device=pc)
    offer(120000, date(2026, 6, 30), device=pc)
    assert [
        effective(pc, day)
        for day in (date(2026, 5, 1), date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1))
    ] == [120000, 120000, 80000, None]
    assert effective(other, date(2026, 5, 1)) == 80000


def test_offers_of_many_are_read_at_once(pc, django_assert_num_queries):
    devices = [make.lease(f"PF1{n:05}").device for n in range(40)]
    offer(90000, model=pc.model)
    with django_assert_num_queries(1):
        found = offers_of({device.pk: device.model_id for device in devices}, TODAY)
    assert len(found) == 40


def test_a_typed_offer_is_entered_changed_and_deleted(pc):
    typed(device=pc)
    typed(device=pc)
    typed(device=pc, price_ore=130000)
    found = BuyoutOffer.objects.get()
    assert found.price_ore == 130000
    typed(offer_id=found.pk, valid_until=date(2026, 7, 31))
    found.refresh_from_db()
    assert (found.price_ore, found.valid_until) == (125000, date(2026, 7, 31))
    delete_offer(offer_id=found.pk, actor=None)
    assert not BuyoutOffer.objects.exists()
    with pytest.raises(Refused, match="allerede slettet"):
        delete_offer(offer_id=found.pk, actor=None)
    with pytest.raises(Refused, match="slettet af en anden"):
        typed(offer_id=found.pk)


def test_a_typed_offer_that_is_wrong_is_refused(pc):
    for values, words in (
        ({}, "Skriv enten et serienummer"),
        ({"device": pc, "model": pc.model}, "ikke begge"),
        ({"device": pc, "price_ore": 0}, "over nul"),
        ({"device": pc, "price_ore": 2**64}, "højst være en million"),
        ({"device": pc, "valid_until": date(2026, 3, 10)}, "som er gået"),
        ({"device": make.device("PX000001")}, "er ikke leaset"),
    ):
        with pytest.raises(Refused, match=words):
            typed(**values)
    assert not BuyoutOffer.objects.exists()


def test_two_offers_of_a_device_have_different_days(pc):
    typed(device=pc)
    second = offer(1000, date(2026, 8, 31), device=pc)
    with pytest.raises(Refused, match="allerede et tilbud, der gælder til den 30-06-2026"):
        typed(offer_id=second.pk, valid_until=UNTIL)


EXTENSIONS = """
Serienummer;Model;Forlængelse pr. kvartal;Gælder til
PF000001;-;210,00;30-06-2026
"""


def test_an_offer_of_an_extension_alone_asks_nobody_to_buy(pc, cast, client_of, settings):
    settings.TODAY = TODAY
    take_in("offers", EXTENSIONS)
    assert effective(pc, TODAY) is None
    term = pc.lease.terms.get().pk
    client = client_of(cast.helpdesk)

    page = " ".join(client.get(f"/udloeb/{term}/").content.decode().split())
    assert "210,00 kr. pr. kvartal" in page
    assert "Tilbudt af leasinggiver. Tilbuddet gælder til 30-06-2026." in page
    form = " ".join(client.get(f"/udloeb/beslut/?slut={term}").content.decode().split())
    assert "Tilbudt: 210,00 kr. pr. kvartal." in form
    assert "Et skøn" not in form

    typed(device=pc, price_ore=125000, extension_ore=20000)  # the same day: the same offer
    one = BuyoutOffer.objects.get()
    assert (one.price_ore, one.extension_ore, effective(pc, TODAY)) == (125000, 20000, 125000)
    take_in("offers", EXTENSIONS.replace("210,00", "190,00"))
    one.refresh_from_db()
    assert (one.price_ore, one.extension_ore) == (125000, 19000)
    for values in ({"extension_ore": 0}, {"extension_ore": 10**9}, {}):
        with pytest.raises(Refused):
            typed(device=pc, price_ore=None, **values)
