"""What each kind of difference is called in Danish, and what to do about it."""

from typing import NamedTuple

from inventory.models import SourceKind


class DifferenceWords(NamedTuple):
    """What a kind of difference is called, and what to do about it."""

    title: str
    advice: str


WORDS = {
    "aldrig-tilmeldt": DifferenceWords(
        "Leaset, men aldrig tilmeldt enhedsstyringen",
        "Find dem hos enheden. Er de ikke taget i brug, så tag dem tilbage; enheden betaler imens.",
    ),
    "ukendt-udstyr": DifferenceWords(
        "I enhedsstyringen, men ikke i registeret",
        "Opret dem, så det ses, hvem der har dem. Er de leaset, så indlæs leverancen.",
    ),
    "ikke-i-intune": DifferenceWords(
        "I registeret, men ikke i enhedsstyringen",
        "Find dem hos enheden. Er de væk, så meld dem bortkommet eller tag dem ud af registeret.",
    ),
    "anden-bruger": DifferenceWords(
        "En anden logger på end den, der har pc'en",
        "Flyt pc'en til den, der bruger den, eller bed om den tilbage.",
    ),
    "anden-enhed": DifferenceWords(
        "Den, der logger på, er i en anden enhed end pc'en",
        "Flyt pc'en, så den rigtige enhed betaler.",
    ),
    "anden-model": DifferenceWords(
        "Anden model i enhedsstyringen",
        "Ret modellen. Leasingprisen følger leasingen og ændres ikke.",
    ),
    "ikke-set": DifferenceWords(
        "Ikke set længe",
        "Spørg enheden, om de kan undværes, og tag dem tilbage.",
    ),
    "lidt-ram": DifferenceWords("For lidt RAM", "Udskift dem."),
    "gammel-windows": DifferenceWords("Ikke Windows 11", "Opgradér eller udskift dem."),
    "udskiftet-i-brug": DifferenceWords(
        "Udskiftet i udrulningen, men stadig i brug",
        "Tag den gamle maskine tilbage; den nye betales der allerede for. Står den på it-lager, så "
        "lad den forlade registeret.",
    ),
    "uden-konto": DifferenceWords(
        "Medarbejdere uden åben konto",
        "Kontoen er lukket eller mangler. Skriv, at de er fratrådt, og tag deres pc'er tilbage.",
    ),
    "bruger-i-anden-enhed": DifferenceWords(
        "Medarbejdere i en anden enhed i kataloget",
        "Ret enheden hos medarbejderen, eller få kataloget rettet.",
    ),
    "ukendte-brugere": DifferenceWords(
        "Brugere, som registeret ikke kender",
        "Opret dem, der har eller skal have udstyr.",
    ),
    "tastefejl": DifferenceWords(
        "Serienummer, der ligner en tastefejl",
        "Leasinggivers liste har et nummer, der afviger på ét tegn. Se på maskinen, og ret det.",
    ),
    "kun-i-registeret": DifferenceWords(
        "Leaset i registeret, men ikke hos leasinggiver",
        "Spørg leasinggiver. Er de leveret tilbage, så lad dem forlade registeret.",
    ),
    "kun-hos-leasinggiver": DifferenceWords(
        "Hos leasinggiver, men ikke i registeret",
        "Indlæs leverancen, eller sig til leasinggiver, at I ikke har dem. De kan blive opkrævet.",
    ),
    "ikke-leaset": DifferenceWords(
        "Hos leasinggiver, men ikke leaset i registeret",
        "Leasingen er slut eller mangler. Indlæs leverancen, også hvis den kun er på én række, "
        "eller gør indsigelse i Henvendelser.",
    ),
    "anden-ydelse": DifferenceWords(
        "Anden ydelse hos leasinggiver",
        "Beløbet er det, leasinggiver opkræver for meget. Gør indsigelse, eller ret leasingen. Et "
        "enkelt øre er afrunding og står her ikke.",
    ),
    "andet-udloeb": DifferenceWords(
        "Andet udløb hos leasinggiver",
        "Aftal den rigtige dag med leasinggiver. En forlængelse registreres på Udløb.",
    ),
    "anden-underaftale": DifferenceWords(
        "Anden underaftale hos leasinggiver",
        "Ret underaftalen med en leverancefil, eller få leasinggiver til at rette listen.",
    ),
    "leasinggivers-model": DifferenceWords(
        "Anden model hos leasinggiver",
        "Se på maskinen, og ret modellen, eller få leasinggiver til at rette listen.",
    ),
}
SOURCES = {
    SourceKind.INTUNE: "Enhedsstyringen siger, hvad der er i brug, og hvem der logger på.",
    SourceKind.DIRECTORY: "Brugerkataloget siger, hvem der er ansat og hvor.",
    SourceKind.LESSOR: "Leasinggivers liste siger, hvad der bliver opkrævet for.",
}
