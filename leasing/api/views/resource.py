"""A resource as one declares it, and the two operations that every one of them has."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import ValidationError
from pydantic import Field, create_model

from leasing.api.presenters.words import WORDS
from leasing.api.selectors.clients import Reader
from leasing.api.selectors.paging import Key, cursor_of, key_in, page_after
from leasing.api.views.access import require
from leasing.api.views.schemas import Id, Problem, Strict

MOST, USUAL = 500, 100
PROBLEMS = dict.fromkeys((400, 401, 403, 404, 422, 429), Problem)
WRITE_PROBLEMS = PROBLEMS | dict.fromkeys((409, 413, 415), Problem)
Rows = QuerySet[Any]


class Filters(Strict):
    """What a resource can be narrowed to: each parameter with its lookup, and what needs more."""

    lookups: ClassVar[dict[str, str]] = {}

    def narrow(self, rows: Rows, reader: Reader) -> Rows:
        """Keep the rows that the parameters ask for."""
        asked = {lookup: getattr(self, name) for name, lookup in self.lookups.items()}
        return rows.filter(**{key: value for key, value in asked.items() if value is not None})


class Paging(Strict):
    """How much at once, and from where."""

    limit: int = Field(USUAL, ge=1, le=MOST, description=f"Højst {MOST} ad gangen.")
    cursor: str = Field("", max_length=300, description="next_cursor fra siden før.")


@dataclass(frozen=True)
class Resource:
    """Rows that a client reads: which, in which order, narrowed by what, and how they look.

    `rows` is the scope: the same function as the page's. `order` is unique, and has an index.
    `read` is instead of `rows` for what is no table: rows in the order of their `key`, all of those
    after the key that it is given among them.
    """

    name: str
    schema: type[Schema]
    filters: type[Filters]
    permissions: tuple[str, ...]
    rows: Callable[[Reader], Rows] | None = None
    show: Callable[[Sequence[Any], Reader], Iterable[dict[str, Any]]] = lambda rows, reader: rows
    order: tuple[str, ...] = ("pk",)
    order_types: tuple[type, ...] = (int,)
    key: str = "pk"
    key_type: Any = Id
    read: Callable[[Any, Reader, Key | None], Sequence[Any]] | None = None

    @property
    def title(self) -> str:
        return WORDS[self.name].title

    def page(self, filters: Filters, paging: Paging, reader: Reader) -> dict[str, Any]:
        """Return a page of what the client sees, and where the next one begins."""
        after = self._after(paging.cursor)
        if self.read:
            found = self.read(filters, reader, after)
            every = [row for row in found if not after or row.key > after]
            rows, has_more = every[: paging.limit], len(every) > paging.limit
        else:
            chosen = filters.narrow(self._seen(reader), reader)
            rows, has_more = page_after(chosen, self.order, after, paging.limit)
        return {
            "items": list(self.show(rows, reader)),
            "next_cursor": cursor_of(self._key_of(rows[-1])) if has_more else None,
        }

    def one(self, key: Any, reader: Reader) -> dict[str, Any]:
        """Return one row, if the client sees it.

        Raises:
            Http404: when it does not.
        """
        found = list(self._seen(reader).filter(**{self.key: key})[:1])
        if not found:
            raise Http404
        return next(iter(self.show(found, reader)))

    def _seen(self, reader: Reader) -> Rows:
        if self.rows is None:
            raise TypeError(f"{self.name} is no table")
        return self.rows(reader)

    def _after(self, cursor: str) -> Key | None:
        if not cursor:
            return None
        try:
            return key_in(cursor, self.order_types)
        except ValueError:
            raise no_cursor() from None

    def _key_of(self, row: Any) -> Key:
        return row.key if self.read else tuple(getattr(row, name) for name in self.order)


def no_cursor() -> ValidationError:
    """Return the refusal of a cursor that no page of ours ended with."""
    return ValidationError([{"loc": ("query", "cursor"), "msg": "Brug next_cursor fra siden før."}])


def declare(api: NinjaAPI, resource: Resource) -> None:
    """Add a resource's list, and its single rows where it has any."""
    name, word = resource.name.replace("-", "_"), WORDS[resource.name]
    page = create_model(
        f"{resource.schema.__name__}Page",
        __base__=Schema,
        items=(list[resource.schema], ...),  # type: ignore[name-defined]
        next_cursor=(str | None, None),
    )

    @api.get(
        f"/{resource.name}",
        response={200: page, **PROBLEMS},
        operation_id=f"list_{name}",
        summary=word.title,
        description=word.note,
        tags=[resource.name],
    )
    def listed(
        request,
        filters: Query[resource.filters],  # type: ignore[name-defined]
        paging: Query[Paging],
    ):
        reader = require(request, resource.name, *resource.permissions)
        _refuse_unknown(request, resource.filters, Paging)
        return resource.page(filters, paging, reader)

    if resource.read:
        return

    @api.get(
        f"/{resource.name}/{{key}}",
        response={200: resource.schema, **PROBLEMS},
        operation_id=f"get_{name}",
        summary=f"{word.title}: én",
        tags=[resource.name],
    )
    def shown(request, key: Path[resource.key_type]):  # type: ignore[name-defined]
        reader = require(request, resource.name, *resource.permissions)
        _refuse_unknown(request)
        return resource.one(key, reader)


def _refuse_unknown(request, *schemas: type[Schema]) -> None:
    """Refuse a parameter that is not there: misspelt, it would narrow nothing, unseen."""
    known = {one.alias or name for schema in schemas for name, one in schema.model_fields.items()}
    if unknown := sorted(set(request.GET) - known):
        raise ValidationError(
            [{"loc": ("query", name), "msg": "Parameteren findes ikke."} for name in unknown]
        )
