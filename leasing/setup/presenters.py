"""The steps of the first day in words: what is there, what is missing, and what to press."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from albertslund_it.common.money import format_count, format_kroner
from albertslund_it.common.permissions import (
    IMPORT_INVENTORY,
    MANAGE_AMOUNTS,
    MANAGE_SETTINGS,
    MANAGE_USERS,
    REGISTER_DELIVERIES,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
)
from albertslund_it.common.sentences import full_stop, listed
from albertslund_it.web.moments import moment_told
from albertslund_it.web.query import returning_to
from leasing.setup.selectors.facts import FirstBill, SetupFacts

OK, MISSING, NOTE = "ok", "missing", "note"
NAMES_SHOWN = 3


@dataclass(frozen=True)
class SetupCheck:
    """Something that holds, is missing, or is worth knowing and may wait."""

    state: str
    text: str

    @property
    def sentence(self) -> str:
        return full_stop(self.text)


@dataclass(frozen=True)
class SetupAction:
    """A button of a step, who may press it, and whether it sends something."""

    label: str
    url: str
    permissions: tuple[str, ...]
    is_post: bool = False


@dataclass(frozen=True)
class SetupStep:
    """A step of the first day; `kind` is the file it takes in, which has an example."""

    key: str
    title: str
    why: str
    owner: str
    checks: list[SetupCheck]
    actions: list[SetupAction] = field(default_factory=list)
    kind: str = ""

    @property
    def is_done(self) -> bool:
        return all(check.state != MISSING for check in self.checks)

    @property
    def summary(self) -> str:
        """Say on a line how the step stands: what is missing, or else what proves it."""
        missing = [check.text for check in self.checks if check.state == MISSING]
        return (missing or [check.text for check in self.checks])[0]


def steps_of(facts: SetupFacts) -> list[SetupStep]:
    """Return the steps from an empty installation to the first closed quarter, in order."""
    return [
        _agreement(facts),
        _units(facts),
        _people(facts),
        _prices(facts),
        _deliveries(facts),
        _accounts(facts),
        _access(facts),
        _mail(facts),
        _quarter(facts),
    ]


def _check(holds: object, there: str, missing: str) -> SetupCheck:
    return SetupCheck(OK, there) if holds else SetupCheck(MISSING, missing)


def _number(count: int, one: str, several: str) -> str:
    return f"{format_count(count)} {one if count == 1 else several}"


def _all_of(departments: int) -> str:
    return "Afdelingen" if departments == 1 else f"Alle {format_count(departments)} afdelinger"


def _named(names: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    more = len(names) - NAMES_SHOWN
    return listed([*names[:NAMES_SHOWN], *([f"{format_count(more)} til"] if more > 0 else [])])


def _from_here(url: str, step: str = "") -> str:
    """Return the address of a form that leads back here: to its step, or to what comes next."""
    query = f"?trin={step}#{step}" if step else ""
    return returning_to(url, reverse("setup") + query)


def _file(kind: str, label: str, *permissions: str) -> SetupAction:
    return SetupAction(label, reverse("import-kind", args=[kind]), permissions)


def _agreement(facts: SetupFacts) -> SetupStep:
    agreement, settings = facts.agreement, facts.settings
    checks = [
        SetupCheck(OK, f"{agreement.name} gælder fra {agreement.starts_on:%d-%m-%Y}")
        if agreement
        else SetupCheck(MISSING, "Rammeaftalen mangler"),
        SetupCheck(OK, f"Der opkræves fra {settings.billing_starts_on:%d-%m-%Y}"),
        _check(
            settings.lessor_cvr,
            f"Leasinggivers fakturaer kendes på CVR-nr. {settings.lessor_cvr}",
            "Leasinggivers CVR-nr. mangler",
        ),
        _check(
            settings.own_cvr,
            f"Fakturaer til os kendes på CVR-nr. {settings.own_cvr}",
            "Kommunens CVR-nr. mangler",
        ),
    ]
    return SetupStep(
        "aftalen",
        "Aftalen",
        "Se, om aftalens navn og datoer passer: ingen leasing begynder før den, og intet opkræves "
        "før den dag, du skriver. CVR-numrene afslører en faktura, der er fra eller til en anden.",
        "Administrator",
        checks,
        [
            SetupAction(
                "Skriv aftalen",
                _from_here(reverse("settings-edit", args=["aftalen"])),
                (MANAGE_SETTINGS,),
            )
        ],
    )


def _units(facts: SetupFacts) -> SetupStep:
    counted = (
        f"{_number(facts.departments, 'afdeling', 'afdelinger')} med "
        f"{_number(facts.units, 'enhed', 'enheder')}"
    )
    checks = [_check(facts.units, counted, "Ingen enheder endnu")]
    if facts.units or facts.cost_holder:
        checks.append(
            _check(
                facts.cost_holder,
                f"{facts.cost_holder} bærer det, ingen enhed har",
                "Ingen omkostningsbærer: skriv ja i kolonnen ved Fælles IT",
            )
        )
    return SetupStep(
        "enheder",
        "Afdelinger og enheder",
        "Ét regneark med en række for hver enhed: afdeling, leder og kontering. Én række er Fælles "
        "IT, som bærer det, der ligger på lager.",
        "Økonomi eller It-helpdesk",
        checks,
        [
            _file("units", "Indlæs enhederne", IMPORT_INVENTORY),
            SetupAction("Se afdelingerne", reverse("department-list"), (VIEW_DEVICE,)),
        ],
        "units",
    )


def _people(facts: SetupFacts) -> SetupStep:
    where = _number(facts.units_with_people, "enhed", "enheder")
    counted = f"{_number(facts.employees, 'medarbejder', 'medarbejdere')} i {where}"
    return SetupStep(
        "medarbejdere",
        "Medarbejdere",
        "Initialer, navn, mail og enhed. Kun dem, der har en pc eller skal have en.",
        "It-helpdesk",
        [_check(facts.employees, counted, "Ingen medarbejdere endnu")],
        [
            _file("employees", "Indlæs medarbejderne", IMPORT_INVENTORY, VIEW_EMPLOYEE),
            SetupAction("Se medarbejderne", reverse("employee-list"), (VIEW_EMPLOYEE,)),
        ],
        "employees",
    )


def _prices(facts: SetupFacts) -> SetupStep:
    models = _number(facts.priced_models, "model", "modeller")
    counted = f"{_number(facts.prices, 'pris', 'priser')} på {models}"
    return SetupStep(
        "priser",
        "Prislisten",
        "Hvad hver model koster i hele løbetiden, og fra hvornår. Modellerne oprettes med.",
        "Økonomi",
        [_check(facts.prices, counted, "Ingen priser endnu")],
        [_file("prices", "Indlæs priserne", MANAGE_AMOUNTS)],
        "prices",
    )


def _deliveries(facts: SetupFacts) -> SetupStep:
    checks = [
        _check(
            facts.leases,
            f"{_number(facts.leased.count, 'leasing', 'leasinger')} i "
            f"{_number(facts.sub_agreements, 'underaftale', 'underaftaler')}, "
            f"{format_kroner(facts.leased.quarter_ore)} i {facts.this_quarter.label}",
            "Intet leaset udstyr endnu",
        )
    ]
    if facts.unpriced:
        count = _number(facts.unpriced, "leasing", "leasinger")
        checks.append(SetupCheck(MISSING, f"{count} uden pris opkræves ikke"))
    if facts.leases:
        checks += _sums_of(facts)
    return SetupStep(
        "leverancer",
        "Leaset udstyr",
        "Leasinggivers liste, som den kommer: serienummer, model, underaftale og start, og hvem "
        "der har det. Står der ingen pris, bruges prislistens.",
        "It-helpdesk eller Økonomi",
        checks,
        [
            _file("deliveries", "Indlæs leasinggivers liste", REGISTER_DELIVERIES),
            SetupAction("Se udstyret", reverse("device-list"), (VIEW_DEVICE,)),
        ],
        "deliveries",
    )


def _sums_of(facts: SetupFacts) -> Iterator[SetupCheck]:
    """Yield the equalities that prove what was taken in: the units' sum, and the lessor's."""
    label, total = facts.quarter.label, format_kroner(facts.costed_ore)
    yield _check(
        facts.costed_ore == facts.expected_ore,
        f"Enhederne betaler tilsammen, hvad leasingerne koster i {label}: {total}",
        f"Enhederne betaler {total} i {label}, men leasingerne koster "
        f"{format_kroner(facts.expected_ore)}",
    )
    if facts.invoiced_ore is None:
        yield SetupCheck(NOTE, f"Leasinggivers faktura for {label} er ikke indlæst. Det kan vente")
        return
    difference = facts.invoiced_ore - facts.expected_ore
    invoiced = format_kroner(facts.invoiced_ore)
    if difference:
        over = format_kroner(difference, sign=True)
        yield SetupCheck(
            NOTE, f"Leasinggivers faktura for {label} er {invoiced}, en forskel på {over}"
        )
    else:
        yield SetupCheck(OK, f"Leasinggivers faktura for {label} er det samme: {invoiced}")


def _accounts(facts: SetupFacts) -> SetupStep:
    units = facts.units + bool(facts.cost_holder)
    coded = units - len(facts.uncoded)
    counted = _number(units, "enhed", "enheder")
    if facts.cost_holder:  # coded, and none of the departments' units of the step above
        counted += f", {facts.cost_holder} medregnet,"
    said = f"{format_count(coded)} af {counted} har artskonto og kostbærer"
    names = _named([name for _, name in facts.uncoded])
    checks = [
        _check(
            units and not facts.uncoded,
            said,
            f"{said}. {names} mangler" if units else "Ingen enheder at kontere endnu",
        )
    ]
    actions = [_file("units", "Indlæs fra regneark", IMPORT_INVENTORY)]
    if facts.uncoded:
        pk = facts.uncoded[0][0]
        # Back to this step, which then offers the next unit.
        form = _from_here(reverse("unit-coding", args=[pk]), "kontering")
        coding = SetupAction("Skriv konteringen", form, (IMPORT_INVENTORY,))
        actions.insert(0, coding)
    return SetupStep(
        "kontering",
        "Kontering",
        "Artskonto og omkostningssted eller PSP-element på hver enhed. Kvartalet kan låses uden, "
        "men Opus-filen kan ikke hentes.",
        "Økonomi",
        checks,
        actions,
        "units",
    )


def _access(facts: SetupFacts) -> SetupStep:
    key, vacant, checks = "adgange", facts.vacant, []
    checks.append(
        _check(
            facts.closers,
            f"{_number(facts.closers, 'bruger', 'brugere')} kan låse kvartaler",
            "Ingen i Økonomi kan logge ind endnu",
        )
    )
    checks.append(
        _check(
            facts.helpdesk,
            f"{_number(facts.helpdesk, 'bruger', 'brugere')} i It-helpdesk",
            "Ingen i It-helpdesk kan logge ind endnu",
        )
    )
    answered = facts.departments - len(vacant)
    checks.append(
        _check(
            facts.departments and not vacant,
            f"{_all_of(facts.departments)} har en, der kan svare",
            f"{answered} af {_number(facts.departments, 'afdeling', 'afdelinger')} har en, der kan "
            f"svare. {_named(vacant)} mangler"
            if vacant
            else "Ingen afdelinger at give adgang til endnu",
        )
    )
    checks.append(
        SetupCheck(
            OK if facts.administrators > 1 else NOTE,
            _number(facts.administrators, "administrator", "administratorer")
            + ("" if facts.administrators > 1 else ". I bør være to, så én kan være væk"),
        )
    )
    actions = [
        SetupAction("Invitér lederne", _from_here(reverse("post-list"), key), (MANAGE_USERS,)),
        SetupAction("Invitér en kollega", _from_here(reverse("user-new"), key), (MANAGE_USERS,)),
    ]
    if not facts.mail_arrives:
        # What is sent before leads nowhere, and each would have to be sent again.
        checks.append(
            SetupCheck(
                NOTE, "Invitationer sendes med mail, og trinnet Mail er ikke klar. Tag det først"
            )
        )
        mail = f"{reverse('setup')}?trin=mail#mail"
        actions.insert(0, SetupAction("Gå til Mail", mail, (MANAGE_SETTINGS,)))
    return SetupStep(
        key,
        "Roller og adgange",
        "Lederne kan inviteres på én gang, når deres mail står i filen med enheder. Kolleger i "
        "Økonomi og It-helpdesk inviteres én for én.",
        "Administrator",
        checks,
        actions,
    )


def _mail(facts: SetupFacts) -> SetupStep:
    settings, trial = facts.settings, facts.trial
    # Back to this step: what is written is tried by a mail.
    addresses = _from_here(reverse("settings-edit", args=["mail"]), "mail")
    checks = [
        _check(
            settings.helpdesk_mail,
            f"Svar går til {settings.helpdesk_mail}",
            "It-helpdesks mail mangler",
        ),
        _check(
            settings.finance_mail,
            f"Økonomi får restancer og kontrolsummer på {settings.finance_mail}",
            "Økonomis mail mangler",
        ),
        _check(
            not facts.is_local,
            f"Links fører til {settings.site_address}",
            f"Systemets adresse er {settings.site_address}: links i mails virker kun her",
        ),
        _check(
            not facts.sender.endswith("@localhost"),
            f"Mails kommer fra {facts.sender}",
            f"Mails kommer fra {facts.sender}, som mange mailservere afviser: den, der driver "
            "systemet, sætter DEFAULT_FROM_EMAIL",
        ),
        _check(
            facts.sends_mail,
            "Mailserveren er sat op",
            "Mailserveren er ikke sat op: den, der driver systemet, sætter EMAIL_URL",
        ),
    ]
    if trial and trial.sent_at and facts.sends_mail:
        moment = moment_told(trial.sent_at)
        checks.append(SetupCheck(OK, f"Prøvemail sendt {moment} til {trial.recipients}"))
    elif trial and trial.error:
        checks.append(SetupCheck(MISSING, f"Prøvemailen kunne ikke sendes: {trial.error}"))
    else:
        checks.append(SetupCheck(MISSING, "Ingen prøvemail er sendt endnu"))
    return SetupStep(
        "mail",
        "Mail",
        "Hvem der får hvad, og hvor links i mails fører hen. Send dig selv en mail, så ved du, at "
        "ledernes kommer frem.",
        "Administrator",
        checks,
        [
            SetupAction("Skriv adresserne", addresses, (MANAGE_SETTINGS,)),
            SetupAction("Send mig en prøvemail", reverse("setup-trial"), (MANAGE_SETTINGS,), True),
        ],
    )


def _quarter(facts: SetupFacts) -> SetupStep:
    label = facts.quarter.label
    return SetupStep(
        "kvartal",
        "Det første kvartal",
        "Se forslaget igennem, og lås det. Derefter ligger det fast, og det næste kvartal følger "
        "af sig selv.",
        "Økonomi",
        [_check(facts.is_set_up, f"{label} er låst", f"{label} er ikke låst")],
        [
            SetupAction(
                f"Gå til {label}",
                reverse("quarter-detail", args=[str(facts.quarter)]),
                (VIEW_BILLINGRUN,),
            ),
            SetupAction(
                "Spørg lederne: stemmer listen?", reverse("first-rebilling"), (VIEW_BILLINGRUN,)
            ),
        ],
    )


def checks_of_bill(bill: FirstBill) -> list[SetupCheck]:
    """Say what the first run would bill, and what stands in its way."""
    if bill.refusals:
        return [SetupCheck(MISSING, reason) for reason in bill.refusals]
    amount = format_kroner(bill.total_ore)
    departments = _number(bill.departments, "afdeling", "afdelinger")
    found = [
        SetupCheck(OK, f"Forslaget er {amount} på {departments} og Fælles IT")
        if bill.total_ore
        else SetupCheck(MISSING, "Der er intet at opkræve endnu")
    ]
    if bill.readiness:
        stopping = sum(not point.blocks for point in bill.readiness.blocking)
        if stopping:
            points = _number(stopping, "punkt", "punkter")
            found.append(SetupCheck(MISSING, f"{points} spærrer for at låse"))
        if others := len(bill.readiness.points) - stopping:
            found.append(SetupCheck(NOTE, f"{_number(others, 'punkt', 'punkter')} at se på først"))
    return found
