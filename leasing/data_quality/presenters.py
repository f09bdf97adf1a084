"""The Danish words of the standing rules: what each finds, and what to do about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from leasing.data_quality.selectors.rules import Finding, Of
from leasing.data_quality.selectors.sets import SOON_DAYS, STOCK_DAYS, UNSEEN_DAYS


class RuleWords(NamedTuple):
    """What a rule finds, and what to do about it."""

    title: str
    advice: str


WORDS = {
    "overdue": RuleWords(
        "Skulle have været afleveret",
        "Ryk for dem, og tag dem tilbage. Det er udlån, erstattede pc'er og dem, du har bedt om.",
    ),
    "unreturned": RuleWords(
        "Skulle være leveret tilbage, men blev ikke fundet",
        "Find dem, og pak dem i et andet it-bur. Ellers skriv et engangsbeløb, eller meld dem "
        "bortkommet.",
    ),
    "unreceived": RuleWords(
        "Hentet i it-bur, men ikke modtaget af leasinggiver",
        "Hold leasinggiver til pakkelisten. Står de her endnu, så fortryd afgangen, og pak dem.",
    ),
    "leavers": RuleWords(
        "Hos medarbejdere, der er fratrådt",
        "Tag dem tilbage, eller flyt dem. Enheden betaler imens.",
    ),
    "coming": RuleWords(
        "Kommende medarbejdere, der skulle være begyndt",
        "Skriv initialerne, eller saml dem med den rigtige medarbejder.",
    ),
    "several": RuleWords(
        "Medarbejdere med mere end én pc",
        "Tag den ene tilbage, eller bed lederen om dispensation.",
    ),
    "moved": RuleWords(
        "Hos medarbejdere, der har skiftet enhed",
        "Flyt dem fra dagen for skiftet, eller bed om dem tilbage. Den gamle enhed betaler imens.",
    ),
    "stock": RuleWords(
        f"På lager i over {STOCK_DAYS} dage",
        "Udlever dem, eller send dem tilbage. Fælles IT betaler imens.",
    ),
    "unused": RuleWords(
        "Leaset, men ikke i brug",
        f"Ikke set i {UNSEEN_DAYS} dage. Spørg enheden, om de kan undværes.",
    ),
    "nobody": RuleWords(
        "Pc'er uden medarbejder og uden Bruges til",
        "Find ud af, hvem der har dem, eller skriv, hvad de bruges til.",
    ),
    "unpriced": RuleWords(
        "Leaset uden pris",
        "Indlæs prisen. Indtil da bliver de ikke opkrævet.",
    ),
    "coding": RuleWords(
        "Enheder med udstyr, men uden fuld kontering",
        "Skriv artskonto og kostbærer. Ellers kan kvartalet ikke bogføres.",
    ),
    "exceptions": RuleWords(
        f"Dispensationer, der udløber inden {SOON_DAYS} dage",
        "Tag den ekstra pc tilbage, eller bed lederen om at forlænge.",
    ),
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as a page shows it; `url` is the list that holds exactly what it counts."""

    finding: Finding
    words: RuleWords
    url: str

    @property
    def is_instalment(self) -> bool:
        """Tell whether the amount is what the lessor can bill, and not what units pay."""
        return self.finding.rule.price is not None


def finding_rows(findings: Iterable[Finding]) -> list[FindingRow]:
    """Return findings with their words and lists."""
    return [FindingRow(one, WORDS[one.rule.key], finding_url(one)) for one in findings]


def finding_url(finding: Finding) -> str:
    """Return the list that holds exactly what a finding counts; units are on the page itself."""
    rule = finding.rule
    if rule.of is Of.UNITS:
        return f"{reverse('data-quality')}#{rule.key}"
    page = "employee-list" if rule.of is Of.PEOPLE else "device-list"
    return f"{reverse(page)}?{urlencode({'waits': rule.key})}"


def words_of_made(made: Mapping[str, int]) -> list[tuple[RuleWords, int]]:
    """Return what a move would make rules find, in the rules' order, with how many."""
    return [(words, made[key]) for key, words in WORDS.items() if made.get(key)]
