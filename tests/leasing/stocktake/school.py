"""A school and a library that are counted: own pc's, a shared one, a loan, and who has no mail."""

import re
from datetime import UTC, date, datetime, timedelta

from leasing.models import CountedDevice, Mail
from leasing.stocktake.services.answers import answer_by_link
from leasing.stocktake.services.scanning import scan
from leasing.stocktake.services.stocktakes import close_stocktake, remind, start_stocktake
from tests import builders as make

TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DUE = date(2026, 11, 16)
AFTER = DUE + timedelta(days=1)
LINK = re.compile(r"/optaelling/svar/[^/\s\"]+/")
FIRST = date(2026, 1, 1)


class School:
    """Anna has two pc's, Bo one and no mail, 7.B shares one, and Carl has borrowed one."""

    def __init__(self):
        self.holder = make.cost_holder()
        self.school = make.unit("1001", "Birkeskolen")
        self.library = make.unit("2001", "Biblioteket", department=make.department("Kultur"))
        self.anna = make.employee("anbe", "Anna Berg", unit=self.school)
        self.bo = make.employee("bodu", "Bo Due", unit=self.school, mail="")
        self.carl = make.employee("cask", "Carl Skov", unit=self.school)
        self.dorte = make.employee("dori", "Dorte Riis", unit=self.library)
        self.first = make.lease("PF000001", unit=self.school, employee=self.anna).device
        self.second = make.lease("PF000002", unit=self.school, employee=self.anna).device
        self.bos = make.lease("PF000003", unit=self.school, employee=self.bo).device
        self.shared = make.lease("PF000004").device
        make.placement(self.shared, FIRST, self.school, used_for="Klassesæt 7.B")
        self.lent = make.lease("PF000005", unit=self.holder, employee=self.carl).device
        self.dortes = make.lease("PF000006", unit=self.library, employee=self.dorte).device
        self.shelf = make.lease("PF000007").device
        screen = make.model("Skærm", "skærm", is_pc=False)
        self.screen = make.lease("V0000008", unit=self.school, model=screen).device

    def start(self, *units, today=TODAY, now=NOW, due_on=DUE, is_pcs_only=True, **values):
        units = units or (self.school,)
        return start_stocktake(
            name="Optælling 2026",
            due_on=due_on,
            unit_ids=[unit.pk for unit in units],
            is_pcs_only=is_pcs_only,
            actor=None,
            today=today,
            now=now,
            **values,
        )

    def scan(self, stocktake, text, unit=None, place="", today=TODAY, now=NOW, actor=None):
        results, bad = scan(
            stocktake_id=stocktake.pk,
            unit=unit or self.school,
            text=text,
            place=place,
            actor=actor,
            today=today,
            now=now,
        )
        return {one.lookup.number: one.state.value for one in results} | dict.fromkeys(bad, "bad")


def row_of(device, stocktake=None):
    rows = CountedDevice.objects.filter(device=device)
    return (rows.filter(stocktake=stocktake) if stocktake else rows).latest("pk")


def links_to(person, *, reminder=False):
    """Return the addresses in the mail to a person, by the serial number before each."""
    key = "r" if reminder else "e"
    text = Mail.objects.get(key__regex=rf"^stocktake-\d+-{key}{person.pk}$").text
    numbers = re.findall(r"serienummer (\S+):\n", text)
    return dict(zip(numbers, LINK.findall(text), strict=True))


def token_in(address):
    return address.split("/")[3]


def reply(address, answer="yes", note="", today=TODAY, now=NOW):
    return answer_by_link(
        token=token_in(address), answer=answer, note=note, actor=None, today=today, now=now
    )


def close(stocktake, today=TODAY, now=NOW, *, is_withdrawn=False):
    return close_stocktake(
        stocktake_id=stocktake.pk, is_withdrawn=is_withdrawn, actor=None, today=today, now=now
    )


def nudge(stocktake, today=TODAY, now=NOW):
    return remind(stocktake_id=stocktake.pk, actor=None, today=today, now=now)
