"""What was once said of files and is remembered: seen, changed and forgotten."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.spreadsheets import heading_key
from albertslund_it.web.query import number_in
from albertslund_it.web.refusals import tell_refusal
from inventory.imports.importers.reading import Importer
from inventory.imports.services import forget_name, learn_names
from inventory.models import DeviceModel, Unit
from inventory.organisation.selectors.scope import reads_names
from leasing.imports.importers.kinds import KINDS
from leasing.imports.selectors import (
    MODEL_NAME,
    UNIT_NAME,
    LearntName,
    names_remembered,
    names_to_choose_from,
)
from leasing.imports.services.columns import forget_columns
from leasing.imports.views.files import kinds_of
from leasing.models import ColumnMap

SHOWN = 500
COLUMNS = "columns"
GONE = "Det er ikke husket længere. Se listen igen."
TITLES = {MODEL_NAME: "Navne på modeller", UNIT_NAME: "Navne på enheder"}


@require_http_methods(["GET", "POST"])
def remembered(request):
    """Show the names and columns that are remembered; forget one, or let a name be another."""
    kinds = kinds_of(request.user)
    if not kinds:
        raise PermissionDenied
    name_kinds = {c.names for one in kinds.values() for c in one.columns if c.names}
    names = names_remembered(name_kinds)
    if request.method == "POST":
        try:
            messages.success(request, _answered(request, kinds, names))
        except Refused as refused:
            tell_refusal(request, refused)
        return redirect("import-remembered")
    return render(request, "leasing/imports/remembered.html", _context(request, kinds, names))


def _context(request, kinds: dict[str, Importer], names: list[LearntName]) -> dict[str, object]:
    asked = request.GET.get("ret", "")
    changed = next((one for one in names if f"{one.kind}-{one.pk}" == asked), None)
    maps = ColumnMap.objects.filter(kind__in=kinds).order_by("kind", "id")
    reads_all = reads_names(request.user)
    groups = [
        (title, [one for one in names if one.kind == kind][:SHOWN], kind)
        for kind, title in TITLES.items()
    ]
    return {
        "groups": groups,
        "changed": changed,
        "choices": names_to_choose_from()[changed.kind] if changed else [],
        "columns": [(one, *_said(one, reads_all=reads_all)) for one in maps[:SHOWN]],
    }


def _said(one: ColumnMap, *, reads_all: bool) -> tuple[str, list[str]]:
    """Return the kind of file, and each thing that is remembered of its columns."""
    importer = KINDS[one.kind]
    names = {column.field: column.name for column in importer.columns}
    told = {c.field for c in importer.columns if reads_all or not c.personal}
    spelt = {heading_key(heading): heading for heading in one.headings}
    lines = [
        f"»{spelt.get(key, key)}« {f'er {names[field]}' if field else 'læses ikke'}"
        for key, field in one.mapped.items()
        if not field or field in names
    ]
    lines += [
        f"{names[field]} er »{value if field in told else '…'}« i hele filen"
        for field, value in one.values.items()
        if field in names
    ]
    return importer.label, lines


def _answered(request, kinds: dict[str, Importer], names: list[LearntName]) -> str:
    """Do what was answered; return what to say of it."""
    kind, pk = request.POST.get("kind", ""), number_in(request.POST.get("pk", ""))
    if kind == COLUMNS:
        if not pk or not forget_columns(pk=pk, kinds=kinds):
            raise Refused(GONE)
        return "Kolonnerne er glemt. Næste fil med de overskrifter bliver du spurgt om."
    name = next((one for one in names if (one.kind, one.pk) == (kind, pk)), None)
    if name is None:
        raise Refused(GONE)
    if request.POST.get("answer") == "change":
        return _changed(request, name)
    if not forget_name(
        model=name.pk if kind == MODEL_NAME else None,
        unit=name.pk if kind == UNIT_NAME else None,
        actor=request.user,
    ):
        raise Refused(GONE)
    return f"»{name.name}« er glemt. Det, der er indlæst med navnet, er ikke ændret."


def _changed(request, name: LearntName) -> str:
    pk = number_in(request.POST.get("is", "")) or 0
    model = DeviceModel.objects.filter(pk=pk).first() if name.kind == MODEL_NAME else None
    unit = Unit.objects.filter(pk=pk).first() if name.kind == UNIT_NAME else None
    if not (model or unit):
        raise Refused("Vælg, hvad navnet står for.")
    learn_names(
        models={name.name: model} if model else {},
        units={name.name: unit} if unit else {},
        actor=request.user,
    )
    return f"»{name.name}« læses nu som {model or unit}. Det, der er indlæst, er ikke ændret."
