"""Which way the doors open: reads every import and every look at the clock with `ast`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# From the cellar up; a house may open to itself and to those before it.
HOUSES = ("albertslund_it.common", "albertslund_it.web", "inventory", "leasing", "albertslund_it")

# What a room may open to in its own app and in the apps below. A room that is not named here
# (views, tables, forms, filters, admin, commands, urls) is at the top and may open to all.
MODELS = {"domain", "models", "guards", "migrations"}
SELECTORS = MODELS | {"selectors"}
# Files come in and go out through a service: it picks the importer, which applies its rows through
# other services, and it records the file that an export wrote.
SERVICES = SELECTORS | {"services", "importers"}
ROOMS = {
    "domain": {"domain"},
    "models": MODELS,
    "guards": MODELS,
    "migrations": MODELS,
    "selectors": SELECTORS,
    "services": SERVICES | {"exports"},
    "importers": SERVICES,
    "exports": SELECTORS | {"exports"},
}

PURE = ("albertslund_it.common", "inventory.domain", "leasing.domain")
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

    def room(self) -> str | None:
        return room_of(self.name)


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
    """Give the house a module stands in; '' for one that is not ours."""
    return next((house for house in HOUSES if _inside(name, house)), "")


def room_of(name: str) -> str | None:
    """Give the room of a module in its app; None at the top."""
    if house_of(name) not in {"inventory", "leasing"}:
        return None
    room = name.split(".")[1] if "." in name else ""
    return room if room in ROOMS else None


def faults(modules: list[Module]) -> list[str]:
    """Name every import that goes up, and every look at the clock by one that has none."""
    names = {module.name for module in modules}
    found = []
    for module in modules:
        tree = ast.parse(module.source)
        for line, target in _imports(module, tree, names):
            if reason := _why_not(module, target):
                found.append(f"{module.name}:{line} imports {target}: {reason}")
        if module.name != CLOCK:
            found += [f"{module.name}:{line} looks at the clock" for line in _readings(tree)]
        if module.room() == "exports":
            found += [f"{module.name}:{line} makes a query of its own" for line in _queries(tree)]
    return found


def _why_not(module: Module, target: str) -> str:
    """Say why a module may not import another; '' when it may."""
    pure = any(_inside(module.name, name) for name in PURE)
    if pure and _inside(target, "django"):
        return "pure modules know no Django"
    if _inside(target, CLOCK) and (pure or module.room()):
        return "the date comes as an argument"
    there = house_of(target)
    if not there:
        return ""
    if HOUSES.index(there) > HOUSES.index(module.house()):
        return f"{module.house()} stands below {there}"
    room = module.room()
    if room and there in {"inventory", "leasing"} and room_of(target) not in ROOMS[room]:
        return f"{room} stands below it"
    return ""


def _imports(module: Module, tree: ast.AST, names: set[str]) -> Iterator[tuple[int, str]]:
    """Give the line and the module of every import, those inside functions too."""
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
    """Give the absolute name of what a `from … import` reads from."""
    if not node.level:
        return node.module
    parts = module.name.split(".")
    up = node.level - (1 if module.is_package else 0)
    return ".".join(parts[: len(parts) - up] + ([node.module] if node.module else []))


def _readings(tree: ast.AST) -> Iterator[int]:
    """Give the lines that read a clock: date.today(), default=timezone.now, import of `now`."""
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
    """Give the lines that reach for a manager or a cursor."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "cursor"}:
            yield node.lineno


def _inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")
