"""The description for IT security and audit: data flow, places, roles, logs, threats, article 30.

What can be read from the set-up is, so that the page does not say of one installation what holds
of another. What is held about people is told by `leasing.retention`, and stands here only once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from leasing.it_security.selectors import RoleToday, SetUp


@dataclass(frozen=True, slots=True)
class DataFlow:
    """What goes from one place to another; `shield` is what meets who listens or forges."""

    origin: str
    to: str
    what: str
    shield: str


@dataclass(frozen=True, slots=True)
class Storage:
    """Where something is stored."""

    name: str
    holds: str
    shield: str
    kept: str


@dataclass(frozen=True, slots=True)
class Threat:
    """A threat of STRIDE, and what meets it."""

    letter: str
    name: str
    example: str
    met_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownRole:
    """A role with what it is for."""

    name: str
    note: str
    users: int
    rights: list[str]


def roles_shown(found: list[RoleToday], notes: Mapping[str, str]) -> list[ShownRole]:
    """Return the roles with their notes."""
    return [
        ShownRole(
            one.name, notes.get(one.name, "Er lavet i denne installation."), one.users, one.rights
        )
        for one in found
    ]


def flows_of(run: SetUp) -> list[DataFlow]:
    """Return who speaks with whom, in the order that data comes and goes."""
    https = (
        "Https, og browseren husker kun https i et år."
        if run.is_https
        else ("IKKE krypteret: systemet kører til afprøvning, uden https.")
    )
    flows = [
        DataFlow("Browser", "Systemet", "Sider, formularer og filer, der indlæses", https),
        DataFlow(
            "Systemet",
            "Databasen",
            "Alt, der gemmes, også vedlagte filer",
            "PostgreSQL med en rolle, der ikke kan fjerne låsen på låste kvartaler. Kryptering "
            "sættes med sslmode i adressen."
            if run.is_postgresql
            else "SQLite: en fil på samme maskine, som kun tjenestens bruger må læse.",
        ),
        DataFlow(
            "Økonomi",
            "KMD Opus",
            "Opus-fil og regneark: enhed, konto, beløb. Ingen medarbejdere",
            "Hentes og afleveres af en person. Systemet har ingen forbindelse til Opus.",
        ),
        DataFlow(
            "It-helpdesk",
            "Leasinggiver",
            "Lister med serienumre og valg ved udløb. Ingen medarbejdere",
            "Hentes som fil og sendes af en person. Der står, hvad der er sendt og hvornår.",
        ),
        DataFlow(
            "Andre systemer",
            "Systemet",
            "Filer fra Intune, brugerkataloget og leasinggiver",
            "Indlæses af en person, kontrolleres hele vejen igennem, og kan fortrydes.",
        ),
    ]
    if run.uses_api:
        flows.append(
            DataFlow(
                "Kommunens andre programmer",
                "Systemet",
                "Det, programmets nøgle giver adgang til, og ikke mere",
                "Hver nøgle har en rolle, en udløbsdag og en sidste brug, gemmes kun som "
                "kontrolsum og kan trækkes tilbage.",
            )
        )
    if run.tells_others:
        flows.append(
            DataFlow(
                "Systemet",
                "Kommunens andre programmer",
                "Besked om det, der er godkendt, leveret, låst eller udløber: numre, ingen navne",
                "Https med en underskrift. Der sendes ikke til adresser inde i nettet, medmindre "
                "driften har tilladt dem.",
            )
        )
    if run.has_calendars:
        flows.append(
            DataFlow(
                "Systemet",
                "Brugeres kalendere",
                "Frister ved udløb: antal og underaftaler, ingen navne",
                "Hentes på en hemmelig adresse, som brugeren selv laver og kan slå fra. Den gemmes "
                "kun som kontrolsum; den, der har adressen, kan læse kalenderen.",
            )
        )
    if run.is_monitored:
        flows.append(
            DataFlow(
                "Systemet",
                "Overvågning",
                "Svartider, antal svar og hvad der venter. Ingen navne og ingen numre",
                "Svarer kun på overvågningens egen nøgle.",
            )
        )
    if run.has_replica:
        flows.append(
            DataFlow(
                "Databasen",
                "Databasens kopi",
                "Alt, der gemmes, med det samme",
                "PostgreSQL's egen replikering. Kryptering sættes med sslmode.",
            )
        )
    if run.signs_on:
        flows.insert(
            1,
            DataFlow(
                "Systemet",
                "Kommunens login",
                "Hvem der logger ind: navn, mail og konto",
                "Https med PKCE, nonce og signerede tokens, som kun gælder dette system.",
            ),
        )
    if run.sends_mail:
        flows.append(
            DataFlow(
                "Systemet",
                "Mailserver",
                "Svar på bestillinger, påmindelser, links til at svare",
                "Krypteret med TLS."
                if run.mail_is_encrypted
                else "IKKE krypteret: skriv smtps:// eller ?tls=1 i EMAIL_URL.",
            )
        )
    if run.reads_mailbox:
        flows.append(
            DataFlow(
                "It-helpdesks postkasse",
                "Systemet",
                "Mails med bestillinger og deres filer",
                "TLS. Intet slettes på serveren, og intet besvares.",
            )
        )
    return flows


def places_of(run: SetUp) -> list[Storage]:
    """Return what is stored where."""
    return [
        Storage(
            "Databasen",
            "Udstyr, medarbejdere, leasing, beløb, bilag, mails og hændelseslog",
            "Lukkede kvartaler kan ikke ændres, heller ikke af en programfejl, og efterprøves hver "
            "nat. Adgangskoder og hemmelige adresser ligger kun som kontrolsum.",
            "Se fristerne under »Artikel 30«",
        ),
        Storage(
            "Sikkerhedskopier",
            "Det samme som databasen",
            "Kun den bruger, der tager kopien, må læse den. Kryptér den, før den forlader "
            "maskinen.",
            "Så længe driften vælger. Det, der er glemt siden, bliver glemt igen, når en kopi "
            "lægges tilbage",
        ),
        Storage(
            "Loggen",
            "Tidspunkt, brugerens nummer, side og svar. Ingen navne, søgninger eller adgangskoder",
            "Skrives til driftens log (journalctl) og ændres ikke herfra.",
            "Så længe driften vælger",
        ),
        Storage(
            "Miljøet",
            "Nøgle, adgangskoder til database, mail og login",
            "Filen skal kun kunne læses af root og tjenesten. De står aldrig i en fejl, en log "
            "eller på en side.",
            "Til de skiftes",
        ),
        Storage(
            "Browseren",
            "Tre cookies: loginnet, et tegn mod forfalskede formularer, og den besked, som næste "
            "side viser. Farvevalg og genveje",
            "Cookies læses ikke af scripts, sendes kun over https og kun til dette system. Sider "
            "gemmes ikke."
            if run.is_https
            else "Cookies læses ikke af scripts, men sendes UKRYPTERET. Sider gemmes ikke.",
            f"Loginnet {run.session_hours} timer, eller til der logges ud. Tegnet et år, beskeden "
            "til næste side",
        ),
        Storage(
            "Filer undervejs",
            "Filer, der ses igennem eller venter på at blive indlæst, og regneark, der er lavet "
            "for sig",
            "Ligger i databasen, og findes kun igen af den, der sendte eller bad om dem.",
            "Til de er indlæst; ellers en time, og en uge for det, der laves for sig. Der ryddes "
            "hver morgen",
        ),
    ]


LOGS = (
    (
        "Hændelsesloggen",
        "Hvad der stod før og efter hver ændring, hvem der gjorde det, og hvornår",
        "På hver side under »Historik«, og i administrationen",
    ),
    (
        "Driftens log",
        "Hver forespørgsel: tidspunkt, brugerens nummer, side, svar og et nummer at spørge efter",
        "På serveren, én linje JSON pr. hændelse",
    ),
    (
        "Login og forsøg",
        "Brugernavn, ip-adresse og tidspunkt, også for dem, der tastede forkert",
        "I databasen, af driften. En medarbejders egne står i medarbejderens fil",
    ),
    (
        "Låste kvartaler",
        "Hvem der forberedte og låste, med en kontrolsum, der bygger på den forrige",
        "På kvartalet, i mailen ved låsningen og med »manage.py verify«",
    ),
    (
        "Udleveret persondata",
        "Hvem der hentede en medarbejders fil, og hvornår",
        "I medarbejderens historik",
    ),
)


def threats_of(run: SetUp) -> list[Threat]:
    """Return the six threats of STRIDE and what meets each of them here."""
    login = (
        "Kommunens login, hvor en konto er bundet til én bruger, og en anden konto med samme mail "
        "bliver afvist og meldt."
        if run.signs_on
        else "Adgangskoder gemmes kun som kontrolsum og måles mod lister over dem, alle bruger."
    )
    giver = " eller af kommunens login" if run.claims_reserved else ""
    return [
        Threat(
            "S",
            "At udgive sig for en anden",
            "At gætte en adgangskode, stjæle et login eller forfalske et link i en mail.",
            (
                login,
                f"{run.wrong_passwords} forkerte adgangskoder lukker brugeren fra den adresse i "
                f"{run.lockout_minutes} minutter, og {run.wrong_from_address} fra én adresse "
                "lukker den for alle, der ikke plejer at logge ind derfra.",
                "Den, der logger ind med adgangskode og kan give andre adgang, skal også skrive en "
                "kode fra sin telefon."
                if run.asks_for_code
                else "En administrator kan sætte en kode fra sin telefon op ud over adgangskoden.",
                f"Et login er nyt ved hver indgang og slutter efter {run.session_hours} timer.",
                "Links i mails er underskrevet, gælder én ting og virker ikke, når den er afgjort.",
            ),
        ),
        Threat(
            "T",
            "At ændre noget, man ikke må",
            "At rette et låst kvartal, sende en forfalsket formular eller en ondsindet fil.",
            (
                "Databasen selv afviser at ændre et låst kvartal, og kæden af kontrolsummer "
                "viser, hvis nogen gjorde det uden om systemet.",
                "Hver formular har et tegn, kun vores egne sider kender, og cookies følger ikke "
                "med fra andre sider.",
                "Det, der gemmes, er det, der blev vist: er noget ændret imens, spørges der igen.",
                "Filer læses med grænser for størrelse, rækker og udpakning. Tekster, der ligner "
                "formler, bliver tekst i alle regneark.",
            ),
        ),
        Threat(
            "R",
            "At nægte, at man gjorde det",
            "At sige, at en anden låste, udleverede eller rettede.",
            (
                "Alle ændringer står i hændelsesloggen med før, efter, hvem og hvornår.",
                "Et kvartal kan kræve to personer: en, der forbereder, og en, der låser.",
                "Kontrolsummen mailes til økonomi og revision i det øjeblik, der låses."
                if run.mails_digests
                else "Kontrolsummen kan mailes til økonomi og revision, når der låses. Det er "
                "slået fra.",
            ),
        ),
        Threat(
            "I",
            "At se noget, man ikke må",
            "At åbne en anden afdelings sider, gætte numre i adressen eller læse fejl og logge.",
            (
                "Alt er lukket, til det er åbnet: uden login ses kun loginsiden.",
                "Det, en leder ikke svarer for, findes ikke for lederen, heller ikke i søgning, "
                "filer og summer. Hver adresse prøves med hver rolle.",
                "Ingen side må hente eller køre noget udefra, og tekster vises aldrig som kode.",
                "Fejlsider og log siger aldrig adgangskoder, navne eller rækker.",
                "Browseren gemmer ingen sider, og ingen anden side kan vise dem i en ramme.",
            ),
        ),
        Threat(
            "D",
            "At få det til at stå stille",
            "At sende enorme filer eller formularer, eller lukke kolleger ude.",
            (
                "Filer over 20 MB og formularer over 5 MB bliver afvist, før de læses.",
                "Ingen kan lukke en anden ude med forkerte adgangskoder fra et andet sted.",
                "En mailserver, der ikke svarer, holder en side i højst fem sekunder, og de næste "
                "slet ikke. Mailen sendes senere.",
                "Sikkerhedskopier tages, mens der arbejdes, og efterprøves, før de lægges tilbage.",
            ),
        ),
        Threat(
            "E",
            "At få flere rettigheder",
            "At give sig selv en rolle eller overtage en andens bruger.",
            (
                "Ingen retter sine egne rettigheder. Rollen, der låser kvartaler, gives kun af en "
                f"superbruger{giver}, og dens brugere kan en administrator ikke overtage.",
                "Rollerne skrives af systemet efter hver opdatering, så ingen ret bliver hængende.",
                "En adgang kan have en slutdag. Stedfortrædere og fratrådte mister den af sig "
                "selv.",
            ),
        ),
    ]


MEASURES = (
    "Adgang efter rolle og afdeling, lukket fra begyndelsen.",
    "Kryptering undervejs. Kryptering af diske og kopier sørger driften for.",
    "Hændelseslog over ændringer, uden navne, når fristen er gået.",
    "Anonymisering af sig selv efter frister, også i kopier, der lægges tilbage.",
    "Sikkerhedskopi, der kan lægges tilbage, og en efterprøvning af alle låste kvartaler.",
    "En medarbejders oplysninger kan udleveres som én fil.",
)


def record_of(run: SetUp) -> list[tuple[str, str]]:
    """Return the record of processing (article 30), but for what is held and for how long."""
    recipients = [
        "Leasinggiver får serienumre, ikke navne. En medarbejder, der køber sin pc, oplyser selv "
        "sit navn til leasinggiver.",
        "KMD Opus får enheder og beløb.",
    ]
    if run.sends_mail:
        recipients.append("Driften af kommunens mailserver formidler mails.")
    abroad = "Ingen. Systemet henter og sender intet udefra."
    if run.signs_on or run.sends_mail or run.reads_mailbox or run.tells_others:
        abroad = (
            "Systemet selv sender ingen oplysninger ud af EU. Hvor kommunens login, mail og andre "
            "programmer ligger, står i kommunens aftaler om dem."
        )
    return [
        ("Dataansvarlig", "Albertslund Kommune, It & Digitalisering"),
        (
            "Formål",
            "At styre kommunens leasede pc'er fra bestilling til aflevering og fordele udgiften.",
        ),
        (
            "Hvem det handler om",
            "Medarbejdere, der har eller skal have udstyr, ledere, stedfortrædere og dem, der "
            "arbejder i systemet.",
        ),
        (
            "Slags oplysninger",
            "Almindelige oplysninger om ansættelse og udstyr. Ingen følsomme, ingen cpr-numre. "
            "Fritekst kan rumme mere, og derfor har den frister.",
        ),
        ("Modtagere", " ".join(recipients)),
        ("Lande uden for EU", abroad),
        ("Rettigheder", "Indsigt som én fil, rettelse på siden, sletning efter fristerne."),
    ]
