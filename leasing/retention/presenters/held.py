"""What is held about people: which fields, why, for how long, and who reads it.

The page *Hvad gemmes, hvor længe, hvem ser det* is this table and nothing else, and
`tests/leasing/retention/test_held.py` holds it against the models: a new field that may tell of a
person is written in here, or said there to be impersonal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from albertslund_it.common.permissions import (
    COUNT_DEVICES,
    HANDLE_ORDERS,
    IMPORT_INVENTORY,
    MANAGE_ORGANISATION,
    MANAGE_SETTINGS,
    SEE_LAST_SEEN,
    VIEW_ALL_DEPARTMENTS,
    VIEW_BILLINGRUN,
    VIEW_DEVICE,
    VIEW_EMPLOYEE,
    VIEW_ORDER,
    VIEW_SUPPLIERINVOICE,
)
from albertslund_it.web.database.rows import column_of
from albertslund_it.web.login import AS_A_RULE
from leasing.models import KeptRow

# What the models of others, and fields that are on no form, do not say in Danish themselves.
CALLED = {
    "inventory.ActRows.content": "hvad der stod før og efter",
    "leasing.Confirmation.confirmed_by": "bekræftet af",
}
OWN_AREA = "Ledere ser kun deres egne enheder."
BY_OFFICE = "Navnet står der, fordi nogen har handlet på kommunens vegne."
AS_THE_ACCOUNTS = "Så længe som regnskabet. Det er bilag, og de anonymiseres ikke."


@dataclass(frozen=True, slots=True)
class Matter:
    """Something held about people; `held` are models with their fields.

    Args:
        kept: how long, with {years}, {undo_days}, {snapshots}, {session_hours} and {login_days}
            from the settings.
        readers: the permissions by any of which it is read.
        note: what is to be said of who reads it besides.
        what: what is held, where the fields' own names do not say it.
    """

    title: str
    why: str
    kept: str
    held: tuple[str, ...]
    readers: tuple[str, ...] = ()
    note: str = ""
    what: str = ""

    @property
    def labels(self) -> Iterator[str]:
        """Yield the fields as 'inventory.Employee.name'."""
        for line in self.held:
            model, *fields = line.split()
            yield from (f"{model}.{field}" for field in fields)


MATTERS = (
    Matter(
        "Medarbejdere",
        why="For at vide, hvem der kan have udstyr, og hvilken enhed der betaler.",
        kept="Til {years} år efter, at medarbejderen er fratrådt og ikke har haft udstyr. Derefter "
        "fjernes navn, initialer og mail, også de tidligere.",
        held=(
            "inventory.Employee initials name mail unit also_employed_at starts_on left_on",
            "inventory.Employee found_by",
            "inventory.Employee_also_employed_at employee unit",
            "inventory.EmployeeAlias employee value former_id",
            "inventory.NotSamePerson first second said_by",
        ),
        readers=(VIEW_EMPLOYEE,),
        note=OWN_AREA,
    ),
    Matter(
        "Hvem der har og har haft udstyr",
        why="For at få udstyret igen, og for at holde reglen om én pc pr. medarbejder.",
        kept="Til {years} år efter, at tildelingen er ophørt, også for dem, der stadig er ansat.",
        held=(
            "inventory.Placement employee used_for",
            "leasing.CostPlacement employee",
            "inventory.ExpectedReturn employee",
        ),
        readers=(VIEW_EMPLOYEE,),
        note=f"{OWN_AREA} Økonomi og revision ser enheden, ikke medarbejderen.",
    ),
    Matter(
        "Hvornår udstyr sidst er set, og hvem der bruger det",
        why="For at finde leaset udstyr, der ikke bruges. Det kan vise fravær, og derfor ser kun "
        "it-helpdesk det.",
        kept="Kun den seneste dag. Af det, enhedsstyringen har sagt, gemmes de {snapshots} nyeste "
        "øjebliksbilleder, og højst {years} år.",
        held=(
            "inventory.Device last_seen",
            "inventory.SeenDevice name login employee last_seen",
        ),
        readers=(SEE_LAST_SEEN,),
    ),
    Matter(
        "Brugerkataloget",
        why="For at sammenholde registeret med, hvem der er ansat.",
        kept="De {snapshots} nyeste øjebliksbilleder, og højst {years} år.",
        held=(
            "inventory.DirectoryPerson login name mail department office employee",
            "inventory.Snapshot made_by",
        ),
        readers=(SEE_LAST_SEEN,),
    ),
    Matter(
        "Bestillinger",
        why="For at bestille, levere og udlevere det rigtige til den rigtige.",
        kept="Navn, mail og tekst til {years} år efter, at bestillingen er afsluttet. Hvem linjen "
        "var til, så længe medarbejderen er her.",
        held=(
            "leasing.Order requester_name requester_mail reference note mail_text reply created_by",
            "leasing.OrderLine employee used_for past_stock_because exception_reason "
            "closed_because",
        ),
        readers=(VIEW_ORDER, HANDLE_ORDERS),
        note=f"{OWN_AREA} Økonomi og revision ser bestillinger uden navne.",
    ),
    Matter(
        "Dispensationer",
        why="For at lederen kan afgøre, om en medarbejder må have en pc mere.",
        kept="Begrundelserne til {years} år efter, at dispensationen er udløbet.",
        held=("leasing.Approval employee reason asked_by decision_reason decided_by",),
        readers=(VIEW_EMPLOYEE,),
        note=OWN_AREA,
    ),
    Matter(
        "Mails, som systemet har sendt",
        why="For at vise, hvem der har fået hvad at vide, og prøve igen, når en mail ikke gik.",
        kept="{years} år. Derefter slettes de.",
        held=("leasing.Mail recipients subject text html key told error",),
        readers=(HANDLE_ORDERS, VIEW_BILLINGRUN),
        note="Økonomi ser kun mails om penge; de nævner ingen medarbejdere.",
    ),
    Matter(
        "Bekræftelser og indsigelser",
        why="For at enhederne kun betaler for det, de har.",
        kept="Teksterne til {years} år efter, at indsigelsen er afsluttet.",
        held=(
            "leasing.Objection note raised_by outcome_note settled_by",
            "leasing.Confirmation confirmed_by",
            "leasing.ConfirmationRound asked_by",
        ),
        readers=(VIEW_DEVICE,),
        note=OWN_AREA,
    ),
    Matter(
        "Optælling",
        why="For at finde det udstyr, der betales for, ved at spørge dem, der har det.",
        kept="Hvem der er spurgt, og bemærkningen, til {years} år efter, at optællingen er lukket.",
        held=(
            "leasing.Stocktake started_by",
            "leasing.CountedDevice employee note place answered_by",
            "leasing.StocktakeFind place found_by",
        ),
        readers=(COUNT_DEVICES, HANDLE_ORDERS),
        note=OWN_AREA,
    ),
    Matter(
        "Noter og filer om udstyr, medarbejdere og bestillinger",
        why="For at it-helpdesk kan huske, hvad der er aftalt.",
        kept="{years} år, og ikke længere end medarbejderen selv. Derefter slettes de.",
        held=("leasing.Note employee text file_name written_by",),
        readers=(HANDLE_ORDERS,),
        note="Ledere ser dem aldrig.",
    ),
    Matter(
        "Noter på leverandørfakturaer",
        why="For at økonomi kan huske, hvad der er aftalt med leasinggiver.",
        kept="{years} år. Derefter slettes de.",
        held=(),  # the same rows as above, read by others
        what="Noter: tekst, skrevet af.",
        readers=(VIEW_SUPPLIERINVOICE,),
        note="Ledere ser dem aldrig.",
    ),
    Matter(
        "Tab og tyveri",
        why="For at anmelde det i tide og vurdere, om persondata er gået tabt.",
        kept="Bemærkningen til {years} år efter, at udstyret er fundet, eller leasingen er slut.",
        held=("leasing.LossReport police_number note reported_by breach_reason breach_decided_by",),
        readers=(VIEW_DEVICE,),
        note=f"{OWN_AREA} Bemærkningen ser kun it-helpdesk og ledere.",
    ),
    Matter(
        "Udløb, frikøb og returnering",
        why="For at beslutte, hvad der skal ske, når en leasing slutter, og spørge medarbejderen.",
        kept="Til {years} år efter, at leasingen er slut. Spørgsmål om frikøb slettes helt.",
        held=(
            "leasing.BuyoutInvitation employee sent_by",
            "leasing.EndWish note wished_by",
            "leasing.EndDecision reason decided_by",
            "leasing.LessorQuestion note",
            "leasing.LessorList sent_by",
            "leasing.Cage note",
            "leasing.PackedDevice packed_by",
            "inventory.Departure note",
            "inventory.Replacement reason",
        ),
        readers=(VIEW_DEVICE,),
        note=f"{OWN_AREA} Hvem der er spurgt om frikøb, ser kun de, der ser medarbejdere.",
    ),
    Matter(
        "Mails til it-helpdesk",
        why="For at gøre dem til bestillinger, og for at kunne se, hvad der blev skrevet.",
        kept="Til {years} år efter, at bestillingen er afsluttet, med de filer, der fulgte med. "
        "Mails, der ikke blev til en bestilling, {years} år.",
        held=("leasing.ReceivedMail sender subject why", "leasing.ReceivedFile name"),
        readers=(HANDLE_ORDERS,),
    ),
    Matter(
        "Organisationsændringer",
        why="For at forberede, hvem og hvad der flytter med, når enheder ændres.",
        kept="Hvem der flytter, og bemærkningen, til {years} år efter, at ændringen er gennemført.",
        held=(
            "leasing.Reorganisation title note prepared_by agreed_by",
            "leasing.ReorganisationStep people outcome",
            "leasing.ReorganisationStep_people employee",
        ),
        readers=(MANAGE_ORGANISATION,),
    ),
    Matter(
        "Datakvalitet",
        why="For at vide, hvem der retter en fejl, og hvorfor den må vente.",
        kept="Til {years} år efter, at den ikke længere er godtaget.",
        held=("leasing.AcceptedFinding employee accepted_by", "leasing.RuleOwner user"),
        readers=(VIEW_EMPLOYEE,),
        note=OWN_AREA,
    ),
    Matter(
        "Det, man har bedt systemet om",
        why="For at vise, hvor langt det er, og hvad der kom ud af det.",
        kept="7 dage efter, at det er gjort. Filen, der fulgte med, slettes straks.",
        held=("leasing.Job title asked_by arguments result", "leasing.JobPart data"),
        note="Kun den, der har bedt om det.",
    ),
    Matter(
        "Filer, der er indlæst",
        why="For at vise, hvor oplysningerne kommer fra, og for at kunne fortryde.",
        kept="Filen, dens navn og rækker, der venter, i {years} år. At den er indlæst, bliver "
        "stående.",
        held=(
            "leasing.ImportBatch name made_by headings values",
            "leasing.WaitingRow cells reason",
            "leasing.ColumnMap values said_by",
        ),
        readers=(IMPORT_INVENTORY,),
        note="Filer med medarbejdere ser kun it-helpdesk.",
    ),
    Matter(
        "Det, der kan fortrydes",
        why="For at en fejl kan rettes med ét klik.",
        kept="Hvad der stod før, i {undo_days} dage. Hvem der gjorde hvad, så længe som "
        "hændelsesloggen.",
        held=("inventory.Act title actor undone_by", "inventory.ActRows content"),
        readers=(HANDLE_ORDERS, IMPORT_INVENTORY),
    ),
    Matter(
        "Ledere",
        why="For at spørge den rigtige, og for at skrive, hvem opgørelsen er til.",
        kept="Så længe de er ledere; i hændelsesloggen {years} år efter skiftet. På en låst "
        "opgørelse så længe som regnskabet.",
        held=(
            "inventory.Department head_name head_mail",
            "inventory.Unit leader_name leader_mail",
            "leasing.QuarterlyInvoice head_name",
        ),
        readers=(VIEW_DEVICE,),
    ),
    Matter(
        "Brugere og adgange",
        why="For at styre, hvem der må se og gøre hvad.",
        kept="Så længe brugeren findes; en administrator lukker eller sletter den. Et login varer "
        "{session_hours} timer.",
        held=(
            "auth.User username password first_name last_name email last_login date_joined",
            "auth.User_groups user",
            "auth.User_user_permissions user",
            "inventory.Account user issuer subject",
            "inventory.Access user",
            "inventory.ListPreset owner name",
            "leasing.CalendarFeed user secret_digest",
            "leasing.ApiClient user",
            "leasing.ApiToken created_by",
            "leasing.Scenario name created_by",
            "leasing.Subscription owner name address",
            "sessions.Session session_key session_data",
            "otp_totp.TOTPDevice user name key",
            "otp_static.StaticDevice user name",
            "otp_static.StaticToken token",
        ),
        readers=("auth.view_user",),
        what="Brugernavn, navn, mail, adgangskode (kun som kontrolsum), konto til fælles login, "
        "roller og adgange, kalenderadresse (kun som kontrolsum), hvem der har lavet nøgler til "
        "andre systemer, gemte scenarier og visninger, sider på mail, totrinskodens nøgle og "
        "nødkoder, og det åbne login.",
    ),
    Matter(
        "Hvem der har logget ind",
        why="For at opdage, at nogen prøver sig frem, og standse dem.",
        kept="{login_days} dage.",
        held=(
            "axes.AccessLog username ip_address user_agent http_accept path_info session_hash",
            "axes.AccessAttempt username ip_address user_agent http_accept path_info get_data "
            "post_data",
            "axes.AccessFailureLog username ip_address user_agent http_accept path_info",
        ),
        note="Driften kan læse det i databasen, og en medarbejder kan få sit eget udleveret.",
        what="Brugernavn, ip-adresse, browser og tidspunkt. Adgangskoder gemmes ikke.",
    ),
    Matter(
        "Hvem der er på nu",
        why="For at vide, hvem det forstyrrer, når systemet skal stoppes og startes.",
        kept="Et døgn efter, at brugeren sidst har åbnet en side.",
        held=("leasing.Presence user seen_at",),
        readers=(MANAGE_SETTINGS,),
        what="Brugeren og tidspunktet, ikke hvilke sider.",
    ),
    Matter(
        "Seneste handlinger i administrationen",
        why="For at en administrator kan gå tilbage til det, vedkommende lige har rettet.",
        kept="{login_days} dage, og ikke længere end medarbejderen selv.",
        held=("admin.LogEntry user object_repr change_message",),
        readers=("auth.view_user",),
        note="Hver administrator ser kun sine egne.",
        what="Hvad der er rettet i administrationen, hvornår, og hvem der gjorde det.",
    ),
    Matter(
        "Hændelsesloggen",
        why="For at vise, hvem der har ændret hvad, så regnskabet kan revideres.",
        kept="Navne og tekster om medarbejdere forsvinder herfra, når de forsvinder, hvor de står. "
        "Hvem der ændrede noget, bliver stående.",
        held=(
            "auditlog.LogEntry object_repr serialized_data changes_text changes actor remote_addr "
            "additional_data actor_email",
        ),
        readers=(VIEW_ALL_DEPARTMENTS,),
        note="Medarbejdernes historik ser kun de, der ser medarbejdere i hele kommunen.",
        what="Hvad der stod før og efter en ændring, hvornår, og hvem der gjorde det.",
    ),
    Matter(
        "Hvem der har låst kvartaler, bogført og afstemt",
        why=BY_OFFICE,
        kept=AS_THE_ACCOUNTS,
        held=(
            "leasing.BillingRun closed_by",
            "leasing.Preparation account prepared_by",
            "leasing.RebillingExport exported_by",
            "leasing.Voucher entered_by corrected_because",
            "leasing.Charge text",
            "leasing.InvoiceLine text",
            "leasing.SupplierInvoice entered_by",
            "leasing.SupplierInvoiceFile name added_by",
            "leasing.SupplierInvoiceLine text",
            "leasing.DifferenceOutcome note decided_by",
            "leasing.KeptFile data",
        ),
        readers=(VIEW_BILLINGRUN, VIEW_SUPPLIERINVOICE),
    ),
)


@dataclass(frozen=True, slots=True)
class ShownMatter:
    """A matter as the page shows it."""

    title: str
    what: str
    why: str
    kept: str
    readers: str


def matters_shown(
    numbers: Mapping[str, int], roles: Mapping[str, frozenset[str]]
) -> list[ShownMatter]:
    """Return the table with the settings' numbers, and the roles that have each permission."""
    days = {**numbers, "login_days": AS_A_RULE.days}
    return [
        ShownMatter(
            title=matter.title,
            what=matter.what or _fields_of(matter),
            why=matter.why,
            kept=matter.kept.format(**days),
            readers=" ".join(filter(None, (_readers(matter, roles), matter.note))),
        )
        for matter in MATTERS
    ]


def _fields_of(matter: Matter) -> str:
    """Name the fields as forms call them, each model's after its own name."""
    told = []
    for line in matter.held:
        label, *names = line.split()
        model = apps.get_model(label)
        # The two that it joins say so; what is worked out of other tables, those do.
        if model._meta.auto_created or issubclass(model, KeptRow):
            continue
        fields = dict.fromkeys(_called(model, name) for name in names)
        told.append(f"{_capital(model._meta.verbose_name_plural)}: {', '.join(fields)}.")
    return " ".join(told)


def _called(model: type[Model], name: str) -> str:
    column = column_of(model, name)
    return str(CALLED.get(f"{model._meta.label}.{name}", column.verbose_name))


def _capital(text: object) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]


def _readers(matter: Matter, roles: Mapping[str, frozenset[str]]) -> str:
    has = [role for role, codes in roles.items() if codes.intersection(matter.readers)]
    return f"{', '.join(has)}." if has else "Kun systemet selv."
