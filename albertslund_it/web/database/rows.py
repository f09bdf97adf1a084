"""Rows into and out of tables as fast as each database takes them, unseen by models and signals."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import chain, islice
from operator import attrgetter, itemgetter
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import (
    BooleanField,
    DateTimeField,
    F,
    Field,
    Func,
    JSONField,
    Model,
    Q,
    QuerySet,
    UniqueConstraint,
    UUIDField,
)
from django.db.models.expressions import RawSQL
from django.db.models.fields.related import RelatedField

from albertslund_it.web.database.put_together import Given

M = TypeVar("M", bound=Model)


def write_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert rows of plain values: with COPY on PostgreSQL, else many with each statement.

    Making the rows must not read from the database: PostgreSQL would wait for ever.
    """
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {quote(table)} ({names}) FROM STDIN"
            # Django does not know COPY, so it does not make its own errors of psycopg's.
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            _insert_many(cursor, f"{quote(table)} ({names})", len(columns), iter(rows))


def _insert_many(
    cursor: CursorWrapper, into: str, width: int, rows: Iterator[Sequence[object]]
) -> None:
    """Insert as many rows with each statement as SQLite takes values.

    For each statement it looks through what all tables are numbered up to: once for the table, and
    once for each that its triggers write to. Of a row each that is most of it.
    """
    most = max((connection.features.max_query_params or 1) // (width + 1), 1)
    first = list(islice(rows, most))
    many = len(first) or 1
    marks = f"({', '.join(['%s'] * (width + 1))})"
    found = ", ".join(f"column{at + 1}" for at in range(width))
    # They are taken one by one, though the stubs ask for a list.
    streamed = cast("list[Sequence[Any]]", _by_the(many, width, chain(first, rows)))
    cursor.executemany(
        f"INSERT INTO {into} SELECT {found} "
        f"FROM (VALUES {', '.join([marks] * many)}) WHERE column{width + 1}",
        streamed,
    )


def _by_the(many: int, width: int, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    """Yield the values of so many rows in one, each with whether it is one; the last filled up."""
    left, none = iter(rows), (*[None] * width, False)
    while found := [(*row, True) for row in islice(left, many)]:
        # Two that are wrong by as much would pass as one, each with the other's values.
        if any(len(row) != width + 1 for row in found):
            raise ValueError(f"A row to write has not {width} values")
        yield list(chain.from_iterable([*found, *[none] * (many - len(found))]))


def insert(model: type[Model], objects: Sequence[Model]) -> None:
    """Insert objects of plain columns inside a transaction, and give them their ids.

    What they point to may have been saved since it was set on them.
    """
    links = _links_among(model._meta.concrete_fields)
    alias, key = connection.alias, model._meta.pk.attname
    for made, new_id in zip(objects, _new_ids(model, len(objects)), strict=True):
        vars(made)[key] = new_id
        made._state.adding = False
        made._state.db = alias
        _follow_links(made, links)
    put_back(model, objects)


def put_back(model: type[Model], objects: Iterable[Model]) -> None:
    """Insert objects of plain columns with the ids that they have."""
    # What the database makes itself is not given to it.
    columns = [column for column in model._meta.concrete_fields if not column.generated]
    write_rows(model._meta.db_table, [column.column for column in columns], _read(objects, columns))


def _links_among(columns: Iterable[Field]) -> list[tuple[str, str]]:
    """Return where each column that points to a row holds its id, and what the row is called."""
    return [(one.attname, one.name) for one in columns if isinstance(one, RelatedField)]


def _follow_links(row: Model, links: Sequence[tuple[str, str]]) -> None:
    """Let a row point to what was set on it, which may have got its id since.

    Its descriptors would ask the routers each time, and of tens of thousands it is felt.
    """
    values, linked = vars(row), row._state.fields_cache
    for attname, name in links:
        if values.get(attname) is None and (target := linked.get(name)) is not None:
            values[attname] = target.pk


@cache
def column_of(model: type[Model], name: str) -> Field:
    """Return a model's field that is a column of its table."""
    column = model._meta.get_field(name)
    if not isinstance(column, Field):
        raise TypeError(f"{name} of {model.__name__} is no column")
    return column


def values_of(columns: Sequence[Field]) -> Callable[[Model], tuple[object, ...]]:
    """Return what reads these columns of a row, at once."""
    # The first stands twice, as one alone is no tuple.
    names = columns[0].attname, *(column.attname for column in columns)
    held, asked = itemgetter(*names), attrgetter(*names)

    def read(row: Model) -> tuple[object, ...]:
        try:
            return held(row.__dict__)[1:]  # the descriptor of a link is asked each time in Python
        except KeyError:  # not read from the database yet
            return asked(row)[1:]

    return read


def _read(objects: Iterable[Model], columns: Sequence[Field]) -> Iterator[Sequence[object]]:
    """Yield the columns' values as the database takes them: few kinds need translation."""
    read = values_of(columns)
    translated = [
        (at, column)
        for at, column in enumerate(columns)
        if isinstance(column, DateTimeField | JSONField | UUIDField)
    ]
    if not translated:
        yield from map(read, objects)
        return
    for row in objects:
        values = list(read(row))
        for at, column in translated:
            values[at] = column.get_db_prep_save(values[at], connection)
        yield values


def _new_ids(model: type[Model], count: int) -> Iterable[int]:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                # Its name is looked up once: by each number it would take most of the time.
                "WITH ids AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS seq) "
                "SELECT nextval(seq) FROM ids, generate_series(1, %s)",
                (connection.ops.quote_name(table), model._meta.pk.column, count),
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", (table,))
        last = cursor.fetchone()
    first = (last[0] if last else 0) + 1
    return range(first, first + count)


def update(model: type[Model], names: Sequence[str], objects: Iterable[Model]) -> None:
    """Write some fields of objects: with one statement that is prepared once, in their order.

    On PostgreSQL all at once where no field is to be unique, as then the order says nothing: a
    statement for each fires its triggers for each.
    """
    columns = [column_of(model, name) for name in names]
    links = _links_among(columns)
    quote, key = connection.ops.quote_name, model._meta.pk
    changed = list(objects)
    for row in changed:
        _follow_links(row, links)
    rows = list(_read(changed, [*columns, key]))
    if not rows:
        return
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not _kept_unique(model).intersection(names):
            arrays = ", ".join(f"%s::{one.db_type(connection)}[]" for one in (*columns, key))
            news = ", ".join(f"c{at}" for at in range(len(columns)))
            sets = ", ".join(f"{quote(one.column)} = c{at}" for at, one in enumerate(columns))
            cursor.execute(
                f"UPDATE {table} t SET {sets} FROM unnest({arrays}) AS new({news}, k) "
                f"WHERE t.{quote(key.column)} = k",
                [list(values) for values in zip(*rows, strict=True)],
            )
        else:
            sets = ", ".join(f"{quote(column.column)} = %s" for column in columns)
            statement = f"UPDATE {table} SET {sets} WHERE {quote(key.column)} = %s"
            cursor.executemany(statement, cast("Any", rows))


@cache
def _kept_unique(model: type[Model]) -> set[str]:
    """Return the fields that a row may have to give up before another takes what it held."""
    names = {column.name for column in model._meta.concrete_fields if column.unique}
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint):
            # One of expressions names no fields, and may be of any.
            names.update(rule.fields or [column.name for column in model._meta.concrete_fields])
            if rule.condition:
                names |= rule.condition.referenced_base_fields
    return names


def among(values: Iterable[object] | Given, kind: type = str) -> RawSQL:
    """Return the right side of an `__in` for any number of values: one parameter, one statement."""
    if connection.vendor == "postgresql":
        array, form = _array_of(kind)
        return RawSQL(f"SELECT unnest(%s::{array})", (_in_form(values, form),))  # noqa: S611
    return RawSQL("SELECT value FROM json_each(%s)", (_in_form(values, _as_json),))


def any_of(name: str, values: Collection[object], kind: type = str) -> Q | Func:
    """Return the condition that a column is among so many values that most rows may be.

    PostgreSQL takes what `among` selects for a few hundred, and looks up each by an index. Of an
    array it sees how many there are, and reads the table at once where that is sooner.
    """
    if connection.vendor != "postgresql":
        return Q(**{f"{name}__in": among(values, kind)})
    array, form = _array_of(kind)
    return Func(
        F(name),
        RawSQL(f"%s::{array}", (form(values),)),  # noqa: S611
        template="%(expressions)s",
        arg_joiner=" = ANY ",
        output_field=BooleanField(),
    )


def _array_of(kind: type) -> tuple[str, Callable[[Iterable[object]], str]]:
    return ("bigint[]", _as_array) if kind is int else ("text[]", _as_texts)


def _in_form(values: Iterable[object] | Given, form: Callable[[Any], object]) -> object:
    return replace(values, form=form) if isinstance(values, Given) else form(values)


def _as_array(values: Iterable[object]) -> str:
    """Return numbers as PostgreSQL writes them: to adapt a list takes many times as long."""
    return f"{{{','.join('NULL' if value is None else str(value) for value in values)}}}"


def _as_texts(values: Iterable[object]) -> str:
    return _as_array(value if value is None else _quoted(str(value)) for value in values)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _as_json(values: Iterable[object]) -> str:
    return json.dumps(list(values))


FEW = 2_000


def only(rows: QuerySet[M], ids: Collection[int]) -> QuerySet[M]:
    """Keep the rows of some ids, found before so that the count and the page need not each.

    A few are read by their ids. Of many, a page is sooner found by reading in the page's order,
    which a database does only where the id itself says nothing to it.
    """
    if len(ids) <= FEW:
        return rows.filter(pk__in=among(ids, int))
    return rows.alias(row_id=F("pk") + 0).filter(row_id__in=among(ids, int))


def lock(*models: type[Model]) -> None:
    """Let nobody else write to these tables until the transaction ends.

    What is read after it stays as it is. On SQLite the transaction itself has the lock.
    """
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(m._meta.db_table) for m in models)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


def delete_rows(table: str, key: Sequence[str], keys: Collection[Sequence[object]]) -> None:
    """Delete rows by their keys: with one statement on PostgreSQL, else one that is prepared once.

    A key is of numbers, texts and days.
    """
    if not keys:
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = list(zip(*keys, strict=True))
            arrays = _arrays_of(next(iter(keys)))
            names = ", ".join(f"k{at}" for at in range(len(key)))
            matches = " AND ".join(f"t.{quote(c)} = k{at}" for at, c in enumerate(key))
            cursor.execute(
                f"DELETE FROM {quote(table)} t USING unnest({arrays}) AS gone({names}) "
                f"WHERE {matches}",
                [list(column) for column in columns],
            )
        else:
            matches = " AND ".join(f"{quote(column)} = %s" for column in key)
            cursor.executemany(f"DELETE FROM {quote(table)} WHERE {matches}", cast("Any", keys))


def add_to_rows(
    table: str, key: Sequence[str], sums: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Add to the sums of rows, which are made where there are none: key, then what is added."""
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in (*key, *sums))
    keys = ", ".join(quote(column) for column in key)
    added = ", ".join(f"{quote(c)} = {quote(table)}.{quote(c)} + excluded.{quote(c)}" for c in sums)
    into = f"INSERT INTO {quote(table)} ({names})"
    otherwise = f"ON CONFLICT ({keys}) DO UPDATE SET {added}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # All at once: each of thousands of statements would be sent and planned.
            arrays = _arrays_of(rows[0])
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(f"{into} SELECT * FROM unnest({arrays}) {otherwise}", columns)
        else:
            marks = ", ".join(["%s"] * (len(key) + len(sums)))
            cursor.executemany(
                f"{into} VALUES ({marks}) {otherwise}", cast("list[Sequence[Any]]", rows)
            )


def _arrays_of(row: Sequence[object]) -> str:
    """Return the places of PostgreSQL's arrays, one a column, for rows that are like this one."""
    kinds: dict[type, str] = {int: "bigint", str: "text", date: "date"}
    return ", ".join(f"%s::{kinds[type(value)]}[]" for value in row)
