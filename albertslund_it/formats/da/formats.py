"""Danish dates as people write them; Django's own list refuses 17-11-2025."""

DATE_FORMAT = "d-m-Y"
SHORT_DATE_FORMAT = "d-m-Y"
DATETIME_FORMAT = r"d-m-Y \k\l. H.i"
SHORT_DATETIME_FORMAT = r"d-m-Y \k\l. H.i"
DATE_INPUT_FORMATS = [
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%d-%m-%y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%Y-%m-%d",
]
FIRST_DAY_OF_WEEK = 1
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
