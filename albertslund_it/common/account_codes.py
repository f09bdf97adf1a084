"""What the account numbers of the municipality look like (KMD Opus).

Each check raises ValueError with a Danish sentence, without its full stop.
"""

import re

from stdnum import ean as stdnum_ean
from stdnum.dk import cvr as stdnum_cvr


def check_ean(value: str) -> None:
    """Refuse an EAN (GLN) that is not 13 digits with the right check digit."""
    if not re.fullmatch(r"[0-9]{13}", value):
        raise ValueError("EAN skal være 13 cifre")
    if not stdnum_ean.is_valid(value):
        raise ValueError("EAN er ikke gyldigt: kontrolcifferet passer ikke. Kontrollér cifrene")


def check_cvr(value: str) -> None:
    """Refuse a CVR number that is not eight digits with the right check digit."""
    if not re.fullmatch(r"[0-9]{8}", value):
        raise ValueError("CVR-nr. skal være 8 cifre")
    if not stdnum_cvr.is_valid(value):
        raise ValueError("CVR-nr. er ikke gyldigt: kontrolcifferet passer ikke. Kontrollér cifrene")


def check_account(value: str) -> None:
    """Refuse an artskonto that is not eight digits."""
    if not re.fullmatch(r"[0-9]{8}", value):
        raise ValueError("Artskonto skal være 8 cifre")


def check_cost_centre(value: str) -> None:
    """Refuse an omkostningssted that is not ten digits."""
    if not re.fullmatch(r"[0-9]{10}", value):
        raise ValueError("Omkostningssted skal være 10 cifre")


def check_psp_element(value: str) -> None:
    """Refuse a PSP-element that is not written like XG-0000000204-00001."""
    if not re.fullmatch(r"X[AGM]-[0-9]{10}(-[0-9]{5})?", value):
        raise ValueError("PSP-element skal skrives som XG-0000000204-00001")


def check_voucher_number(value: str) -> None:
    """Refuse a voucher number that Opus cannot have given: up to ten digits."""
    if not re.fullmatch(r"[0-9]{1,10}", value):
        raise ValueError("Et bilagsnummer fra Opus er højst ti cifre og intet andet")
