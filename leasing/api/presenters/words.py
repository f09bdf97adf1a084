"""What the parts of the API are called, on the pages and in its document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """A scope's title, and what it lets a client do."""

    title: str
    note: str


WORDS = {
    "devices": ScopeWords("Udstyr", "Hvor det står i dag, og hvordan leasingen er."),
    "placements": ScopeWords("Tildelinger", "Hvem der har, har haft og skal have udstyr."),
    "people": ScopeWords("Medarbejdere", "Navn, initialer, mail, enhed, og hvor meget de har."),
    "units": ScopeWords("Enheder", "Navn, afdeling, kontering og antal udstyr."),
    "leases": ScopeWords("Leasinger", "Løbetider, priser og udløb."),
    "orders": ScopeWords("Bestillinger", "Linjer, status og leveret udstyr."),
    "shares": ScopeWords(
        "Udgift pr. enhed",
        "Pr. kvartal: opkrævet, og endnu ikke opkrævet. Uden from og to er det regnskabsåret.",
    ),
    "runs": ScopeWords("Låste kvartaler", "I alt, antal linjer, hvem der låste, og kontrolsummen."),
    "invoice-lines": ScopeWords("Opgørelsernes linjer", "Beløb for beløb, som de blev opkrævet."),
    "lessor-invoices": ScopeWords(
        "Leverandørfakturaer", "Leasinggivers fakturaer og kreditnotaer."
    ),
    "lessor-invoice-lines": ScopeWords(
        "Leverandørfakturaernes linjer", "Beløb for beløb, som leasinggiver skrev dem."
    ),
    "placements:write": ScopeWords(
        "Flyt udstyr", "Udlevér, flyt, udlån og tag tilbage, som på siderne."
    ),
    "deliveries:write": ScopeWords("Registrér leveringer", "Modtag udstyr på en bestilling."),
    "last-seen:write": ScopeWords(
        "Sidst set", "Hvornår udstyr sidst er set, fx fra enhedsstyringen."
    ),
    "orders:write": ScopeWords("Opret bestillinger", "Bestil, som på siden Ny bestilling."),
}
READING = [(scope, words) for scope, words in WORDS.items() if ":" not in scope]
WRITING = [(scope, words) for scope, words in WORDS.items() if ":" in scope]
