"""Every part of the look on one page: for who builds pages, and for the tests that look at it."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

COLOURS = (
    *("page", "surface", "sunk", "well", "hover", "line", "line-strong", "text", "soft"),
    *("accent", "accent-strong", "accent-soft", "good", "good-soft", "warn", "warn-soft"),
    *("bad", "bad-soft", "chart-1", "chart-2", "chart-3", "total", "more", "less"),
)
SIZES = (
    ("32", "beløbet"),
    ("22", "siden"),
    ("16", "afsnit"),
    ("14", "brød"),
    ("13", "tabel"),
    ("12", "note"),
)


@dataclass(frozen=True)
class LookSide:
    """One way to see the parts: its name, Bootstrap's theme and what else its section is."""

    key: str
    title: str
    theme: str
    shown_as: str = ""


SIDES = (
    LookSide("lys", "Lyst", "light"),
    LookSide("moerk", "Mørkt", "dark"),
    LookSide("papir", "På papir", "light", "as-paper"),
    LookSide("kontrast", "Tvungne farver", "light", "as-forced"),
)


def style(request):
    """Show every part in each look: to administrators, and to all where debugging is on."""
    if not (settings.DEBUG or request.user.is_staff):
        raise PermissionDenied
    return render(request, "web/style.html", {"sides": SIDES, "colours": COLOURS, "sizes": SIZES})
