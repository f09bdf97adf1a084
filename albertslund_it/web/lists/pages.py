"""A page with a list on it: filters, sorting, pages, presets, columns, and all of it as Excel."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, BinaryIO

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.generic import View
from django_tables2 import RequestConfig

from albertslund_it.common.agreement import digest_of
from albertslund_it.common.errors import Refused
from albertslund_it.common.files import workbooks
from albertslund_it.common.files.xlsx_parts import LAST_ROW
from albertslund_it.common.progress import LONG, Progress, told
from albertslund_it.web.lists.columns import ActsColumn
from albertslund_it.web.lists.filters import FilterSet, chips_of, folded_fields, open_fields
from albertslund_it.web.lists.picking import MOST, PickColumn, Picked, Picking, all_of
from albertslund_it.web.lists.presets import (
    ALL,
    CHOSEN,
    COLUMN,
    SEARCH,
    Preset,
    address_of,
    links_to,
    rows_shown,
    saved_for,
    shape_of,
)
from albertslund_it.web.lists.tables import Table, unknown_column, unknown_order
from albertslund_it.web.requests import Request

# A sheet has its headings and a row of totals beside them.
MOST_IN_A_SHEET = LAST_ROW - 2
TOO_LONG = (
    "Et regneark har plads til 1.048.576 rækker, og listen har {rows}. Vælg færre med filtrene."
)
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ListPage(PermissionRequiredMixin, View):
    """Show a table with its filters.

    A subclass names the table, the filters and the template, and gives the rows. `template_name`
    extends 'web/list_page.html'; htmx gets the list alone, from the same address.
    """

    raise_exception = True  # who may not gets 403; who is not logged in never comes this far
    request: Request
    table_class: type[Table]
    tables: tuple[type[Table], ...] = ()  # all that it may show, where the address says which
    filter_class: type[FilterSet] | None = None
    filter_form: type[Form] | None = None  # of filters that are a form
    address_names: tuple[str, ...] = ()  # what else in its address says what it shows
    template_name = "web/list_page.html"
    fragment_name = "web/list.html"  # what htmx gets, and the template's block of the list holds
    title = ""
    file_name = "liste"
    per_page = 50
    most_in_file = MOST_IN_A_SHEET

    @classmethod
    def keeps_presets(cls) -> bool:
        """Return whether what it shows may be saved: whether it is known what it is asked for."""
        return (
            bool(cls.filter_class or cls.filter_form) or cls.make_filters is ListPage.make_filters
        )

    @classmethod
    def is_open_to(cls, user: User) -> bool:
        """Return whether a user may open it, by the very rule that opens it."""
        page, request = cls(), HttpRequest()
        request.user = user
        page.setup(request)
        return page.has_permission()

    @classmethod
    def filter_names(cls) -> Collection[str]:
        """Return what it can be narrowed by."""
        filters: Collection[str] = cls.filter_class.base_filters if cls.filter_class else ()
        if cls.filter_form:
            filters = cls.filter_form.base_fields
        return {*filters, *cls.address_names}

    def presets(self) -> Sequence[Preset]:
        """Return what everybody may choose from; the list opens on the first."""
        return ()

    def picking(self) -> Picking | None:
        """Return how rows are chosen, and what for; None where nothing is done to several."""
        return None

    def acts(self) -> ActsColumn | None:
        """Return what is done with a row alone; None where nothing is."""
        return None

    def rows(self):
        """Return what the user may see, before any filter: a queryset or a list."""
        raise NotImplementedError

    def filter_options(self) -> dict[str, Any]:
        """Return further arguments for the filter set."""
        return {}

    def table_data(self, filtered):
        """Turn the filtered rows into what the table takes."""
        return filtered

    def table_options(self) -> dict[str, Any]:
        """Return further arguments for the table, `exclude` or `totals` for instance."""
        return {}

    def extra_context(self) -> dict[str, Any]:
        """Return what the template needs beside the list."""
        return {}

    def get(self, request, *args, **kwargs):
        self.own_presets = self.presets()
        # A job's request, which came through no middleware, has no `htmx`.
        if request.headers.get("HX-Target") == "preset-counts":
            return self._preset_counts()
        self.is_opened = not request.GET  # and nothing asked for
        if self.is_opened and self._opens_on_some:
            request.GET = QueryDict(self.own_presets[0].query)
        filters = self.make_filters()
        filtered = filters.qs if filters else self.rows()
        table = self._table(filtered)
        faults = self.faults(table, filters)
        is_file = request.GET.get("hent") == "xlsx"
        if is_file and not faults and len(table.data) > self.most_in_file:
            faults = [("Excel", TOO_LONG.format(rows=len(table.data)))]
        if faults:  # what cannot be read is refused: no rows, rather than others than asked for
            table = self._table(no_rows(filtered))
        else:
            RequestConfig(request, paginate=False).configure(table)
        if is_file and not faults:
            return self.excel(table)
        # Not by RequestConfig, which lets the address say how many rows a page has.
        table.paginator = Paginator(table.rows, self.per_page)
        table.page = table.paginator.get_page(request.GET.get(table.prefixed_page_field))
        return self.page(table, filters, faults)

    def _table(self, filtered) -> Table:
        data = self.table_data(filtered)  # first: the rest may be told by it
        options, picking = self.table_options(), self.picking()
        if picking:
            box = ("pick", PickColumn(picking, picks_all=self._picks_all and picking.takes_all))
            options["extra_columns"] = [*options.get("extra_columns", ()), box]
            options["sequence"] = ("pick", *options.get("sequence", ("...",)))
        if acts := self.acts():
            acts.come_back_to(self._here)
            options["extra_columns"] = [*options.get("extra_columns", ()), ("acts", acts)]
            options["sequence"] = (*options.get("sequence", ("...",)), "acts")
        table = self.table_class(data, **options)
        if asked := self.request.GET.getlist(COLUMN):
            table.choose(asked)
        return table

    @property
    def _opens_on_some(self) -> bool:
        """Return whether a bare address shows something else than all."""
        return bool(self.own_presets and self.own_presets[0].query)

    @property
    def _picks_all(self) -> bool:
        return self.request.GET.get("valgt") == "alle"

    def _picked(self, table, picking: Picking) -> Picked | None:
        """Return all the rows where all are chosen; there may be too many."""
        are_taken = self._picks_all and picking.takes_all and 0 < table.paginator.count <= MOST
        return all_of(picking, table.data) if are_taken else None

    def faults(self, table, filters) -> list[tuple[str, str]]:
        """Return (field, what is wrong) of every filter and order that the list does not know."""
        found = []
        if filters and filters.form.is_bound:
            found = [
                (_label_of(filters.form, name), error)
                for name, errors in filters.form.errors.items()
                for error in errors
            ]
        asked = self.request.GET.get("sorter", "")
        unknown = unknown_order(self.tables or (type(table),), asked)
        if unknown is not None:
            fault = f"Listen har ingen kolonne »{unknown[:40]}« at sortere efter."
            found.append(("Rækkefølge", fault))
        columns = self.request.GET.getlist(COLUMN)
        unknown = unknown_column(self.tables or (type(table),), columns)
        if unknown is not None:
            found.append(("Kolonner", f"Listen har ingen kolonne »{unknown[:40]}«."))
        return found

    def make_filters(self):
        if self.filter_class is None:
            return None
        return self.filter_class(
            self.request.GET, queryset=self.rows(), request=self.request, **self.filter_options()
        )

    def page(self, table, filters, faults=()) -> HttpResponse:
        htmx = self.request.htmx
        is_fragment = htmx and htmx.target == "liste" and not htmx.history_restore_request
        picking = self.picking()
        no_columns = self._without(COLUMN)
        context = {
            "table": table,
            "filters": filters,
            "is_fragment": is_fragment,
            "is_long": table.paginator.count > LONG,
            "picking": picking,
            "picked": self._picked(table, picking) if picking else None,
            "shows": digest_of(rows_shown(self.request.GET)) if picking else "",
            "here": self._here,
            "may_pick_all": bool(picking and picking.takes_all)
            and table.page.has_other_pages()
            and table.paginator.count <= MOST,
            "chosen_columns": self.request.GET.getlist(COLUMN),
            **(self._filter_context(filters.form) if filters else {}),
            "no_columns_address": no_columns,
            "columns": f"{no_columns}{'&' if '?' in no_columns else '?'}",
            "none_picked_address": self._without("valgt"),
            **self._preset_context(table),
            "title": self.title,
            "faults": faults,
            "is_filtered": not self.is_opened
            and bool(filters and any(filters.form.data.get(f) for f in filters.filters)),
            **self.extra_context(),
        }
        name = self.fragment_name if is_fragment else self.template_name
        response = render(self.request, name, context)
        # A fragment and its page share one address: no cache may mix them up.
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def _filter_context(self, form) -> dict[str, Any]:
        return {
            "open_fields": open_fields(form),
            "folded_fields": folded_fields(form),
            "chips": [(chip, self._without(chip.field)) for chip in chips_of(form)],
        }

    def _without(self, name: str) -> str:
        """Return the address of the list as it is, but for something that is asked for."""
        query = self.request.GET.copy()
        for one in {name, "side", "valgt"}:
            query.pop(one, None)
        return self._address(query.urlencode())

    @property
    def _here(self) -> str:
        """Return the address of the list as it is, but that nothing is chosen."""
        query = self.request.GET.copy()
        query.pop("valgt", None)
        return self._address(query.urlencode())

    def _address(self, query: str) -> str:
        """Return the address that shows this, also where a bare one shows something else."""
        if query or self._opens_on_some:
            return address_of(self.request.path, query)
        return self.request.path

    def _kept_name(self) -> str:
        """Return the name that presets of it are saved under; empty where none are."""
        match = self.request.resolver_match
        is_kept = self.keeps_presets() and match is not None and not match.kwargs
        return match.view_name if match and is_kept else ""

    def _all_presets(self) -> list[Preset]:
        name = self._kept_name()
        return [*self.own_presets, *(saved_for(self.request.user, name) if name else ())]

    def _preset_counts(self) -> HttpResponse:
        """Return how many rows each preset has that does not know it itself."""
        presets = self._all_presets()
        counted = [
            replace(one, count=self._count_of(one.query)) if one.count is None else one
            for one in presets
        ]
        return render(self.request, "web/preset_counts.html", {"presets": counted})

    def _count_of(self, query: str) -> int | None:
        """Return how many rows an address shows; None where it cannot be read."""
        self.request.GET = QueryDict(query or f"{CHOSEN}={ALL}")
        filters = self.make_filters()
        table = self._table(filters.qs if filters else self.rows())
        return None if self.faults(table, filters) else len(table.rows)

    def _preset_context(self, table) -> dict[str, Any]:
        """Return what is shown of presets: those there are, and what may be saved as one."""
        request, name = self.request, self._kept_name()
        links = list(links_to(self._all_presets(), request.path, request.GET))
        is_more = any(key != SEARCH for key, _ in shape_of(request.GET))
        current = next((one for one in links if one.is_current), None)
        return {
            "presets": [
                replace(one, count=table.paginator.count) if one.is_current else one
                for one in links
            ],
            "current": current,
            "asks_counts": any(one.count is None and not one.is_current for one in links),
            "all_address": self._address(""),
            "opens_on_some": self._opens_on_some,
            "saves": name if is_more and not current else "",
        }

    def excel(self, table) -> FileResponse:
        stream = BytesIO()
        workbooks.write_table(
            stream, title=self.title, columns=table.excel_columns(), rows=table.excel_rows()
        )
        stream.seek(0)
        return FileResponse(
            stream, as_attachment=True, filename=f"{self.file_name}.xlsx", content_type=EXCEL
        )


@dataclass(frozen=True, slots=True)
class FirstRows:
    """The first rows of a list as texts, of `count` in all."""

    headings: list[str]
    rows: list[list[str]]
    count: int

    @property
    def lines(self) -> list[str]:
        """Return each row as one line of text."""
        return [" · ".join(filter(None, row)) for row in self.rows]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


class _First(ListPage):
    """A list that answers with its first rows instead of a page."""

    most = 0
    most_in_file = sys.maxsize  # of which the first are read

    def excel(self, table) -> Any:
        shown = [one for one in table.columns if not one.column.exclude_from_export]
        readers = [(one.column.plain, one.column.reader(one.name)) for one in shown]
        table.paginator = Paginator(table.rows, self.most)
        table.page = table.paginator.get_page(1)
        return FirstRows(
            [str(one.header) for one in shown],
            [[write(read(record)) for write, read in readers] for record in table.records()],
            table.paginator.count,
        )

    def page(self, table, filters, faults=()) -> Any:
        return None  # what cannot be read has none


def first_rows(of: type[ListPage], user: User, query: str, most: int) -> FirstRows | None:
    """Return the first rows of a list as a user sees it; None where it cannot be read."""
    page = type(f"First{of.__name__}", (_First, of), {"most": most})()
    request = HttpRequest()
    request.method, request.user = "GET", user
    page.setup(request)
    asked = query or next((one.query for one in page.presets()), "")
    request.GET = QueryDict(f"{asked}&hent=xlsx")
    found = page.get(request)
    return found if isinstance(found, FirstRows) else None


class _InFile(ListPage):
    """A list that writes all its rows to a file instead of answering with them."""

    stream: BinaryIO
    tell: Progress

    def excel(self, table) -> Any:
        rows = told(table.excel_rows(), len(table.rows), self.tell)
        workbooks.write_table(
            self.stream, title=self.title, columns=table.excel_columns(), rows=rows
        )
        return WrittenList(self.title, f"{self.file_name}.xlsx")

    def page(self, table, filters, faults=()) -> Any:
        if faults:
            raise Refused(*(f"{label}: {fault}" if label else fault for label, fault in faults))


def write_list(
    of: type[ListPage],
    user: User,
    query: str,
    named: dict[str, Any],
    stream: BinaryIO,
    tell: Progress,
) -> "WrittenList":
    """Write a list as a user sees it to a file, and tell how far.

    Raises:
        PermissionDenied: when the user may not open it.
        Refused: with why it cannot be read.
    """
    options = {"stream": stream, "tell": staticmethod(tell)}
    page = type(f"{of.__name__}InFile", (_InFile, of), options)()
    request = HttpRequest()
    request.method, request.user = "GET", user
    page.setup(request, **named)
    if not page.has_permission():
        raise PermissionDenied
    asked = query or next((one.query for one in page.presets()), "")
    request.GET = QueryDict(f"{asked}&hent=xlsx")
    found = page.get(request, **named)
    if not isinstance(found, WrittenList):
        raise Refused("Listen kan ikke læses sådan. Se dens filtre og rækkefølge efter.")
    return found


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list that was written to a file: what it is called, and its file."""

    title: str
    file_name: str


def no_rows(filtered):
    """Return nothing in the shape of a list's rows."""
    for name in ("none", "empty"):
        if hasattr(filtered, name):
            return getattr(filtered, name)()
    return []


def _label_of(form, name: str) -> str:
    return str(form[name].label) if name in form.fields else ""
