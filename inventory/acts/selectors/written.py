"""What an act wrote, as it was kept, and the rows that it was written to."""

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Model, QuerySet

from albertslund_it.web.database.recorded import RowsOfModel
from albertslund_it.web.database.rows import among
from inventory.models import Act, ActRows

What = ActRows.What
# By what people know a row: of itself, or of what it belongs to.
KNOWN_BY = (
    "serial_number",
    "device__serial_number",
    "lease__device__serial_number",
    "term__lease__device__serial_number",
    "initials",
    "number",
    "name",
)


def rows_of(act: Act) -> list[RowsOfModel]:
    """Return what an act wrote, by model in the order in which it met them; none once forgotten."""
    found: dict[str, RowsOfModel] = {}
    for part in act.rows.order_by("position"):
        rows = found.setdefault(part.model, RowsOfModel(apps.get_model(part.model)))
        if part.what == What.CREATED:
            rows.created |= dict(part.content)
        elif part.what == What.CHANGED:
            for pk, before, after in part.content:
                both = zip(before, after, strict=True)
                rows.changed[pk] = dict(zip(part.names, both, strict=True))
        else:
            for pk, values in part.content:
                rows.deleted[pk] = dict(zip(part.names, values, strict=True))
    return list(found.values())


def names_of(model: type[Model], ids: Iterable[int]) -> dict[int, str]:
    """Return what people know rows by, of those that are there."""
    found = model._base_manager.filter(pk__in=among(ids, int))
    if path := next((path for path in KNOWN_BY if _leads(model, path)), ""):
        names = {pk: str(name or "") for pk, name in found.values_list("pk", path)}
        nameless = [pk for pk, name in names.items() if not name]
        return names | (_called(found.filter(pk__in=among(nameless, int))) if nameless else {})
    return _called(found)


def _called(rows: QuerySet[Model]) -> dict[int, str]:
    return {row.pk: str(row) for row in rows.select_related()}


def _leads(model: type[Model], path: str) -> bool:
    names = {one.name: one for one in model._meta.concrete_fields}
    first, _, rest = path.partition("__")
    if first not in names:
        return False
    target = names[first].related_model
    return not rest or (isinstance(target, type) and _leads(target, rest))
