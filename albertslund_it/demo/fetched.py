"""Mails that have come to the helpdesk by themselves, as if `fetch_mail` had read a mailbox."""

from datetime import datetime

from albertslund_it.demo.helpdesk import Desk
from leasing.mail_in.importers.message import AttachedFile, ReadMessage, key_of
from leasing.mail_in.services import take_in
from leasing.models import MailOutcome


def let_mails_come(desk: Desk, department: str) -> None:
    """Take in three mails: one asks clearly, one leaves a question, one is no order."""
    school, person = desk.units["3013"], desk.without_pc(department)
    head, leader = person.unit.leader_name, school.leader_name
    first = _mail(1, head, person.unit.leader_mail, "Pc til ny kollega", desk.moment(0, 7, 41))
    first.body = (
        f"Hej\n\n{person.name} ({person.initials}) er begyndt og skal have en T14.\n\n"
        f"Venlig hilsen\n{head}"
    )
    second = _mail(2, leader, school.leader_mail, "Pc'er til 4.A", desk.moment(0, 7, 52))
    second.body = (
        "Kære helpdesk\n\nVi skal bruge 4 stk. T14 efter ferien. Listen er vedlagt.\n\n"
        f"Mvh {leader}"
    )
    second.files = [
        AttachedFile("4A.csv", b"Elev;Model\n1;T14\n2;T14\n"),
        AttachedFile("logo.gif", b"GIF89a"),
    ]
    news = _mail(3, "It-nyt", "nyhedsbrev@example.dk", "Nyt om bærbare", desk.moment(0, 6, 30))
    news.automatic = "Fra en mailingliste"
    for read in (first, second, news):
        take_in(
            read=read,
            outcome=MailOutcome.AUTOMATIC if read.automatic else MailOutcome.ORDER,
            why=read.automatic,
            today=desk.today,
            now=desk.moment(0, 8, 5),
        )


def _mail(number: int, name: str, address: str, subject: str, sent_at: datetime) -> ReadMessage:
    key = key_of(f"demo {number}")
    return ReadMessage(key=key, name=name, address=address, subject=subject, sent_at=sent_at)
