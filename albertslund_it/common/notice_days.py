"""How many days ahead something is told, as a setting writes it: '180, 90, 60'."""

LONGEST, MOST = 400, 10


def days_in(text: str) -> tuple[int, ...]:
    """Return the days that a setting names, the longest first; none for a blank one.

    Raises:
        ValueError: with a Danish sentence.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(not (part.isascii() and part.isdigit() and len(part) <= 3) for part in parts):
        raise ValueError("Skriv hele dage med komma imellem, fx 180, 90, 30")
    days = sorted({int(part) for part in parts}, reverse=True)
    if len(days) > MOST or any(not 1 <= day <= LONGEST for day in days):
        raise ValueError(f"Skriv højst {MOST} tal fra 1 til {LONGEST}")
    return tuple(days)
