"""Two employees with a pc each that ends within six months, and what the lessor takes for one."""

import re
from datetime import UTC, date, datetime, timedelta

from inventory.models import Departure
from leasing.buyout.selectors.rows import Obstacle, buyout_rows
from leasing.buyout.services.decisions import decide_buyouts
from leasing.buyout.services.invitations import answer_invitation, ask_employees
from leasing.models import BuyoutOffer, LossReport, Mail, Settings
from tests import builders as make

TODAY = date(2029, 9, 3)  # the leases end on 31 December 2029
NOW = datetime(2029, 9, 3, 9, 0, tzinfo=UTC)
UNTIL = date(2029, 11, 1)
PRICE = 125000
LINK = re.compile(r"/frikoeb/svar/[^/\s\"]+/")


class Office:
    """Anna and Bo, a pc each, and an offer on the model."""

    def __init__(self):
        self.holder = make.cost_holder()
        self.unit = make.unit("1001", "Birkeskolen")
        self.anna = make.employee("anbe", "Anna Berg", unit=self.unit)
        self.bo = make.employee("bodu", "Bo Due", unit=self.unit)
        self.leases = [
            make.lease("PF000001", unit=self.unit, employee=self.anna),
            make.lease("PF000002", unit=self.unit, employee=self.bo),
        ]
        self.offer = BuyoutOffer.objects.create(
            model=make.model(), price_ore=PRICE, valid_until=UNTIL
        )
        Settings.objects.update(helpdesk_mail="helpdesk@example.dk")

    @property
    def ids(self):
        return [lease.pk for lease in self.leases]


def ask(*leases, today=TODAY, now=NOW, actor=None, **values):
    ids = [lease.pk for lease in leases]
    return ask_employees(lease_ids=ids, actor=actor, today=today, now=now, **values)


def link_of(invitation):
    """Return the address in the mail about an invitation."""
    return LINK.search(Mail.objects.get(key=f"buyout-{invitation.pk}").text)[0]


def token_in(address):
    return address.split("/")[3]


def answer(invitation, said="yes", today=TODAY, now=NOW):
    return answer_invitation(
        token=token_in(link_of(invitation)), answer=said, actor=None, today=today, now=now
    )


def decide(*leases, today=TODAY, now=NOW):
    ids = [lease.pk for lease in leases]
    return decide_buyouts(lease_ids=ids, actor=None, today=today, now=now)


def row_of(lease, today=TODAY):
    [row] = buyout_rows([lease.pk], today)
    return row


def _stop(office):
    lease = office.leases[0]
    lease.stops_on = date(2029, 10, 1)
    lease.save()


def _lose(office):
    LossReport.objects.create(
        device=office.leases[0].device,
        kind="lost",
        discovered_at=NOW,
        encrypted="yes",
        reported_at=NOW,
    )


def _change_anna(**values):
    def change(office):
        for name, value in values.items():
            setattr(office.anna, name, value)
        office.anna.save()

    return change


# What stands in the way of a buyout of Anna's pc, for good.
COMES_BETWEEN = {
    Obstacle.GONE: lambda office: Departure.objects.create(
        device=office.leases[0].device, left_on=TODAY, how="returned"
    ),
    Obstacle.NOT_ALLOWED: lambda office: Settings.objects.update(allows_buyout=False),
    Obstacle.STOPPED: _stop,
    Obstacle.LOST: _lose,
    Obstacle.DECIDED: lambda office: make.decided(office.leases[0], "return"),
}
# Why she cannot be asked.
STOPS_ASKING = COMES_BETWEEN | {
    Obstacle.TOO_LATE: lambda office: Settings.objects.update(buyout_margin_days=200),
    Obstacle.NO_PERSON: lambda office: make.placement(office.leases[0].device, TODAY, office.unit),
    Obstacle.HAS_LEFT: _change_anna(left_on=TODAY),
    Obstacle.NO_MAIL: _change_anna(mail=""),
    Obstacle.NO_OFFER: lambda office: BuyoutOffer.objects.update(
        valid_until=TODAY - timedelta(days=1)
    ),
    Obstacle.WAITS: lambda office: ask(office.leases[0]),
    Obstacle.ANSWERED: lambda office: answer(*ask(office.leases[0]), "no"),
}
