"""The Danish words of the standing rules: what each finds, what to do, and who sees to it."""

from collections.abc import Mapping
from typing import NamedTuple

from leasing.data_quality.selectors.sets import SOON_DAYS, STOCK_DAYS, UNSEEN_DAYS
from leasing.models import RuleOwner

Role = RuleOwner.Role


class RuleWords(NamedTuple):
    """What a rule finds, what to do about it, and whose it is unless somebody says otherwise.

    `of_others` is what they do about it who read of it and cannot mend it.
    """

    title: str
    advice: str
    role: str = Role.HELPDESK
    of_others: str = ""


WORDS = {
    "overdue": RuleWords(
        "Skulle have været afleveret",
        "Ryk for dem, og tag dem tilbage. Det er udlån, erstattede pc'er og dem, du har bedt om.",
        of_others="Få dem afleveret til it-helpdesk. Det er udlån, erstattede pc'er og dem, "
        "der er bedt om.",
    ),
    "unreturned": RuleWords(
        "Skulle være leveret tilbage, men blev ikke fundet",
        "Find dem, og pak dem i et andet it-bur. Ellers skriv et engangsbeløb, eller meld dem "
        "bortkommet.",
        of_others="Ved du, hvor de er, så sig til it-helpdesk. De skulle være leveret "
        "tilbage til leasinggiver.",
    ),
    "unreceived": RuleWords(
        "Hentet i it-bur, men ikke modtaget af leasinggiver",
        "Hold leasinggiver fast på pakkelisten. Er de her endnu, så fortryd afgangen, og pak dem.",
        of_others="It-helpdesk holder leasinggiver fast på pakkelisten.",
    ),
    "leavers": RuleWords(
        "Hos medarbejdere, der er fratrådt",
        "Tag dem tilbage, eller flyt dem. Enheden betaler imens.",
        of_others="Sig til it-helpdesk, om de skal tages tilbage eller flyttes. Enheden "
        "betaler imens.",
    ),
    "stocktake": RuleWords(
        "Fundet anderledes ved en optælling, eller uden svar",
        "Find ud af, hvem der har dem. Flyt dem, tag dem tilbage, eller meld dem bortkommet.",
        of_others="Find ud af, hvem der har dem, og sig det til it-helpdesk.",
    ),
    "ended": RuleWords(
        "Leasingen er slut, men udstyret står stadig hos en enhed",
        "Tag det tilbage, og send det til leasinggiver. Ellers kan der komme en regning for det.",
        of_others="Aflever det til it-helpdesk. Ellers kan der komme en regning for det.",
    ),
    "closed": RuleWords(
        "Medarbejdere i en enhed, der er nedlagt",
        "Vælg den enhed, hvor de arbejder nu. Ellers betaler den forkerte.",
        of_others="Sig til it-helpdesk, hvor de arbejder nu. Ellers betaler den forkerte enhed.",
    ),
    "coming": RuleWords(
        "Kommende medarbejdere, der skulle være begyndt",
        "Skriv initialerne, eller saml dem med den rigtige medarbejder.",
        of_others="Sig til it-helpdesk, om de er begyndt, og hvad deres initialer er.",
    ),
    "several": RuleWords(
        "Medarbejdere, der har eller får mere end én pc",
        "Tag den ene tilbage, annullér bestillingen, eller bed lederen om dispensation.",
        of_others="Sig til it-helpdesk, hvilken der kan tages tilbage. To kræver en dispensation.",
    ),
    "moved": RuleWords(
        "Hos medarbejdere, der har skiftet enhed",
        "Flyt dem fra dagen for skiftet, eller bed om dem tilbage. Den gamle enhed betaler imens.",
        of_others="Sig til it-helpdesk, om de skal flyttes med. Den gamle enhed betaler imens.",
    ),
    "stock": RuleWords(
        f"På lager i over {STOCK_DAYS} dage",
        "Udlever dem, eller send dem tilbage. Fælles IT betaler imens.",
        of_others="It-helpdesk udleverer dem eller sender dem tilbage. Fælles IT betaler imens.",
    ),
    "unused": RuleWords(
        f"Leaset, men ikke set i {UNSEEN_DAYS} dage",
        "Spørg enheden, om de kan undværes.",
    ),
    "never_seen": RuleWords(
        f"Leaset, men aldrig set efter {STOCK_DAYS} dage",
        "Find ud af, om de er taget i brug og kommet i enhedsstyringen. Ellers tag dem tilbage. "
        "De, der mangler i enhedsstyringen, er også talt dér.",
    ),
    "nobody": RuleWords(
        "Pc'er uden medarbejder og uden Bruges til",
        "Find ud af, hvem der har dem, eller skriv, hvad de bruges til.",
        of_others="Sig til it-helpdesk, hvem der har dem, eller hvad de bruges til.",
    ),
    "unpriced": RuleWords(
        "Leaset uden pris",
        "Indlæs prisen. Indtil da bliver de ikke opkrævet.",
        Role.FINANCE,
        of_others="Økonomi indlæser prisen. Indtil da bliver de ikke opkrævet.",
    ),
    "price": RuleWords(
        "Pris, der ikke er prislistens",
        "Leasingen har en anden pris, end prislisten havde på dens første dag. Ret den, der er "
        "forkert.",
        Role.FINANCE,
        of_others="Økonomi retter den, der er forkert: leasingen eller prislisten.",
    ),
    "mistyped": RuleWords(
        "Serienumre, der ligner en tastefejl",
        "Leasinggiver har et nummer, der kun er ét tegn anderledes, og som vi ikke har. Se på "
        "maskinen, og ret det, der er forkert.",
        of_others="Leasinggiver har et nummer, der kun er ét tegn anderledes. It-helpdesk "
        "ser på maskinen.",
    ),
    "unmanaged": RuleWords(
        "Leaset, men ikke i enhedsstyringen",
        "Enhedsstyringen har dem ikke. Find dem, og meld dem ind; ellers tag dem tilbage. De, der "
        "aldrig er set, kan også være talt dér.",
    ),
    "unregistered": RuleWords(
        "I enhedsstyringen, men ikke i registeret",
        "Indlæs dem, eller slet dem i enhedsstyringen. Uden dem ved vi ikke, hvad de koster.",
    ),
    "doubles": RuleWords(
        "Medarbejdere, der kan være den samme",
        "Saml dem, eller sig, at det er to. De har samme mail, eller samme navn i samme enhed.",
        of_others="Sig til it-helpdesk, om det er den samme. De har samme mail, eller samme "
        "navn i enheden.",
    ),
    "coding": RuleWords(
        "Enheder med udstyr, men uden fuld kontering",
        "Skriv artskonto og kostbærer. Ellers kan kvartalet ikke bogføres.",
        Role.FINANCE,
        of_others="Økonomi skriver artskonto og kostbærer. Ellers kan kvartalet ikke bogføres.",
    ),
    "exceptions": RuleWords(
        f"Dispensationer, der udløber inden {SOON_DAYS} dage",
        "Tag den ekstra pc tilbage, eller bed lederen om at forlænge.",
        of_others="Sig til it-helpdesk, om den ekstra pc skal tages tilbage, eller om den "
        "stadig er nødvendig.",
    ),
}


def words_of_made(made: Mapping[str, int]) -> list[tuple[RuleWords, int]]:
    """Return what a move would make rules find, in the rules' order, with how many."""
    return [(words, made[key]) for key, words in WORDS.items() if made.get(key)]
