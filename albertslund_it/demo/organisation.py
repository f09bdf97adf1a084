"""Departments as the minutes count them, and made-up units under them."""

from dataclasses import dataclass
from datetime import date

from stdnum import ean

# Department: the weeks of 2025 it was served in. The minutes' plan has no week for
# Kommunalbestyrelsen; the last one is made up.
ROLLOUT_WEEKS = {
    "Borger, Arbejdsmarked & Erhverv": (48,),
    "Børn & Familie": (47, 51),
    "Dagtilbud & Skole": (49,),
    "KKR": (47, 49),
    "Kommunalbestyrelsen": (51,),
    "Kultur, Fritid & Ejendomme": (48,),
    "Miljø & Teknik": (48,),
    "Økonomi & Stab": (47, 49),
    "Ældre, Sundhed & Social": (50,),
}
DEPARTMENTS = tuple(ROLLOUT_WEEKS)

COST_HOLDER = "9000"
SCHOOL_THAT_MOVES, SCHOOL_THAT_RECEIVES = "3010", "3012"
VACANT_DEPARTMENT = "KKR"
VACANT_FROM = date(2026, 9, 1)


@dataclass(frozen=True)
class Profile:
    """What a kind of workplace uses: weights of the models, and one shared pc in so many."""

    models: dict[str, int]
    one_shared_in: int | None = None
    shared_use: str = ""


OFFICE = Profile({"T14": 70, "T14 5G": 5, "T16": 25})
SCHOOL = Profile({"T14": 85, "T16": 15}, 6, "Klassesæt {number}.{letter}")
NURSERY = Profile({"T14": 90, "T14 5G": 10}, 3, "Personalestuen")
ON_THE_ROAD = Profile({"T14": 35, "T14 5G": 60, "T16": 5})
CARE = Profile({"T14": 65, "T14 5G": 10, "T16": 25}, 7, "Vagtstuen")
DRAWING = Profile({"T14": 25, "T16": 40, "P16v": 35})


@dataclass(frozen=True)
class DemoUnit:
    """A unit with the number of pc's handed out to it in the rollout."""

    department: str
    number: str
    name: str
    pcs: int
    profile: Profile


# (first number, units as (name, pc's, kind of workplace)); the pc's of a department add up to
# the minutes' table.
_UNITS: dict[str, tuple[int, tuple[tuple[str, int, Profile], ...]]] = {
    "Borger, Arbejdsmarked & Erhverv": (
        1010,
        (
            ("Borgerservice", 9, OFFICE),
            ("Jobcenter, virksomhedsteam", 8, ON_THE_ROAD),
            ("Jobcenter, ungeteam", 6, OFFICE),
            ("Team Ydelse", 5, OFFICE),
        ),
    ),
    "Børn & Familie": (
        2010,
        (
            ("Team Børn og Unge, myndighed", 14, OFFICE),
            ("Familiehuset Pileflet", 9, OFFICE),
            ("Tandplejen, klinik nord", 8, CARE),
            ("Sundhedsplejen", 10, ON_THE_ROAD),
            ("Pædagogisk-psykologisk rådgivning", 12, OFFICE),
            ("Ungdomsklubben Gnisten", 5, NURSERY),
            ("Døgninstitutionen Lærkereden", 5, CARE),
        ),
    ),
    "Dagtilbud & Skole": (
        3010,
        (
            ("Ærtebjerg Skole", 34, SCHOOL),
            ("Åmoseskolen", 24, SCHOOL),
            ("Kildevangsskolen", 18, SCHOOL),
            ("Porsehøjskolen", 16, SCHOOL),
            ("Specialskolen Bakkefaldet", 8, SCHOOL),
            ("Børnehuset Mirabellen", 5, NURSERY),
            ("Børnehuset Regnfanget", 4, NURSERY),
            ("Børnehuset Tusindben", 5, NURSERY),
            ("Børnehuset Myretuen", 3, NURSERY),
            ("Børnehuset Kløverspiren", 3, NURSERY),
            ("Vuggestuen Solsorten", 2, NURSERY),
            ("Naturbørnehaven Grævlingen", 3, NURSERY),
            ("Fritidsklubben Asterisken", 2, NURSERY),
            ("Team Dagtilbud og Skole", 6, OFFICE),
        ),
    ),
    "KKR": (4010, (("KKR-sekretariatet", 2, OFFICE),)),
    "Kommunalbestyrelsen": (5010, (("Kommunalbestyrelsens medlemmer", 17, OFFICE),)),
    "Kultur, Fritid & Ejendomme": (
        6010,
        (
            ("Biblioteket", 11, OFFICE),
            ("Kulturhuset Kornblomsten", 5, OFFICE),
            ("Svømmehallen Bølgebryderen", 4, CARE),
            ("Idrætsanlæg og haller", 5, ON_THE_ROAD),
            ("Ejendomme, teknisk service", 9, ON_THE_ROAD),
            ("Ejendomme, projekter", 6, DRAWING),
            ("Museumsværkstedet Flintøksen", 2, OFFICE),
        ),
    ),
    "Miljø & Teknik": (
        7010,
        (
            ("By og plan", 10, DRAWING),
            ("Byggesag", 8, DRAWING),
            ("Miljøtilsyn", 7, ON_THE_ROAD),
            ("Vej og trafik", 8, DRAWING),
            ("Park og natur", 6, ON_THE_ROAD),
            ("Affald og genbrug", 5, OFFICE),
            ("Klima og forsyning", 7, OFFICE),
        ),
    ),
    "Økonomi & Stab": (
        8001,
        (
            ("Økonomi & Indkøb", 8, OFFICE),
            ("HR og løn", 7, OFFICE),
            ("IT & Digitalisering", 9, OFFICE),
            ("Politisk sekretariat", 4, OFFICE),
            ("Kommunikation", 2, OFFICE),
            ("Direktionssekretariatet", 2, OFFICE),
        ),
    ),
    "Ældre, Sundhed & Social": (
        8510,
        (
            ("Plejehjemmet Lavendelgangen", 22, CARE),
            ("Plejehjemmet Rosmarinen", 18, CARE),
            ("Rehabiliteringscenter Solgangen", 13, CARE),
            ("Hjemmeplejen nord", 16, ON_THE_ROAD),
            ("Hjemmeplejen syd", 15, ON_THE_ROAD),
            ("Sygeplejen", 14, ON_THE_ROAD),
            ("Visitationen", 10, OFFICE),
            ("Forebyggelsescentret Åndehullet", 8, OFFICE),
            ("Bostedet Egehjørnet", 9, CARE),
            ("Bostedet Månestrålen", 6, CARE),
            ("Værestedet Anløbsbroen", 3, CARE),
            ("Hjælpemiddeldepotet", 4, CARE),
            ("Team Voksen og Handicap", 8, OFFICE),
        ),
    ),
}
UNITS = tuple(
    DemoUnit(department, str(first + place), *unit)
    for department, (first, units) in _UNITS.items()
    for place, unit in enumerate(units)
)
BY_NUMBER = {unit.number: unit for unit in UNITS}


# A team that is made in the summer of 2026, before anybody has given it an artskonto.
NEW_UNIT = DemoUnit("Ældre, Sundhed & Social", "8523", "Team Velfærdsteknologi", 0, OFFICE)


def unit_row(unit: DemoUnit, leader: tuple[str, str] = ("", "")) -> dict:
    """Return a unit's row of the units file; `leader` is (name, mail)."""
    # Schools are posted on a PSP-element, everybody else on an omkostningssted.
    is_school = unit.department == "Dagtilbud & Skole"
    account = "49100020" if is_school else "49100010"
    return {
        "Afdeling": unit.department,
        "Leder-mail": head_mail(unit.department),
        "Enhedsnr": unit.number,
        "Enhed": unit.name,
        "Enhedsleder": leader[0],
        "Enhedsleder-mail": leader[1],
        "EAN": made_up_ean(unit.number),
        "Artskonto": "" if unit is NEW_UNIT else account,
        "Omkostningssted": "" if is_school else f"310000{unit.number}",
        "PSP-element": f"XG-000000{unit.number}-00001" if is_school else "",
        "Omkostningsbærer": "nej",
    }


def cost_holder_row() -> dict:
    return {
        "Afdeling": "Fælles IT",
        "Enhedsnr": COST_HOLDER,
        "Enhed": "Fælles IT (it-lager)",
        "EAN": made_up_ean(COST_HOLDER),
        "Artskonto": "49100010",
        "PSP-element": "XG-0000009000-00001",
        "Omkostningsbærer": "ja",
    }


def vacancy_row() -> dict:
    """Return the units row that says that a department's head has left the post."""
    unit = next(unit for unit in UNITS if unit.department == VACANT_DEPARTMENT)
    return {
        "Afdeling": unit.department,
        "Leder": "SLET",
        "Leder-mail": "SLET",
        "Enhedsnr": unit.number,
        "Enhed": unit.name,
    }


WITHOUT_DANISH = {ord("æ"): "ae", ord("ø"): "oe", ord("å"): "aa"}


def head_mail(department: str) -> str:
    """Return a department's made-up mailbox: 'leder.dagtilbud-skole@example.dk'."""
    words = department.lower().replace("&", " ").replace(",", " ").split()
    return f"leder.{'-'.join(words)}@example.dk".translate(WITHOUT_DANISH)


def made_up_ean(number: str) -> str:
    """Return a valid EAN that is nobody's: numbers from 29… are set aside for internal use."""
    digits = f"29{int(number):010}"
    return digits + ean.calc_check_digit(digits)
