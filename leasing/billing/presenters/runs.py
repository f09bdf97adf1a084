"""What runs are called, those that are not there yet too."""

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter, span_label
from albertslund_it.common.sentences import listed
from leasing.billing.selectors.preview import Late, RunPreview
from leasing.models import Kind

LATE_NAMES = (
    (Kind.CORRECTION, "rettelse af en opkrævet linje", "rettelser af opkrævede linjer"),
    (Kind.BACKLOG, "linje, der ikke er opkrævet før", "linjer, der ikke er opkrævet før"),
    (Kind.CHARGE, "engangsbeløb", "engangsbeløb"),
)


def label_of_code(code: str) -> str:
    """Return the name of '2026Q1' or '2026S1'; of '2026S' without the number that it will get."""
    if "Q" in code:
        return Quarter.parse(code).label
    number = f" {code[5:]}" if code[5:] else ""
    return f"Supplementskørsel{number} for {code[:4]}"


def label_in_sentence(code: str) -> str:
    """Return the name of a run as it stands inside a sentence."""
    label = label_of_code(code)
    return label[0].lower() + label[1:]


def run_in_sentence(code: str) -> str:
    """Return the name of a run that takes something: 'kørslen for 1. kvartal 2026'."""
    return f"kørslen for {label_of_code(code)}" if "Q" in code else label_in_sentence(code)


def label_of_preview(preview: RunPreview) -> str:
    """Return the name that the run will have."""
    quarters = preview.quarters
    return span_label(quarters) if quarters else label_of_code(preview.window.code)


def late_in_words(late: Late) -> str:
    """Say each part: '6 rettelser (0,00 kr.) og 1 linje, der er ny (98,74 kr.)'."""
    said = [
        f"{lines} {one if lines == 1 else many} ({format_kroner(amount)})"
        for kind, one, many in LATE_NAMES
        for lines, amount in [late.parts.get(kind, (0, 0))]
        if lines
    ]
    return listed(said)
