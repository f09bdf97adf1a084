"""Which way the doors open: reads every import and every look at the clock with `ast`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.subjects import SUBJECTS

ROOT = Path(__file__).resolve().parents[2]

# From the cellar up; a house may open to itself and to those before it.
HOUSES = ("albertslund_it.common", "albertslund_it.web", "inventory", "leasing", "albertslund_it")
APPS = ("inventory", "leasing")

# The ground of an app: tables, pure arithmetic and triggers, under all of its subjects.
GROUND = ("domain", "models", "triggers", "marks", "guards", "migrations", "cost_table")
# The drawers of a subject, from the bottom up: a drawer may open to itself and to those below it,
# of its own subject and of the subjects below. Presenters stand below services, since a mail and a
# workbook say the same words as the page.
DRAWERS = (
    "selectors",
    "presenters",
    "services",
    "importers",
    "exports",
    "tables",
    "forms",
    "views",
    "urls",
    "admin",
)
# Files come in and go out beside each other: neither knows the other.
BESIDE = {("exports", "importers")}
# What stands at the top of an app, above its subjects.
TOP = ("", "admin", "apps", "management", "seed", "urls")

PURE = ("albertslund_it.common", "inventory.domain", "leasing.domain")
# What works on a day that is handed to it.
WITHOUT_CLOCK = ("selectors", "services", "importers", "exports", "presenters")
CLOCK = "albertslund_it.web.clock"
CLOCKS = {"date", "datetime", "timezone"}
READINGS = {"today", "now", "utcnow", "localdate"}


@dataclass(frozen=True)
class Module:
    """A file of ours, by its dotted name."""

    name: str
    source: str
    is_package: bool = False

    def house(self) -> str:
        return house_of(self.name)

    def place(self) -> "Place":
        return place_of(self.name)


@dataclass(frozen=True)
class Place:
    """Where a module stands in its app: on the ground or at the top, or in a subject's drawer."""

    house: str
    ground: str = ""
    subject: str = ""
    drawer: str = ""


def our_modules() -> list[Module]:
    """Read every module of the three packages."""
    found = []
    for package in ("albertslund_it", "inventory", "leasing"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found.append(Module(name, path.read_text(encoding="utf-8"), is_package))
    return found


def house_of(name: str) -> str:
    """Return the house a module stands in; '' for one that is not ours."""
    return next((house for house in HOUSES if _inside(name, house)), "")


def place_of(name: str) -> Place:
    """Return where a module of an app stands; of another house its name alone."""
    house = house_of(name)
    if house not in APPS:
        return Place(house)
    first, drawer = [*name.split("."), "", ""][1:3]
    if first in GROUND:
        return Place(house, ground=first)
    if first in TOP:
        return Place(house)
    return Place(house, subject=first, drawer=drawer)


def faults(modules: list[Module]) -> list[str]:
    """Name every import that goes up, and every look at the clock by one that has none."""
    names = {module.name for module in modules}
    found = [fault for module in modules for fault in _misplaced(module)]
    for module in modules:
        tree = ast.parse(module.source)
        for line, target in _imports(module, tree, names):
            if reason := _why_not(module, target):
                found.append(f"{module.name}:{line} imports {target}: {reason}")
        if module.name != CLOCK:
            found += [f"{module.name}:{line} looks at the clock" for line in _readings(tree)]
        if module.place().drawer == "exports":
            found += [f"{module.name}:{line} makes a query of its own" for line in _queries(tree)]
    return found


def uses(modules: list[Module]) -> dict[str, dict[str, set[str]]]:
    """Return, by app and subject, the other subjects of the app that it imports from."""
    names = {module.name for module in modules}
    found: dict[str, dict[str, set[str]]] = {app: {} for app in APPS}
    for module in modules:
        here = module.place()
        if not here.subject:
            continue
        used = found[here.house].setdefault(here.subject, set())
        for _, target in _imports(module, ast.parse(module.source), names):
            there = place_of(target)
            if there.house == here.house and there.subject not in {"", here.subject}:
                used.add(there.subject)
    return found


def _misplaced(module: Module) -> Iterator[str]:
    """Name a module that stands in no subject, or in a drawer that nobody knows."""
    place = module.place()
    if not place.subject:
        return
    if place.subject not in SUBJECTS[place.house]:
        yield f"{module.name}:1 {place.subject} is no subject of {place.house}"
    elif place.drawer and place.drawer not in DRAWERS:
        yield f"{module.name}:1 {place.drawer} is no drawer"


def _why_not(module: Module, target: str) -> str:
    """Return why a module may not import another; '' when it may."""
    pure = any(_inside(module.name, name) for name in PURE)
    if pure and _inside(target, "django"):
        return "pure modules know no Django"
    here, there = module.place(), place_of(target)
    if _inside(target, CLOCK) and (pure or here.ground or here.drawer in WITHOUT_CLOCK):
        return "the date comes as an argument"
    if not there.house:
        return ""
    if HOUSES.index(there.house) > HOUSES.index(here.house):
        return f"{here.house} stands below {there.house}"
    if here.house not in APPS or there.house not in APPS:
        return ""
    return _why_not_inside(here, there)


def _why_not_inside(here: Place, there: Place) -> str:
    """Return why one place of the apps may not open to another one at its height or below."""
    if here.ground:
        return "" if there.ground and _is_below(here, there) else f"{here.ground} is the ground"
    if not here.subject:
        return ""
    if there.house == here.house:
        if there == Place(there.house):
            return f"{here.subject} stands below the top"
        if there.subject not in {"", here.subject, *SUBJECTS[here.house][here.subject]}:
            return f"{here.subject} does not stand on {there.subject}"
    if here.drawer and there.drawer and not _may_open(here.drawer, there.drawer):
        return f"{here.drawer} stand below {there.drawer}"
    return ""


def _is_below(here: Place, there: Place) -> bool:
    return here.ground != "domain" or there.ground == "domain"


def _may_open(drawer: str, other: str) -> bool:
    below = other in DRAWERS[: DRAWERS.index(drawer) + 1]
    return below and (drawer, other) not in BESIDE


def _imports(module: Module, tree: ast.AST, names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the module of every import, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield node.lineno, inner if inner in names or base == "django.utils" else base


def _base(module: Module, node: ast.ImportFrom) -> str:
    """Return the absolute name of what a `from … import` reads from."""
    if not node.level:
        return node.module
    parts = module.name.split(".")
    up = node.level - (1 if module.is_package else 0)
    return ".".join(parts[: len(parts) - up] + ([node.module] if node.module else []))


def _readings(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that read a clock: date.today(), default=timezone.now, import of `now`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in READINGS:
            owner = node.value
            last = getattr(owner, "attr", getattr(owner, "id", ""))
            if last in CLOCKS:
                yield node.lineno
        elif (
            isinstance(node, ast.ImportFrom)
            and node.module == "django.utils.timezone"
            and READINGS & {alias.name for alias in node.names}
        ):
            yield node.lineno


def _queries(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that reach for a manager or a cursor."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "cursor"}:
            yield node.lineno


def _inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")
