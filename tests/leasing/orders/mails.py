"""Mails as the municipality's people write them, each with what is to be read in it by hand.

A line is written as 'Anna: T14', '28 T14 til Skole', with '+' for one more than they have,
'(PF000001)' for what is replaced, and '-' for what the mail does not say.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Pasted:
    text: str
    lines: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    sender: str = ""
    mail: str = ""
    on: date | None = None
    is_urgent: bool = False


JANUARY = date(2027, 1, 1)
HEAD = (
    "Fra: Lone Holm <lone@example.dk>\nSendt: 23. november 2026 09:12\n"
    "Til: It-helpdesk <helpdesk@example.dk>\nCc: Bo Lund <bo@example.dk>\n"
)
LONE = {"sender": "Lone", "mail": "lone@example.dk"}
SIGNED = (
    "\n\nMed venlig hilsen\n\nLone Holm\nAfdelingsleder\nHerstedvester Skole\n"
    "Tlf. 43 68 68 68 / 2620 Albertslund\nlone@example.dk\nwww.example.dk\n"
)
QUOTE = (
    "\n\nFra: Bo Lund <bo@example.dk>\nSendt: 20. november 2026 14:03\nTil: Lone Holm\n"
    "Emne: Pc\n\nHej Lone\n\nIda Krag skal have en T16.\n\nMvh Bo Lund\n"
)

MAILS = {
    # --- short ones
    "short": Pasted("anbe skal have en T14", ("Anna: T14",)),
    "shorter": Pasted("T14 til Bo Lund tak", ("Bo: T14",)),
    "capitals": Pasted("HEJ ANNA BERG SKAL HAVE EN T16 TAK", ("Anna: T16",)),
    "small letters": Pasted("hej kan anna berg få en t14 5g?", ("Anna: T14 5G",)),
    "with 5G": Pasted("Bo Lund skal bruge en T14 med 5G.", ("Bo: T14 5G",)),
    "m. 5G": Pasted("Bo Lund skal bruge en T14 m. 5G.", ("Bo: T14 5G",)),
    "m 5g": Pasted("en t14 m 5g til bolu", ("Bo: T14 5G",)),
    "m/5G": Pasted("En T14 m/5G til Ida Krag", ("Ida: T14 5G",)),
    "in brackets": Pasted("Anna Berg (anbe) skal have en T14 (5G)", ("Anna: T14 5G",)),
    "lenovo": Pasted("Vi ønsker en Lenovo Thinkpad T16 til Anna Berg.", ("Anna: T16",)),
    "inch sign": Pasted('Anna Berg mangler en 27" skærm', ("Anna: Skærm",)),
    "inches in words": Pasted("Bo Lund vil gerne have en skærm på 27 tommer.", ("Bo: Skærm",)),
    "27-tommers": Pasted("En 27-tommers skærm til bolu, tak.", ("Bo: Skærm",)),
    "two single quotes": Pasted("Ida Krag har brug for en 27'' skærm", ("Ida: Skærm",)),
    "two screens": Pasted("2 stk. 27 tommer skærme til Anna Berg", ("Anna: Skærm", "Anna: Skærm")),
    "a pc and a screen": Pasted(
        "Anna Berg skal have en T16 og en 27 tommer skærm.", ("Anna: T16", "Anna: Skærm")
    ),
    "a pc and a screen to": Pasted(
        'En T16 og en 27" skærm til Ida Krag', ("Ida: T16", "Ida: Skærm")
    ),
    "extra": Pasted("Bo Lund skal have en ekstra 27 tommer skærm", ("Bo: Skærm +",)),
    "one more": Pasted("Kan bolu få en T14 mere?", ("Bo: T14 +",)),
    "plural": Pasted("Herstedvester Skole skal bruge 3 T14'ere", ("3 T14 til Skole",)),
    "in words": Pasted("Vi skal bruge to T16 til Borgerservice", ("2 T16 til Borgerservice",)),
    "x": Pasted("2 x T14 til Borgerservice, tak", ("2 T14 til Borgerservice",)),
    "count after": Pasted(
        "Borgerservice ønsker T14, 4 stk. Vi glæder os.", ("4 T14 til Borgerservice",)
    ),
    "class set": Pasted(
        "Herstedvester Skole skal bruge 28 stk. T14 til 7.B", ("28 T14 til Skole",)
    ),
    "initials and unit in between": Pasted(
        "Anna Berg (anbe) i Borgerservice skal have en ny pc. Den gamle PF000001 er gået i "
        "stykker.\nHun skal bruge en T14 5G, fordi hun kører ud.",
        ("Anna: T14 5G (PF000001), Borgerservice betaler",),
    ),
    # --- several people, several lines
    "two people": Pasted("Anna Berg og Bo Lund skal have en T14.", ("Anna: T14", "Bo: T14")),
    "one each": Pasted(
        "En T14 5G til Anna Berg og en T16 til Bo Lund.", ("Anna: T14 5G", "Bo: T16")
    ),
    "comma list": Pasted("T14 til anbe, bolu og idkr", ("Anna: T14", "Bo: T14", "Ida: T14")),
    "bullets": Pasted(
        "Hej\nVi skal bruge T14 til:\n- Anna Berg\n- Bo Lund\n", ("Anna: T14", "Bo: T14")
    ),
    "colons": Pasted("Anna Berg: T14\nBo Lund: T14 5G\n", ("Anna: T14", "Bo: T14 5G")),
    "model first": Pasted(
        "T14: Anna Berg, Bo Lund\nT16: Ida Krag", ("Anna: T14", "Bo: T14", "Ida: T16")
    ),
    "two for two": Pasted("2 stk. T14 til Anna Berg og Bo Lund", ("Anna: T14", "Bo: T14")),
    "she": Pasted("Anna Berg begynder snart. Hun skal have en T14 5G.", ("Anna: T14 5G",)),
    "people without a model": Pasted(
        "Anna Berg og Bo Lund begynder 1. januar 2027.", ("Anna: -", "Bo: -"), on=JANUARY
    ),
    "a set beside a person": Pasted(
        "Anna Berg skal have en T16. Herstedvester Skole skal bruge 10 T14.",
        ("Anna: T16", "10 T14 til Skole"),
    ),
    "from a unit": Pasted(
        "Ida Krag fra Borgerservice skal have en T14", ("Ida: T14, Borgerservice betaler",)
    ),
    # --- dates and haste
    "date in words": Pasted(
        "Anna Berg skal have en T14 pr. 1. januar 2027.", ("Anna: T14",), on=JANUARY
    ),
    "date in digits": Pasted("T14 til bolu den 01-01-2027", ("Bo: T14",), on=JANUARY),
    "date with slash": Pasted("bolu starter 1/1 2027 og skal have T16", ("Bo: T16",), on=JANUARY),
    "date without year": Pasted("T14 til bolu senest 1. januar", ("Bo: T14",), on=JANUARY),
    "a day that was": Pasted("Bo Lund, ansat 1. august 2026, mangler en T14", ("Bo: T14",)),
    "a day told of": Pasted(
        "Jf. vores mail af 02-11-2026: Bo Lund mangler en T14. Pc'en er købt 12.03.1999.",
        ("Bo: T14",),
    ),
    "a day gone by": Pasted("T14 til bolu senest 01-10-2026", ("Bo: T14",), ("01-10-2026",)),
    "a day of last century": Pasted("T14 til bolu 1. marts 1927", ("Bo: T14",), ("1. marts 1927",)),
    "no day nor month": Pasted("T14 til bolu senest 41-13-2026.", ("Bo: T14",), ("41-13-2026",)),
    "no day of February": Pasted("T14 til bolu den 31-02-27", ("Bo: T14",), ("31-02-27",)),
    "far day": Pasted("T14 til bolu den 15-03-2062", ("Bo: T14",), ("15-03-2062",)),
    "far day in words": Pasted("bolu: T14, 15. marts 2029", ("Bo: T14",), ("15. marts 2029",)),
    "a day and a far one": Pasted(
        "T14 til bolu den 01-01-2027, hans lease udløber 31-12-2029.",
        ("Bo: T14",),
        ("31-12-2029",),
        on=JANUARY,
    ),
    "no day in words": Pasted("bolu: T14, senest 32. januar", ("Bo: T14",), ("32. januar",)),
    "no day with slash": Pasted("bolu starter 31/4, en T14", ("Bo: T14",), ("31/4",)),
    "a day and no day": Pasted(
        "Anna Berg starter 01-01-2027 og Bo Lund 30-02-2027. T14 til begge.",
        ("Anna: T14", "Bo: T14"),
        ("30-02-2027",),
        on=JANUARY,
    ),
    "year first": Pasted("T14 til bolu 2027-01-01", ("Bo: T14",), on=JANUARY),
    "year first, no day": Pasted("T14 til bolu 2027-02-30", ("Bo: T14",), ("2027-02-30",)),
    "like a day, and none": Pasted(
        "T14 til bolu: sag 12/34, lokale 2.14.05, tlf. 43.68.68.68, dør 24/32, version 10.0.26100.",
        ("Bo: T14",),
    ),
    "two days": Pasted(
        "Anna Berg starter 1. januar 2027, Bo Lund 1. februar 2027. T14 til begge.",
        ("Anna: T14", "Bo: T14"),
        unknown=("1. januar 2027", "1. februar 2027"),
    ),
    "at once": Pasted("Bo Lund skal bruge en T14 med det samme!", ("Bo: T14",), is_urgent=True),
    "on monday": Pasted(
        "Anna Berg skal bruge en T14 på mandag", ("Anna: T14",), unknown=("på mandag",)
    ),
    # --- what breaks and is replaced
    "broken": Pasted("PF000001 er gået i stykker", ("Anna: - (PF000001)",)),
    "broken and whose": Pasted(
        "Bo Lunds pc PF000002 virker ikke, han skal have en ny T14", ("Bo: T14 (PF000002)",)
    ),
    "screen and broken pc": Pasted(
        'Anna Berg skal have en 27" skærm. PF000001 fejler ikke noget.', ("Anna: Skærm",)
    ),
    "old and new": Pasted("Ida Krag skal have sin gamle T14 udskiftet med en T16.", ("Ida: T16",)),
    "instead of": Pasted("anbe skal have en T16 i stedet for en T14", ("Anna: T16",)),
    "not that": Pasted("Bo Lund skal ikke have en T14, men en T16.", ("Bo: T16",)),
    # --- what is not understood
    "macbook": Pasted("Anna Berg skal have en MacBook", ("Anna: -",), unknown=("MacBook",)),
    "macbook beside": Pasted(
        "En T14 til Anna Berg og en MacBook til Bo Lund",
        ("Anna: T14", "Bo: -"),
        unknown=("MacBook",),
    ),
    "ipads": Pasted("Vi skal bruge 5 iPads til Solsikken", unknown=("iPads",)),
    "chromebooks": Pasted("Herstedvester Skole mangler 20 Chromebooks", unknown=("Chromebooks",)),
    "unknown initials": Pasted("xyzw skal have en T14", ("-: T14",), unknown=("xyzw",)),
    "unknown initials after to": Pasted("En T14 til kaha, tak", ("-: T14",), unknown=("kaha",)),
    "unknown initials named": Pasted(
        "Der skal bruges en T16. Initialer: mopt", ("-: T16",), unknown=("mopt",)
    ),
    "unknown person": Pasted("T14 til Karen Blixen", ("-: T14",), unknown=("Karen Blixen",)),
    "an unknown one after a known": Pasted(
        "Bo Lund skal have en T16, en mus og en MacBook.\nxyzw skal have en T14.",
        ("Bo: T16", "-: T14"),
        unknown=("MacBook", "xyzw"),
        outside=("mus",),
    ),
    "an unknown one beside": Pasted(
        "En T16 til Anna Berg og en T14 til kaha.", ("Anna: T16", "-: T14"), unknown=("kaha",)
    ),
    "an unknown one and who lacks a model": Pasted(
        "Anna Berg begynder snart. xyzw skal have en T14.",
        ("Anna: -", "-: T14"),
        unknown=("xyzw",),
    ),
    "unknown serial number": Pasted(
        "anbe skal have en T14 i stedet for PF9XQ7ZZ", ("Anna: T14",), unknown=("PF9XQ7ZZ",)
    ),
    "unknown model": Pasted("Bo Lund skal have en T99", ("Bo: -",), unknown=("T99",)),
    "near a model": Pasted("Bo Lund skal have en T14s", ("Bo: -",), unknown=("T14s",)),
    "a screen of no size": Pasted("Bo Lund mangler en skærm", ("Bo: -",), unknown=("skærm",)),
    "5G of none": Pasted("T16 med 5G til anbe", ("Anna: T16",), unknown=("5G",)),
    "new colleague": Pasted(
        HEAD + "\nHej\nJeg skal bruge en T14 til min nye kollega." + SIGNED,
        ("-: T14",),
        unknown=("min nye kollega",),
        **LONE,
    ),
    "same as last": Pasted("Vi vil gerne bestille samme som sidst", unknown=("samme som sidst",)),
    "and one more": Pasted("Kan vi få en mere?", unknown=("en mere",)),
    # --- outside the agreement
    "mouse": Pasted("Anna Berg mangler en mus", outside=("mus",)),
    "keyboard and pc": Pasted(
        "Bo Lund skal have en T14, et tastatur og et headset.",
        ("Bo: T14",),
        outside=("tastatur", "headset"),
    ),
    "mouse for another": Pasted(
        "En T14 til Anna Berg og en mus til Bo Lund", ("Anna: T14",), outside=("mus",)
    ),
    "dock": Pasted("T16 og dockingstation til idkr", ("Ida: T16",), outside=("dockingstation",)),
    # --- who writes, and to whom
    "signed": Pasted(
        HEAD + "Emne: Ny pc\n\nHej helpdesk\n\nAnna Berg skal have en T14." + SIGNED,
        ("Anna: T14",),
        **LONE,
    ),
    "to and cc alone": Pasted(
        "Til: helpdesk@example.dk\nCc: Bo Lund <bo@example.dk>\nEmne: Pc\n\nanbe skal have en T14",
        ("Anna: T14",),
    ),
    "greets one": Pasted(
        "Hej Lone Holm\n\nanbe skal have en T14\n\nMvh Bo Lund", ("Anna: T14",), sender="Bo"
    ),
    "greets two": Pasted("Kære Lone Holm og Bo Lund, anbe skal have en T14", ("Anna: T14",)),
    "in the subject": Pasted(
        HEAD + "Emne: T14 til Anna Berg\n\nSe emnet." + SIGNED, ("Anna: T14",), **LONE
    ),
    "for oneself": Pasted(HEAD + "\nHej, jeg skal bruge en T16." + SIGNED, ("Lone: T16",), **LONE),
    "my pc": Pasted(
        "Min pc er død. Jeg skal have en T14.\n\nMvh\nIda Krag", ("Ida: T14",), sender="Ida"
    ),
    "not for oneself": Pasted(
        HEAD + "\nJeg skal bruge 3 T14 til Borgerservice." + SIGNED,
        ("3 T14 til Borgerservice",),
        **LONE,
    ),
    "with phone": Pasted(
        "Hej\nBo Lund skal bruge en T14.\nSendt fra min iPhone\nLone Holm, tlf. 43686868",
        ("Bo: T14",),
        sender="Lone",
    ),
    # --- quoted and forwarded
    "answer": Pasted(
        HEAD + "Emne: SV: Pc\n\nJa tak, en T14 til Anna Berg." + SIGNED + QUOTE,
        ("Anna: T14",),
        **LONE,
    ),
    "answer above quote only": Pasted("Ja, det er fint." + QUOTE),
    "forwarded": Pasted(
        HEAD + "Emne: VS: Pc\n\nKan I ordne nedenstående?" + SIGNED + QUOTE, ("Ida: T16",), **LONE
    ),
    "quoted by marks": Pasted(
        "En T14 til anbe\n\n> Den 3. nov. 2026 skrev Bo Lund:\n> Ida Krag skal have en T16\n",
        ("Anna: T14",),
    ),
    "wrote": Pasted(
        "anbe skal have T14\n\nDen tirs. 3. nov. 2026 kl. 10.12 skrev Bo Lund <bo@example.dk>:\n"
        "Hvem skal have T16? Er det Ida Krag?",
        ("Anna: T14",),
    ),
    "original message": Pasted(
        "Bo Lund: T16\n\n-----Oprindelig meddelelse-----\nFra: Anna Berg\nTil: Lone Holm\n\n"
        "Jeg skal bruge en T14",
        ("Bo: T16",),
    ),
    "postscript": Pasted(
        "anbe skal have en T14.\n\nMvh Lone Holm\n\nPS: Bo Lund skal have en T16.",
        ("Anna: T14", "Bo: T16"),
        sender="Lone",
    ),
    # --- no order at all
    "thanks": Pasted(HEAD + "\nTak for hjælpen med Anna Bergs T14." + SIGNED, **LONE),
    "where is it": Pasted("Hvornår kommer Bo Lunds T14?"),
    "price": Pasted("Hvad koster en T16?"),
    "out of office": Pasted(
        HEAD + "Emne: Automatisk svar: Ny pc\n\nJeg er ikke på kontoret. Kontakt Anna Berg, der "
        "skal have alt om T14." + SIGNED,
        **LONE,
    ),
    "cancel": Pasted("Vil I annullere den T14, Anna Berg skulle have?"),
    "nothing": Pasted("Der er ingen, der er her"),
    # --- leftovers
    "html": Pasted(
        '<div class="x">Hej<br>Anna Berg skal have en&nbsp;T14<br></div><p>Mvh Lone Holm</p>',
        ("Anna: T14",),
        sender="Lone",
    ),
    "typos": Pasted("Hej anbe skla have en T14 hurtigst mulgit", ("Anna: T14",)),
    "a form": Pasted(
        "Navn: Anna Berg\nInitialer: anbe\nModel: T14\nStartdato: 1. januar 2027\n",
        ("Anna: T14",),
        on=JANUARY,
    ),
    "an order of ours": Pasted("Vedr. B17: bolu skal også have en T16", ("Bo: T16",)),
    "long": Pasted(
        HEAD + "Emne: Nyt udstyr\n\nHej\n\nVi har fået penge til nyt udstyr i Borgerservice, og "
        "efter aftale med Bo skal vi bruge følgende:\n\n- T14 til Anna Berg\n"
        '- T14 5G til Bo Lund\n- 2 stk. 27" skærme til Ida Krag\n\nIda Krag skal også have et '
        "headset.\n\nGod weekend!" + SIGNED,
        (
            "Anna: T14, Borgerservice betaler",
            "Bo: T14 5G, Borgerservice betaler",
            "Ida: Skærm, Borgerservice betaler",
            "Ida: Skærm, Borgerservice betaler",
        ),
        outside=("headset",),
        **LONE,
    ),
}
