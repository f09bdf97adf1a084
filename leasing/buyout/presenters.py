"""A buyout in words: where a question stands, why nobody can be asked, and what a step does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from albertslund_it.common.money import format_kroner
from leasing.buyout.selectors.candidates import YesWaiting
from leasing.buyout.selectors.rows import BuyoutRow, Obstacle, Question
from leasing.domain.tasks import Task
from leasing.lease_end.presenters import happens_beside_the_day
from leasing.models import BuyoutInvitation, BuyoutOffer

WORDS_OF_ASKED = {
    Question.NOT_ASKED: "Ikke spurgt",
    Question.WAITS: "Spurgt",
    Question.YES: "Ja",
    Question.NO: "Nej",
    Question.EXPIRED: "Frist udløbet",
    Question.WITHDRAWN: "Trukket tilbage",
    Question.MOVED: "Hos en anden nu",
}
STYLES_OF_ASKED = {
    Question.YES: "good",
    Question.EXPIRED: "warn",
    Question.MOVED: "warn",
}
WORDS_OF_OBSTACLE = {
    Obstacle.GONE: "Er ude af registeret.",
    Obstacle.NOT_ALLOWED: "Kommunen har ikke slået frikøb til.",
    Obstacle.ENDED: "Leasingen er udløbet.",
    Obstacle.STOPPED: "Leasingen er stoppet.",
    Obstacle.LOST: "Er meldt tabt.",
    Obstacle.DECIDED: "Det er besluttet, at den leveres tilbage.",
    Obstacle.TOO_LATE: "For sent: frikøb skulle være valgt senest den {last:%d-%m-%Y}.",
    Obstacle.NO_PERSON: "Ingen medarbejder har den.",
    Obstacle.HAS_LEFT: "Medarbejderen er fratrådt.",
    Obstacle.NO_MAIL: "Medarbejderen har ingen mailadresse.",
    Obstacle.NO_OFFER: "Leasinggiver har ikke givet et tilbud, der gælder nu.",
    Obstacle.WAITS: "Er spurgt og har ikke svaret. Træk spørgsmålet tilbage for at spørge igen.",
    Obstacle.ANSWERED: "Har svaret {answer}. Træk spørgsmålet tilbage for at spørge igen.",
}


def mark_of_asked(row: BuyoutRow) -> tuple[str, str]:
    """Return where the question stands as a mark: style and words."""
    return STYLES_OF_ASKED.get(row.asked, ""), WORDS_OF_ASKED[row.asked]


def why_not_asked(row: BuyoutRow) -> str:
    """Return why an employee cannot be asked; '' when it can be done."""
    if row.obstacle is None:
        return ""
    answer = row.invitation.get_answer_display().lower() if row.invitation else ""
    return WORDS_OF_OBSTACLE[row.obstacle].format(last=row.last_buyout_day, answer=answer)


def fate_shown(row: BuyoutRow, on: date) -> tuple[str, str]:
    """Return what happens at the end as a mark: style and words."""
    happening = happens_beside_the_day(row.end, on)
    return happening.style, happening.words


def what_is_offered(offer: BuyoutOffer) -> str:
    """Say what an offer is for."""
    if offer.device:
        return f"{offer.device.serial_number} ({offer.device.model.name})"
    return f"Alle {offer.model.name}" if offer.model else ""


def buyout_tasks(work: YesWaiting) -> Iterator[Task]:
    """Yield what waits for the helpdesk: those who said yes."""
    if work.count and work.first_day:
        one = work.count == 1
        yield Task(
            "buyouts",
            f"{work.count} medarbejder{'' if one else 'e'} har sagt ja til frikøb",
            f"Beslut det senest den {work.first_day:%d-%m-%Y}"
            f"{'.' if one else ', hvor den første frist går.'}",
        )


@dataclass(frozen=True, slots=True)
class BuyoutStepRow:
    """A device in a step's preview: what happens to it, or why it is left out."""

    row: BuyoutRow
    words: str
    is_left_out: bool = False


def told(rows: Sequence[BuyoutStepRow]) -> Iterator[tuple[str, str]]:
    """Say what a step does in rows, for whoever agrees to it."""
    for one in rows:
        person = one.row.employee
        who = f" ({person.name})" if person else ""
        yield f"{one.row.serial_number}{who}", one.words


def asked_in_words(row: BuyoutRow) -> str:
    """Say what is asked of an employee: at what price, until when, and where."""
    if row.offer is None or row.answer_by is None or row.employee is None:
        return ""
    price = format_kroner(row.offer.price_ore or 0)
    return f"{price}, svar senest {row.answer_by:%d-%m-%Y}, til {row.employee.mail}"


@dataclass(frozen=True, slots=True)
class AskedOnline:
    """What the open page shows of an invitation: the one device, and nobody."""

    model_name: str
    last_signs: str
    price_ore: int
    answer_by: date


def question_of(invitation: BuyoutInvitation) -> AskedOnline:
    """Return what an employee is asked."""
    device = invitation.lease.device
    return AskedOnline(
        device.model.name,
        device.serial_number[-4:],
        invitation.price_ore,
        invitation.valid_until,
    )
