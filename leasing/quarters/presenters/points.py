"""What is said of each open point before a run is closed, who can mend it, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import span_label
from leasing.billing.presenters.breaches import sentences_of_breaches
from leasing.billing.presenters.runs import late_in_words
from leasing.data_quality.selectors.sets import STOCK_DAYS
from leasing.domain.lease_end import NOTICE_MONTHS
from leasing.quarters.presenters.labels import run_lines_url
from leasing.quarters.selectors.points import OPUS_FILE, OpenPoint


class Words(NamedTuple):
    """What is said of a point; what stands in braces is filled in from it."""

    title: str
    help: str
    owner: str


FINANCE, HELPDESK, ADMINISTRATOR = "Økonomi", "It-helpdesk", "Administrator"
WORDS = {
    "units": Words(
        "Der er ingen omkostningsbærer",
        "Indlæs enhederne, hvor én har »ja« i kolonnen Omkostningsbærer.",
        FINANCE,
    ),
    "unpriced": Words(
        "Leasing{er} uden pris", "De opkræves ikke, før prisen er indlæst.", HELPDESK
    ),
    "seal": Words(
        "En låst kørsel er ikke, som den blev låst",
        "Spærringerne eller summerne passer ikke. Kør verify, og find ud af, hvad der er "
        "sket, før der låses mere.",
        ADMINISTRATOR,
    ),
    "coding": Words(
        "Enheder uden fuld kontering",
        "Kvartalet kan låses, men Opus-filen kan først hentes, når konteringen er på plads.",
        FINANCE,
    ),
    "booking": Words(
        "Bogføringen kan ikke gå i nul",
        "Kvartalet kan låses, men Opus-filen kan først hentes, når det er på plads.",
        FINANCE,
    ),
    "skipped": Words(
        "{span} er ikke låst",
        "Låser du dette kvartal først, kommer beløbene med her som »ikke tidligere "
        "opkrævet«, og de tidligere kvartaler kan ikke låses for sig bagefter.",
        FINANCE,
    ),
    "left": Words(
        "{span} er ikke låst",
        "Låser du dette kvartal først, kan de tidligere kvartaler ikke låses for sig bagefter. "
        "Beløbene kommer ikke med i denne kørsel, men i supplementskørslen for {year}.",
        FINANCE,
    ),
    "corrections": Words(
        "Ændringer i låste kvartaler",
        "Kommet til, siden kvartalerne blev låst: {late}.",
        FINANCE,
    ),
    "objections": Words(
        "Åbne indsigelser: »Ikke vores«",
        "En leder har sagt, at udstyret ikke er deres. Flyt det, eller afvis indsigelsen.",
        HELPDESK,
    ),
    "lessor": Words(
        "Afvigelser fra leasinggivers faktura",
        "De er ikke afgjort, eller kravet venter på en kreditnota: {quarters}.",
        FINANCE,
    ),
    "charges": Words(
        "Engangsbeløb, der er større eller ligger senere, end der plejer at være",
        "Se, om beløb og dato er rigtige, før de opkræves. Ret dem, eller slet dem.",
        FINANCE,
    ),
    "invoices": Words(
        "Afsluttede kvartaler uden leasinggivers faktura",
        "Beløbet er det, leasingerne koster efter vores egne tal. Indlæs fakturaen.",
        FINANCE,
    ),
    "vouchers": Words(
        "Låste kørsler uden bilagsnummer",
        "Skriv bilagsnummeret på kørslens side, når bilaget er bogført i Opus.",
        FINANCE,
    ),
    "leaders": Words(
        "Ledere, der ikke har svaret: »Stemmer listen?«",
        "Tavshed tæller som ja efter fristen. Du kan rykke dem. Beløbet er deres udgift i "
        "{span_inside}.",
        FINANCE,
    ),
    "stock": Words(
        f"Leaset udstyr på lager i over {STOCK_DAYS} dage",
        "Fælles IT betaler, indtil udstyret er udleveret.",
        HELPDESK,
    ),
    "leavers": Words(
        "Leaset udstyr hos medarbejdere, der er fratrådt",
        "Enheden betaler, indtil udstyret er afleveret eller flyttet.",
        HELPDESK,
    ),
    "ending": Words(
        f"Leasinger, der udløber inden {NOTICE_MONTHS} måneder uden udløbsvalg",
        "Vælg frikøb, forlængelse eller returnering.",
        HELPDESK,
    ),
}
BLOCKED = {"": "", OPUS_FILE: "Opus-filen"}


@dataclass(frozen=True)
class ShownPoint:
    """An open point in words, with the list of what was found; '' where the point names it."""

    point: OpenPoint
    title: str
    help: str
    owner: str
    blocks: str
    names: list[str]
    url: str


def shown_points(points: Iterable[OpenPoint], code: str) -> list[ShownPoint]:
    """Return the open points of a run as they are shown."""
    return [_shown(point, code) for point in points]


def _shown(point: OpenPoint, code: str) -> ShownPoint:
    span = span_label(point.quarters) if point.quarters else ""
    words = WORDS[point.key]
    filled = {
        "er": "er" if point.count > 1 else "",
        "span": span,
        "span_inside": span.lower(),
        "quarters": ", ".join(quarter.label for quarter in point.quarters),
        "year": point.quarters[-1].year if point.quarters else "",
        "late": late_in_words(point.late) if point.late else "",
    }
    return ShownPoint(
        point,
        words.title.format(**filled),
        words.help.format(**filled),
        words.owner,
        BLOCKED[point.blocks],
        _names(point),
        _url(point.key, point.about or code),
    )


def _names(point: OpenPoint) -> list[str]:
    if point.broken:
        return list(sentences_of_breaches(point.broken))
    if not point.amounts:
        return list(point.names)
    between = " " if point.key == "charges" else ": "
    amounts = map(format_kroner, point.amounts)
    return [between.join(named) for named in zip(point.names, amounts, strict=True)]


def _url(key: str, code: str) -> str:
    if key == "skipped":
        return f"{run_lines_url(code)}&slags=backlog"
    if key == "corrections":
        return f"{reverse('corrections')}?koersel={code}"
    if key == "lessor":
        return reverse("reconciliation", args=[code])
    if key == "invoices":
        return reverse("supplier-invoice-list")
    if key in {"vouchers", "left"}:
        return reverse("quarter-detail", args=[code])
    if key == "leaders":
        return reverse("first-rebilling")
    if key == "objections":
        return f"{reverse('objection-list')}?stand=aaben"
    if key == "charges":
        return f"{reverse('charge-list')}?stand=venter"
    if key in {"stock", "leavers", "ending"}:
        return f"{reverse('device-list')}?waits={key}"
    return ""
