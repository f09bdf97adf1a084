"""How a lease ends, and what was entered wrongly: the services and their commands."""

from datetime import date
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command

from albertslund_it.common.errors import Refused
from inventory.models import FormerSerialNumber
from leasing.lease_end.services.decisions import stop_lease
from leasing.leases.services.corrections import correct_lease
from leasing.models import InvoiceLine, Lease, LeaseTerm
from tests import builders as make
from tests.leasing.closed import close
from tests.leasing.lease_end.deciding import decide, decision_of

pytestmark = pytest.mark.django_db

END = date(2030, 1, 1)  # four years after 1 January 2026
SERIAL = "PF000001"


@pytest.fixture
def unit(db):
    make.cost_holder()
    return make.unit()


@pytest.fixture
def lease(unit):
    return make.lease(SERIAL, unit=unit)


def terms(lease):
    return list(lease.terms.order_by("position").values_list("position", "quarters", "price_ore"))


def extend(serial_number=SERIAL, starts_on=END, quarters=2, price_ore=60000, actor=None):
    return decide(
        "extension",
        serial_number=serial_number,
        starts_on=starts_on,
        quarters=quarters,
        price_ore=price_ore,
        actor=actor,
    )


def stop(stops_on, serial_number=SERIAL, actor=None):
    return stop_lease(serial_number=serial_number, stops_on=stops_on, actor=actor)


def reasons(action, **values):
    leases = list(Lease.objects.values())
    before = list(LeaseTerm.objects.values())
    with pytest.raises(Refused) as refused:
        action(**values)
    assert list(Lease.objects.values()) == leases
    assert list(LeaseTerm.objects.values()) == before
    return refused.value.reasons


def billed(run):
    lines = InvoiceLine.objects.filter(invoice__run=run).order_by("number")
    return list(lines.values_list("kind", "period", "amount_ore"))


class TestDecision:
    @pytest.mark.parametrize("choice", ["buyout", "return"])
    def test_buyout_and_return_are_remembered_and_cost_nothing(self, lease, choice):
        decide(choice)
        assert decision_of(lease) == choice
        assert len(terms(lease)) == 1

    def test_an_extension_adds_a_term(self, lease):
        extend()
        assert [decision_of(lease, position) for position in (1, 2)] == ["extension", ""]
        assert terms(lease) == [(1, 16, 559066), (2, 2, 60000)]

    def test_an_extension_of_an_extension_starts_where_the_first_ends(self, lease):
        extend()
        extend(starts_on=date(2030, 7, 1), quarters=4)
        assert [term[0] for term in terms(lease)] == [1, 2, 3]

    def test_a_lease_that_began_on_the_31st_is_extended_from_the_day_its_term_ends(self, unit):
        lease = make.lease("PF000031", unit=unit, starts_on=date(2026, 1, 31), quarters=1)
        wrong = date(2026, 5, 1)
        assert reasons(extend, serial_number="PF000031", starts_on=wrong) == [
            "Forlængelsen af PF000031 skal begynde den 30-04-2026, hvor løbetiden før slutter."
        ]
        extend("PF000031", starts_on=date(2026, 4, 30), quarters=1)
        # The next one is counted from 30 April, not from the 31st.
        extend("PF000031", starts_on=date(2026, 7, 30), quarters=1)
        assert len(terms(lease)) == 3

    def test_the_same_extension_twice_does_not_extend_twice(self, lease):
        extend()
        assert "skal begynde den 01-07-2030" in reasons(extend)[0]

    def test_a_decision_may_be_changed(self, lease):
        decide("buyout")
        decide("return")
        assert decision_of(lease) == "return"
        extend()
        decide("return")
        assert [decision_of(lease, position) for position in (1, 2)] == ["extension", "return"]

    def test_an_extension_entered_late_is_billed_as_backlog(self, unit):
        make.lease(SERIAL, unit=unit, quarters=1, price_ore=30000)
        close("2026Q2", date(2026, 7, 3))
        extend(starts_on=date(2026, 4, 1), quarters=2, price_ore=60001)
        # Half of 600,01 kr. falls in each of the two quarters, cut off: 30000 and 30001.
        assert billed(close("2026Q3", date(2026, 7, 3))) == [
            ("backlog", "2026Q2", 30000),
            ("current", "2026Q3", 30001),
        ]

    def test_all_that_is_wrong_is_said_at_once(self, lease):
        stop(date(2029, 1, 1))
        said = reasons(extend, starts_on=date(2030, 1, 2), quarters=5, price_ore=0)
        assert said == [
            f"Forlængelsen af {SERIAL} skal begynde den 01-01-2030, hvor løbetiden før slutter.",
            "En forlængelse er på 1–4 kvartaler.",
            "Angiv prisen for hele løbetiden i kroner, over nul, fx 1.200,00.",
            f"Leasingen af {SERIAL} er stoppet fra den 01-01-2029. "
            "Fjern stoppet, før den forlænges.",
        ]

    @pytest.mark.parametrize(
        "missing", [{"starts_on": None}, {"quarters": None}, {"price_ore": None}]
    )
    def test_an_extension_needs_day_quarters_and_price(self, lease, missing):
        assert len(reasons(extend, **missing)) == 1

    def test_what_belongs_to_an_extension_is_refused_for_the_others(self, lease):
        said = reasons(decide, choice="return", quarters=2)
        assert said == ["Dato, antal kvartaler og pris hører kun til en forlængelse (extension)."]

    def test_an_unknown_choice_is_refused_with_those_there_are(self, lease):
        said = reasons(decide, choice="køb")
        assert said == ["»køb« er ikke et udløbsvalg. Skriv buyout, extension, return, undecided."]


class TestStop:
    def test_a_lease_accrues_nothing_from_the_day(self, lease):
        stop(date(2026, 2, 1))
        # 31 of 90 days: ⌊559066 · 31 / (16 · 90)⌋ = 12035
        assert billed(close()) == [("current", "2026Q1", 12035)]

    def test_a_stop_entered_late_pays_back_and_taking_it_away_bills_again(self, lease):
        close()
        stop(date(2026, 2, 1))
        july, october = date(2026, 7, 3), date(2026, 10, 2)
        assert billed(close("2026Q2", july)) == [("correction", "2026Q1", 12035 - 34941)]
        stop(date(2026, 3, 1))
        # 59 of 90 days: ⌊559066 · 59 / (16 · 90)⌋ = 22906
        assert billed(close("2026Q3", july)) == [("correction", "2026Q1", 22906 - 12035)]
        stop(None)
        assert billed(close("2026Q4", october))[0] == ("correction", "2026Q1", 34941 - 22906)

    def test_a_stop_on_the_first_day_costs_nothing(self, lease):
        stop(date(2026, 1, 1))
        assert billed(close()) == []

    def test_a_stop_before_the_lease_is_refused(self, lease):
        assert reasons(stop, stops_on=date(2025, 12, 31)) == [
            f"Leasingen af {SERIAL} begynder den 01-01-2026 og kan tidligst stoppe den dag. "
            "Så koster den intet."
        ]

    def test_a_stop_after_the_lease_has_run_out_is_refused(self, lease):
        stop(END)
        assert reasons(stop, stops_on=date(2030, 1, 2)) == [
            f"Leasingen af {SERIAL} udløber af sig selv den 01-01-2030."
        ]

    def test_a_former_serial_number_finds_the_lease(self, lease):
        FormerSerialNumber.objects.create(device=lease.device, serial_number="PF-GAMMEL")
        stop(date(2026, 2, 1), serial_number=" pf-gammel ")
        lease.refresh_from_db()
        assert lease.stops_on == date(2026, 2, 1)

    def test_an_unknown_serial_number_and_a_device_without_a_lease_are_refused(self, lease):
        make.device("PF000002")
        day = date(2026, 2, 1)
        assert "»PF9« findes ikke" in reasons(stop, stops_on=day, serial_number="PF9")[0]
        said = reasons(stop, stops_on=day, serial_number="PF000002")
        assert said == ["PF000002 er ikke leaset, så der er ingen leasing at ændre."]


class TestCorrection:
    def test_a_price_entered_wrongly_is_billed_like_any_late_fact(self, lease):
        close()
        correct_lease(serial_number=SERIAL, price_ore=559066 - 16, actor=None)
        assert billed(close("2026Q2", date(2026, 7, 3)))[0] == ("correction", "2026Q1", -1)

    def test_the_price_of_an_extension_may_be_corrected(self, lease):
        extend()
        correct_lease(serial_number=SERIAL, price_ore=50000, position=2, actor=None)
        assert terms(lease)[1] == (2, 2, 50000)

    def test_a_first_day_entered_wrongly_is_billed_like_any_late_fact(self, lease):
        close()
        correct_lease(serial_number=SERIAL, starts_on=date(2026, 4, 1), actor=None)
        assert ("correction", "2026Q1", -34941) in billed(close("2026Q2", date(2026, 7, 3)))

    def test_all_that_is_wrong_is_said_at_once(self, lease):
        stop(date(2026, 2, 1))
        early = {"starts_on": date(2025, 12, 31), "price_ore": -1, "position": 7}
        assert reasons(correct_lease, serial_number=SERIAL, actor=None, **early) == [
            "En leasing kan tidligst begynde den 01-01-2026, hvor rammeaftalen ATEA Finans "
            "begynder.",
            "Angiv prisen for hele løbetiden i kroner, over nul, fx 1.200,00.",
            f"Leasingen af {SERIAL} har ingen løbetid nr. 7.",
        ]
        late = {"starts_on": date(2026, 2, 2)}
        assert reasons(correct_lease, serial_number=SERIAL, actor=None, **late) == [
            "Leasingen er stoppet fra den 01-02-2026 og kan ikke begynde senere."
        ]


class TestHistory:
    def test_it_says_who_changed_what(self, lease, cast):
        LogEntry.objects.all().delete()
        extend(actor=cast.helpdesk)
        stop(date(2030, 2, 1), actor=cast.finance)

        said = {(entry.actor, entry.content_type.model, entry.action): entry.changes
                for entry in LogEntry.objects.all()}  # fmt: skip
        update, create = LogEntry.Action.UPDATE, LogEntry.Action.CREATE
        assert said[cast.helpdesk, "enddecision", create]["choice"] == ["None", "extension"]
        assert said[cast.helpdesk, "leaseterm", create]["price_ore"] == ["None", "60000"]
        assert said[cast.finance, "lease", update] == {"stops_on": ["None", "2030-02-01"]}

    def test_the_same_again_writes_no_history(self, lease):
        stop(date(2026, 2, 1))
        before = LogEntry.objects.count()
        stop(date(2026, 2, 1))
        assert LogEntry.objects.count() == before


class TestCommands:
    def run(self, *args):
        out = StringIO()
        call_command(*args, stdout=out)
        return out.getvalue()

    def refusal(self, capsys, *args):
        with pytest.raises(SystemExit) as stopped:
            call_command(*args)
        assert stopped.value.code == 1
        return capsys.readouterr().err

    def test_an_extension(self, lease):
        said = self.run(
            "decide_lease", SERIAL, "extension",
            "--from", "01-01-2030", "--quarters", "2", "--price", "1.200,50",
        )  # fmt: skip
        assert terms(lease)[1] == (2, 2, 120050)
        assert said == f"{SERIAL}: udløbsvalget er forlængelse i 2 kvartaler fra den 01-01-2030.\n"

    def test_a_return(self, lease):
        said = self.run("decide_lease", SERIAL, "return")
        assert said == f"{SERIAL}: udløbsvalget er returnering.\n"

    def test_a_stop_and_its_removal(self, lease):
        assert "koster intet fra den 10-02-2026" in self.run("stop_lease", SERIAL, "10-02-2026")
        assert "er ikke stoppet" in self.run("stop_lease", SERIAL, "slet")
        lease.refresh_from_db()
        assert lease.stops_on is None

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (("stop_lease", SERIAL, "31-02-2026"), "Den dato findes ikke"),
            (("stop_lease", SERIAL, "i morgen"), "Skriv datoen som 17-11-2025, eller SLET"),
            (("stop_lease", "PF9", "01-02-2026"), "»PF9« findes ikke"),
            (("decide_lease", SERIAL, "køb"), "»køb« er ikke et udløbsvalg"),
            (("decide_lease", SERIAL, "extension", "--from", "x"), "--from: Skriv datoen som"),
            (("decide_lease", SERIAL, "extension", "--quarters", "5"), "tal fra 1 til 4"),
            (("decide_lease", SERIAL, "extension", "--price", "12.5"), "--price: Skriv beløbet"),
            (("decide_lease", SERIAL, "extension"), "skal begynde den 01-01-2030"),
        ],
    )
    def test_bad_input_is_refused_in_danish(self, lease, capsys, args, message):
        said = self.refusal(capsys, *args)
        assert message in said
        assert said.endswith(".\n")
        lease.refresh_from_db()
        assert (lease.stops_on, decision_of(lease)) == (None, "")
