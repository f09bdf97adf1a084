"""A reorganisation in words: its steps, what it does, and what stands in the way."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from albertslund_it.common.money import format_kroner
from albertslund_it.common.quarters import Quarter
from albertslund_it.web.people import name_of
from leasing.models import Reorganisation, ReorganisationStep
from leasing.reorganisation.selectors.budgets import BudgetMove
from leasing.reorganisation.selectors.faults import Remark
from leasing.reorganisation.selectors.money import Change, Money, Payment
from leasing.reorganisation.selectors.plan import Kind, Outlook, StepEffect

# What an address asks for by these names.
EVERYBODY, STOCK = "alle", "it-lager"
ANOTHER = "Lav en ny organisationsændring i stedet."
NOT_KEPT = "Hvad der stod før, er ikke gemt længere."
FAULTS = {
    "no_steps": "Der er ingen ændringer endnu. Tilføj mindst én.",
    "too_early": "Datoen er før {day}, hvor opkrævningen begynder. Vælg en senere.",
    "closed": "{what} er nedlagt. Vælg den enhed, der har afløst den.",
    "cost_holder": "{what} bærer lageret og kan ikke være med i en ændring. Vælg en anden enhed.",
    "same_unit": "Enheden kan ikke afløse sig selv. Vælg en anden.",
    "changed_later": (
        "Enheden har fået nyt navn eller ny afdeling den {day}. Vælg den dag eller en senere."
    ),
    "same_department": "Enheden hører allerede til den afdeling. Vælg en anden.",
    "same_name": "Enheden hedder det allerede. Skriv et andet navn.",
    "department_name_taken": "En anden afdeling hedder allerede {what}. Skriv et andet navn.",
    "number_taken": "Enhedsnr. {what} er i brug. Skriv et andet.",
    "nothing_chosen": "Vælg, hvad der skal flytte: udstyr, medarbejdere eller begge dele.",
}
NOTES = {
    "in_the_past": (
        "Datoen er passeret, så ændringen gennemføres, så snart den er godkendt. Det, der er sket "
        "siden datoen, følger med."
    ),
    "closed_quarters": (
        "Kvartaler til og med {what} er låst. De ændres ikke; en forskel opkræves som rettelse i "
        "næste kørsel."
    ),
    "not_closed": (
        "{what} er ikke låst. Bliver det først låst efter datoen, opkræves det hos den nye "
        "afdeling."
    ),
    "whole_quarter": (
        "Den afdeling, en enhed hører til, når kvartalet låses, betaler hele kvartalet. {what} "
        "opkræves derfor helt hos den nye afdeling."
    ),
    "orders": "Åbne bestillingslinjer, der følger med til afløseren: {what}.",
    "charges": "Engangsbeløb, der ikke er opkrævet, og som følger med til afløseren: {what}.",
    "no_coding": "{what} mangler kontering. Den skal være på plads, før der kan hentes til Opus.",
    "department_name": (
        "Afdelingen får sit nye navn overalt samme dag. Låste opgørelser beholder det navn, "
        "de blev lavet med, og filer må fortsat bruge det gamle."
    ),
    "budget_moves": "Enhedens budget følger med til den nye afdeling.",
    "budget_stays": "Budgettet bliver i enheden. Skriv det, der skal følge med, på budgetsiden.",
    "to_stock": "Udstyr, der går på it-lageret og ikke er hos nogen: {what} stk.",
}
# What heads are told of.
AGREED, DONE, CANCELLED, UNDONE = "agreed", "done", "cancelled", "undone"
SUBJECTS = {
    AGREED: "Organisationsændring fra {day}: {title}",
    DONE: "Organisationsændringen er gennemført: {title}",
    CANCELLED: "Organisationsændringen er annulleret: {title}",
    UNDONE: "Organisationsændringen er fortrudt: {title}",
}
STATES = {
    "draft": ("warn", "Kladde"),
    "agreed": ("", "Godkendt"),
    "done": ("ok", "Gennemført"),
    "cancelled": ("", "Annulleret"),
}


def state_of(reorganisation: Reorganisation) -> tuple[str, str]:
    """Return the mark and the word of how far it is."""
    if reorganisation.carried_out_at:
        return STATES["done"]
    if reorganisation.cancelled_at:
        return STATES["cancelled"]
    return STATES["agreed" if reorganisation.agreed_at else "draft"]


def sentences(remarks: Iterable[Remark], words: dict[str, str]) -> list[str]:
    """Say remarks in words, each with the step it is of."""
    found = []
    for one in remarks:
        text = words[one.key].format(what=one.what, day=one.day and f"{one.day:%d-%m-%Y}")
        found.append(f"Ændring {one.step.position}: {text}" if one.step else text)
    return found


def in_words(step: ReorganisationStep) -> str:
    """Say what a step does; unit and department have the names they have today."""
    if step.kind == Kind.RENAME_DEPARTMENT:
        return f"Afdelingen {step.department} kommer til at hedde {step.name}"
    unit = step.unit
    if step.kind == Kind.MOVE and unit:
        return f"{unit} flytter fra {unit.department} til {step.department}"
    if step.kind == Kind.RENAME:
        return f"{unit} kommer til at hedde {step.name}"
    if step.kind == Kind.MERGE:
        return f"{unit} lægges ind under {step.successor}"
    if step.kind == Kind.CLOSE:
        return f"{unit} nedlægges, og {step.successor} overtager, hvad der kommer senere"
    to = step.successor or f"den nye enhed {step.number} {step.name}"
    under = f" under {step.department}" if step.department and not step.successor else ""
    return f"En del af {unit} flytter til {to}{under}"


def done_in_words(step: ReorganisationStep) -> str:
    """Say what a step did: what unit and department were before is its outcome."""
    if step.kind == Kind.MOVE:
        return f"{step.unit} kom under {step.department}"
    if step.kind == Kind.RENAME:
        return f"Enhed {step.unit and step.unit.number} fik navnet {step.name}"
    if step.kind == Kind.RENAME_DEPARTMENT:
        return f"En afdeling fik navnet {step.name}"
    return in_words(step)


@dataclass(frozen=True)
class ShownStep:
    """A step with what it takes along."""

    step: ReorganisationStep
    text: str
    devices: int
    people: int
    quarter_ore: int
    accesses: list[str]


def shown_steps(plan: Outlook, money: Money) -> list[ShownStep]:
    """Return the steps as a page shows them."""
    return [
        ShownStep(
            effect.step,
            in_words(effect.step),
            len(effect.devices),
            len(effect.people),
            ore,
            _accesses(effect),
        )
        for effect, ore in zip(plan.effects, money.step_ore, strict=True)
    ]


@dataclass(frozen=True)
class PaidRow:
    """Who pays: a cell is (heading, amount as written, address of what it is made of, or '')."""

    name: str
    cells: list[tuple[str, str, str]]


def key_of(department_id: int | None) -> str:
    """Return what an address asks for a department by, or for the stock."""
    return str(department_id or STOCK)


def department_rows(found: Reorganisation, money: Money) -> list[PaidRow]:
    """Return what each department pays: before opens lines, the rest its units."""
    return [
        _paid_row(one.name, one, money, {"afdeling": key}, opened("payers", found, afdeling=key))
        for one in money.departments
        for key in [key_of(one.department_id)]
    ]


def unit_rows(
    found: Reorganisation, money: Money, department: str = "", *, is_opened: bool = False
) -> list[PaidRow]:
    """Return what each unit pays, and what a department's bills hold: the rest opens what goes.

    Where that is what the page shows, it `is_opened`.
    """
    rows = []
    for one in money.units:
        if one.unit_id is None:
            billed = {"afdeling": department, "koersel": "opkraevet"}
            rows.append(_paid_row("Allerede opkrævet", one, money, billed))
        else:
            why = "" if is_opened else opened("changes", found, enhed=one.unit_id)
            rows.append(_paid_row(one.name, one, money, _waiting_at(one.unit_id), why))
    return rows


def total_row(name: str, money: Money, key: str, why: str = "") -> PaidRow:
    """Return what all of them pay; `why` is where they stand, unless they do above it."""
    return _paid_row(name, money.total, money, {"afdeling": key}, why)


def what_changes(row: Change) -> str:
    """Say what a unit pays more or less of."""
    thing = row.thing
    if thing.device_id:
        return thing.name
    return f"Engangsbeløb: {thing.name}" if thing.name else "Ikke opkrævet i låste kvartaler"


def late_lines(row: Change, first: Quarter, last: Quarter) -> str:
    """Return the lines of what is late and comes from a closed unit; '' for anything else."""
    giver = row.thing.left_by
    if giver in (None, row.unit_id) or row.thing.name or str(first) > row.until:
        return ""
    late = {"slags": "leasing", "fra": first, "til": min(row.until, str(last))}
    return f"{reverse('lines')}?{urlencode(_waiting_at(giver) | late)}"


def opened(page: str, found: Reorganisation, **asked: object) -> str:
    """Return the address of a page of a reorganisation with what it is asked for."""
    return f"{reverse(f'reorganisation-{page}', args=[found.pk])}?{urlencode(asked)}"


def _waiting_at(unit: int) -> dict[str, object]:
    return {"afdeling": EVERYBODY, "enhed": unit, "koersel": "ikke-opkraevet"}


def _paid_row(
    name: str, one: Payment, money: Money, asked: Mapping[str, object], why: str = ""
) -> PaidRow:
    # Of a unit that comes from another department the change is all that it pays, whatever goes.
    is_why = one.is_after and (one.is_before or one.is_new)
    cells = []
    spans = (("Kvartalet", "quarter", money.quarter, money.quarter), ("Året", "year", *money.span))
    for heading, of, first, last in spans:
        before, after, change = (
            getattr(one, f"{of}_{which}_ore") for which in ("before", "after", "change")
        )
        lines = f"{reverse('lines')}?{urlencode({**asked, 'fra': first, 'til': last})}"
        cells += [
            (f"{heading} før", format_kroner(before, unit=False), lines if one.is_before else ""),
            (f"{heading} efter", format_kroner(after, unit=False), why if one.is_after else ""),
            (
                "Ændring",
                format_kroner(change, unit=False, sign=True),
                why if is_why and change else "",
            ),
        ]
    return PaidRow(name, cells)


def budgets_in_words(moves: Iterable[BudgetMove]) -> list[str]:
    """Say what of the budgets goes where."""
    return [
        f"Budget {one.year}: {format_kroner(one.amount_ore)} følger med fra {one.unit} til "
        f"{one.to}"
        + ("." if one.is_whole else f", og {format_kroner(one.left_ore)} bliver for dagene inden.")
        for one in moves
    ]


def _accesses(effect: StepEffect) -> list[str]:
    return sorted({name_of(access.user) for access in effect.accesses})


def rows_to_agree(
    plan: Outlook, money: Money, faults: list[Remark], budgets: Iterable[BudgetMove]
) -> Iterator[tuple[str, str]]:
    """Yield what is agreed to: every step with what goes along, who pays what, and budgets."""
    yield "Datoen", f"{plan.day:%d-%m-%Y}"
    for one in shown_steps(plan, money):
        people = f"{one.people} medarbejder{'' if one.people == 1 else 'e'}"
        what = f"{one.devices} stk. udstyr, {people}"
        access = f", adgang til {', '.join(one.accesses)}" if one.accesses else ""
        yield f"Ændring {one.step.position}", f"{one.text}: {what}{access}"
    for payment in money.departments:
        amounts = (payment.quarter_before_ore, payment.quarter_after_ore)
        yield f"{payment.name} i kvartalet", " → ".join(map(format_kroner, amounts))
        amounts = (payment.year_before_ore, payment.year_after_ore)
        yield f"{payment.name} i året", " → ".join(map(format_kroner, amounts))
    for sentence in budgets_in_words(budgets):
        yield "Budget", sentence
    for sentence in sentences(faults, FAULTS):
        yield "I vejen", sentence
