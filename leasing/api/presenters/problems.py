"""What is wrong with what a program sent, in Danish: each kind of fault that our schemas can find.

The forms of texts stand here with what is said of them; the schemas take them from here.
"""

from collections.abc import Mapping
from typing import Any

NO_NUL = r"^[^\x00]*$"
PERIOD = r"^20\d\dQ[1-4]$"
RUN_CODE = r"^20\d\d[QS]\d{1,3}$"
SERIAL_NUMBER = r"^[^\x00\s,;]+$"
MAIL = r"^$|^[^\s@\x00]+@[^\s@\x00]+\.[^\s@\x00]+$"
KEY = r"^[A-Za-z0-9_.:-]{8,100}$"
FORMS = {
    NO_NUL: "Nultegn kan ikke gemmes.",
    PERIOD: "Skriv et kvartal som 2026Q1.",
    RUN_CODE: "Skriv en kørsel som 2026Q1 eller 2026S1.",
    SERIAL_NUMBER: "Skriv ét serienummer uden mellemrum, komma og semikolon.",
    MAIL: "Skriv en mailadresse, fx anna@albertslund.example.",
    KEY: "Skriv 8 til 100 tegn: bogstaverne a til z, tal, og tegnene _ . : -",
}
DAY = "Skriv en dato som 2026-11-30, fra 2000 til 2099."
WHOLE_NUMBER = "Skriv et helt tal."
YES_OR_NO = "Skriv true eller false."
TEXT = "Skriv en tekst."
FIELDS = "Send et objekt med felter."
KINDS = {
    "bool_parsing": YES_OR_NO,
    "bool_type": YES_OR_NO,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "date_parsing": DAY,
    "date_type": DAY,
    "dict_type": FIELDS,
    "extra_forbidden": "Feltet findes ikke.",
    "greater_than_equal": "Tallet skal være mindst {ge}.",
    "int_from_float": WHOLE_NUMBER,
    "int_parsing": WHOLE_NUMBER,
    "int_parsing_size": WHOLE_NUMBER,
    "int_type": WHOLE_NUMBER,
    "less_than_equal": "Tallet skal være højst {le}.",
    "list_type": "Send en liste.",
    "literal_error": "Vælg en af værdierne {expected}.",
    "missing": "Feltet skal udfyldes.",
    "model_attributes_type": FIELDS,
    "model_type": FIELDS,
    "string_too_long": "Skriv højst {max_length} tegn.",
    "string_too_short": "Skriv mindst {min_length} tegn.",
    "string_type": TEXT,
    "string_unicode": TEXT,
    "too_long": "Send højst {max_length} ad gangen.",
    "too_short": "Send mindst {min_length}.",
    "value_error": "{error}",
}
UNKNOWN = "Værdien kan ikke bruges."


def said_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, never in English; our own words as they stand."""
    if "type" not in error:
        return str(error["msg"])
    context = error.get("ctx") or {}
    if error["type"] == "string_pattern_mismatch":
        return FORMS.get(context.get("pattern", ""), UNKNOWN)
    said = KINDS.get(error["type"], UNKNOWN).format_map({"error": "", **context})
    return said.replace("' or '", "' eller '")
