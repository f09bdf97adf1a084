"""What one looks up: words, keys, and what is new."""

from datetime import date

WORDS = (
    ("Afstemning", "Leasinggivers faktura holdt op mod det, leasingen koster, linje for linje."),
    ("Bilag", "Nummeret, posteringen har fået i Opus. Det knytter kvartalet til regnskabet."),
    ("Dispensation", "Lederens ja til, at en medarbejder har mere end én pc."),
    ("Egenbetaling", "Det, en afdeling eller enhed betaler for sit udstyr."),
    ("Enhed", "En institution, skole eller et team i en afdeling. Den har sin egen kontering."),
    (
        "Forventet regnskab",
        "Årets udgift, hvis intet ændres: låst, aftalt og forventet lagt sammen.",
    ),
    ("Frikøb", "Medarbejderen køber sin pc af leasinggiver, når leasingen udløber."),
    ("Fælles IT", "Betaler for det, der står på lager, og for det, som ingen enhed har haft."),
    ("It-bur", "Det aflåste bur, udstyr sendes tilbage i. Pakkelisten siger, hvad der er i det."),
    ("Kontering", "Konto og omkostningssted eller PSP-element, som udgiften bogføres på."),
    ("Kvartalsopgørelse", "En afdelings linjer i et låst kvartal."),
    ("Leasinggiver", "Den, kommunen lejer udstyret af, og som sender en faktura hvert kvartal."),
    ("Linje", "Ét udstyrs pris for ét kvartal hos én enhed, for de dage enheden havde det."),
    ("Låst", "Et kvartal, der er godkendt. Det ændres aldrig; rettelser kommer i det næste."),
    (
        "Næste regning",
        "Det, den kommende kørsel vil opkræve, med rettelser til tidligere kvartaler.",
    ),
    ("Ombytning", "Leasinggiver bytter en pc på garanti. Leasingen og prisen fortsætter."),
    (
        "Pr. kvartal",
        "Løbetidens pris delt med dens kvartaler. Hvert kvartal opkræves efter sine dage, så "
        "det kan koste nogle kroner mere eller mindre, og en del, når leasingen begynder eller "
        "slutter i det.",
    ),
    ("Rettelse", "Forskellen, når noget i et låst kvartal viser sig at være anderledes."),
    ("Rul", "En del af udrulningen: afdelinger og uger, der skifter maskiner sammen."),
    ("Supplementskørsel", "En kørsel efter nytår med det gamle års rettelser."),
    ("Tildeling", "Hvem der har et stykke udstyr fra en bestemt dag."),
    ("Udgift", "Det, et kvartal koster. En regning er det, der blev opkrævet for det."),
    (
        "Underaftale",
        "En del af rammeaftalen med sin egen start. Det, der udløber sammen, har den samme.",
    ),
    ("Viderefakturering", "Fælles IT betaler leasinggiver og flytter udgiften til enhederne."),
)
KEYS = (
    (
        "Alle steder",
        (
            (("Ctrl", "K"), "Søg efter alt, eller gør noget"),
            (("/",), "Det samme, når du ikke skriver i et felt"),
            (("?",), "Denne side"),
        ),
    ),
    (
        "I søgningen og i felter, der foreslår noget",
        (
            (("↑",), "Forrige forslag"),
            (("↓",), "Næste forslag"),
            (("Enter",), "Tag det forslag, der er markeret"),
            (("Esc",), "Luk forslagene"),
        ),
    ),
    (
        "På lister og i formularer",
        (
            (("Tab",), "Gå til det næste felt eller den næste knap"),
            (("Enter",), "Gem, når du står i et felt"),
            (("Ctrl", "Enter"), "Gem en bestilling, hvor du end står i den"),
            (("Esc",), "Fravælg de valgte rækker"),
            (("Bogstav",), "Det, der står på knappen, med de valgte rækker"),
        ),
    ),
    (
        "I tegninger",
        (
            (("←",), "Forrige kvartal eller år, og hvad der er i det"),
            (("→",), "Næste kvartal eller år"),
        ),
    ),
)
NEWS = (
    (
        date(2026, 11, 30),
        (
            "Menuen står i siden, så alle arbejdssider er synlige. På telefonen er den nederst.",
            "Helpdeskens forside er en tavle med køer, alder og kroner.",
            "Et søgefelt finder medarbejdere, udstyr, modeller, enheder, bestillinger, sider og "
            "handlinger.",
            "På telefonen er hver række i en liste et kort med navnet og svaret øverst.",
            "Retter du en fejl fra en liste i Datakvalitet, kommer du tilbage til listen.",
            "Visninger af lister kan gemmes og deles, og mange rækker kan flyttes på én gang.",
            "Lederens side er på ét skærmbillede på telefonen.",
            "En medarbejder, der stopper, klares på én side.",
            "Kom i gang fører en ny kommune frem til det første låste kvartal.",
            "Hver side har et kort »Sådan gør du« nederst.",
        ),
    ),
    (
        date(2026, 11, 29),
        (
            "Filer indlæses, som de kommer: kolonner kendes igen, og de gode kan tages først.",
            "Kilder sammenligner registeret med Intune, brugerkataloget og leasinggivers liste.",
            "Det, du lige har gjort, kan fortrydes.",
            "Optælling med link til medarbejderne og scanning på skolerne.",
        ),
    ),
)
