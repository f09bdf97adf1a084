"""Other sources' files: an MDM's and a directory's export as they come, and the lessor's list.

Of an export with fifty columns some are read, and leniently: a strange sign in a machine's name
must not keep the other four hundred out.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import REGISTER_DELIVERIES, SEE_LAST_SEEN
from inventory.imports.importers.columns import MAYBE_MODEL, SERIAL_NUMBER
from inventory.imports.importers.file_columns import FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.models import SourceKind
from leasing.models import LessorAsset
from leasing.sources.services.directory import PersonFacts, save_directory
from leasing.sources.services.intune import SeenFacts, save_seen_devices
from leasing.sources.services.lessor import AssetFacts, save_lessor_assets

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
WRITE_MOMENT = "Skriv tiden som 2026-07-09 06:12:33, i UTC"
_MOMENTS = (
    # 2026-07-09 06:12:33.0000000, 2026-07-09T06:12:33Z
    re.compile(
        r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[ T](?P<t>\d{1,2}:\d{2}(?::\d{2})?)"
        r"(?:[.,]\d+)? ?(?:Z|UTC|\+00:?00)?)?"
    ),
    # 7/9/2026 6:12:33 AM: only what says AM or PM has the month first.
    re.compile(
        r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}) (?P<t>\d{1,2}:\d{2}(?::\d{2})?) ?"
        r"(?P<half>[AP]M)",
        re.IGNORECASE,
    ),
    # 09-07-2026 06:12:33, as a Danish spreadsheet saves it again
    re.compile(
        r"(?P<d>\d{1,2})[-./](?P<m>\d{1,2})[-./](?P<y>\d{4})"
        r"(?: (?P<t>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?))?"
    ),
)
_NEVER = re.compile(r"0001-01-01\b.*|0?1/0?1/0001\b.*|0?1[-.]0?1[-.]0001\b.*")
_SIZE = re.compile(r"(\d{1,3}(?:[ .]\d{3})+|\d+)([.,]\d+)? ?(B|BYTES?|KB|MB|GB|GIB|MIB)?")
_UNITS = {"B": 0, "BYTE": 0, "BYTES": 0, "KB": 1, "MB": 2, "MIB": 2, "GB": 3, "GIB": 3}
_SIZES = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 36, 40, 48, 64, 96, 128, 192, 256, 512, 1024)
MOST_GB = 4096


def moment(cell: object) -> datetime | None:
    """Read when something was seen, in Copenhagen; a time that says nothing is of UTC.

    None for never.
    """
    if isinstance(cell, datetime):
        found = cell if cell.tzinfo else cell.replace(tzinfo=UTC)
    elif isinstance(cell, date):
        found = datetime.combine(cell, time(12), COPENHAGEN)
    elif isinstance(cell, str):
        written = " ".join(cell.split())
        if _NEVER.fullmatch(written):
            return None
        found = _written_moment(written)
    else:
        raise ValueError(WRITE_MOMENT)
    if found.year == 1:
        return None
    cells.check_year(found.date())
    return found.astimezone(COPENHAGEN)


def _written_moment(written: str) -> datetime:
    match = next(filter(None, (pattern.fullmatch(written) for pattern in _MOMENTS)), None)
    if not match:
        raise ValueError(WRITE_MOMENT)
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        if not match["t"]:
            # A day of no hour is that day, in whatever zone.
            return datetime.combine(day, time(12), COPENHAGEN)
        hour, minute, second = [*map(int, re.split("[:.]", match["t"])), 0][:3]
        if half := match.groupdict().get("half"):
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + 12 * (half.upper() == "PM")
        return datetime.combine(day, time(hour, minute, second), UTC)
    except ValueError:
        raise ValueError(f"Den tid findes ikke. {WRITE_MOMENT}") from None


def gigabytes(cell: object) -> int | None:
    """Read how much RAM there is, in whole GB as it is sold: 15.7 GB is 16; None for not known."""
    if isinstance(cell, bool):
        raise ValueError("Skriv RAM i GB, som 16")
    written = str(cell).strip().upper().replace("\xa0", " ")
    match = _SIZE.fullmatch(written)
    if not match:
        raise ValueError("Skriv RAM i GB, som 16 eller 15,7 GB")
    whole, part = re.sub(r"[ .]", "", match[1]), (match[2] or "")[1:]
    is_grouped = len(part) == 3 and match[3] and _UNITS[match[3]] < 3  # 16,384 MB
    size = Decimal(f"{whole}{part}" if is_grouped else f"{whole}.{part or 0}")
    unit = _UNITS[match[3]] if match[3] else _unit_of(size)
    found = size / Decimal(1024) ** (3 - unit)
    if not found:
        return None
    sold = next((one for one in _SIZES if one >= found), MOST_GB + 1)
    if sold > found * Decimal("1.15"):
        sold = max(1, round(found))
    if sold > MOST_GB:
        raise ValueError(f"Det er over {MOST_GB} GB. Skriv RAM i GB, som 16")
    return sold


def _unit_of(size: Decimal) -> int:
    """Return the unit of a bare number: so much RAM is in GB, MB, or bytes."""
    return 3 if size <= 1024 else 2 if size < 10**8 else 0


def tidy(longest: int) -> Callable[[object], str]:
    """Return a reader of text that takes anything: without unseen signs, and cut."""

    def read(cell: object) -> str:
        if isinstance(cell, bool):
            return "ja" if cell else "nej"
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        line = " ".join(unicodedata.normalize("NFC", str(cell)).split())
        if line.isprintable():
            return line[:longest].rstrip()
        return "".join(filter(str.isprintable, line)).strip()[:longest]

    return read


def name_in_capitals(cell: object) -> str:
    """Read a serial number as it is kept; whether it is one is asked of the row."""
    return tidy(200)(cell).upper().replace(" ", "")


def login(cell: object) -> str:
    """Read a mail or the name that somebody logs in with: its case says nothing."""
    return tidy(200)(cell).lower()


def is_open(cell: object) -> bool:
    """Read whether an account is open."""
    word = str(cell).strip().casefold()
    if word in ("enabled", "aktiv", "1"):
        return True
    if word in ("disabled", "blocked", "deaktiveret", "lukket", "0"):
        return False
    return cells.yes_or_no(cell)


TAKEN_ON = FileColumn(
    "Udtrukket",
    "taken_on",
    cells.day,
    help="Den dag, filen er trukket ud, hvis det ikke er i dag; den samme i alle rækker",
    example="",
)

INTUNE = Importer(
    kind=SourceKind.INTUNE.value,
    label="Enheder fra Intune",
    help="Et udtræk fra enhedsstyringen, som det kommer. Gemmes som øjebliksbillede ved siden af "
    "registeret; herfra tages sidst set, RAM og Windows 11, og intet flyttes.",
    permission=SEE_LAST_SEEN,
    names_people=True,
    takes_any_heading=True,
    make=SeenFacts,
    save=save_seen_devices,
    columns=(
        FileColumn(
            "Serial number",
            "serial_number",
            name_in_capitals,
            required=True,
            may_be_blank=True,
            help="Uden et rigtigt serienummer er rækken ikke en pc og udelades",
            example="PF0A1B2C",
            also=("Serienummer", "serialNumber", "Serienr."),
        ),
        FileColumn(
            "Last check-in",
            "seen_at",
            moment,
            help="I UTC; 0001-01-01 er aldrig",
            example="2026-07-09 06:12:33",
            also=("lastSyncDateTime", "Last contact", "Seneste indtjekning", "Sidst set"),
        ),
        FileColumn(
            "Device name",
            "name",
            tidy(100),
            example="ALB-PC0001",
            also=("deviceName", "Enhedsnavn"),
        ),
        FileColumn(
            "OS",
            "system",
            tidy(60),
            help="Andet end pc'er udelades",
            example="Windows",
            also=("operatingSystem", "Platform", "Operativsystem", "Styresystem"),
        ),
        FileColumn(
            "OS version",
            "version",
            tidy(60),
            help="Windows 11 er fra build 22000",
            example="10.0.26100.4652",
            also=("osVersion", "OS-version", "Operativsystemversion"),
        ),
        FileColumn("Manufacturer", "manufacturer", tidy(100), also=("Producent",)),
        FileColumn("Model", "model", tidy(100), example="21ML003TMX"),
        FileColumn(
            "Primary user UPN",
            "login",
            login,
            help="Hvem der logger på; findes på mail eller brugernavn",
            example="anbe@albertslund.dk",
            also=("userPrincipalName", "User principal name", "UPN", "Primær bruger"),
        ),
        FileColumn(
            "Primary user email address",
            "mail",
            login,
            also=("emailAddress", "User email", "Mail"),
        ),
        FileColumn(
            "Physical memory",
            "ram_gb",
            gigabytes,
            help="RAM, hvor udtrækket har det: 16, 15,7 GB eller 16384 MB",
            example="16",
            also=(
                "Physical memory (GB)",
                "Total physical memory",
                "Total RAM",
                "physicalMemoryInBytes",
                "RAM",
                "RAM GB",
                "Hukommelse",
            ),
        ),
        TAKEN_ON,
    ),
)

DIRECTORY = Importer(
    kind=SourceKind.DIRECTORY.value,
    label="Brugere fra kataloget",
    help="Et udtræk af brugere fra Entra eller AD, som det kommer. Gemmes som øjebliksbillede ved "
    "siden af registeret; intet i registeret ændres.",
    permission=SEE_LAST_SEEN,
    names_people=True,
    takes_any_heading=True,
    make=PersonFacts,
    save=save_directory,
    columns=(
        FileColumn(
            "userPrincipalName",
            "login",
            login,
            required=True,
            may_be_blank=True,
            example="anbe@albertslund.dk",
            also=("User principal name", "UPN", "Brugernavn"),
        ),
        FileColumn(
            "displayName", "name", tidy(200), example="Anna Berg", also=("Display name", "Navn")
        ),
        FileColumn("mail", "mail", login, also=("Email", "E-mail")),
        FileColumn(
            "department",
            "department",
            tidy(200),
            help="En enheds navn eller nummer, eller en afdeling",
            example="Birkeskolen",
            also=("Afdeling",),
        ),
        FileColumn("officeLocation", "office", tidy(200), also=("Office", "Kontor")),
        FileColumn(
            "accountEnabled",
            "is_enabled",
            is_open,
            help="Om kontoen er åben",
            example="True",
            also=("Account enabled", "Aktiv"),
        ),
        FileColumn("userType", "kind", tidy(60), help="Gæster udelades", also=("User type",)),
        TAKEN_ON,
    ),
)

LESSOR_ASSETS = Importer(
    kind=SourceKind.LESSOR.value,
    label="Leasinggivers liste over udstyr",
    help="Det, leasinggiver siger, den har ude hos kommunen. Gemmes som øjebliksbillede ved siden "
    "af registeret; intet i registeret ændres.",
    permission=REGISTER_DELIVERIES,
    make=AssetFacts,
    save=save_lessor_assets,
    columns=(
        SERIAL_NUMBER,
        FileColumn(
            "Model",
            "model",
            like(LessorAsset, "model_name"),
            example="ThinkPad T14",
            may_be=MAYBE_MODEL,
        ),
        FileColumn(
            "Underaftale",
            "sub_agreement",
            like(LessorAsset, "sub_agreement", cells.code),
            may_be=("Sub-agreement", "Aftale", "Aftalenr", "Agreement", "Kontrakt", "Contract"),
        ),
        FileColumn(
            "Udløb",
            "expires_on",
            cells.day,
            help="Leasingens sidste dag",
            example="31-12-2029",
            also=("Udløber", "Sidste dag"),
            may_be=("Slutdato", "End date", "Lease end", "Lease end date", "Expiry date"),
        ),
        FileColumn(
            "Ydelse pr. kvartal",
            "instalment_ore",
            cells.amount,
            help="I kroner uden moms",
            example="349,42",
            also=("Kvartalsydelse", "Ydelse"),
            may_be=("Leje", "Rent", "Rental", "Quarterly rent"),
        ),
        TAKEN_ON,
    ),
)
