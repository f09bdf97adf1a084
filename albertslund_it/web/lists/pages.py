"""A page with a list on it: filters, sorting, pages, and all of it as Excel."""

from io import BytesIO
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.generic import View
from django_tables2 import RequestConfig

from albertslund_it.common.files import workbooks
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table, unknown_order
from albertslund_it.web.requests import Request

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
    template_name = "web/list_page.html"
    fragment_name = "web/list.html"  # what htmx gets, and the template's block of the list holds
    title = ""
    file_name = "liste"
    per_page = 50

    def rows(self):
        """Give what the user may see, before any filter: a queryset or a list."""
        raise NotImplementedError

    def filter_options(self) -> dict[str, Any]:
        """Give further arguments for the filter set."""
        return {}

    def table_data(self, filtered):
        """Turn the filtered rows into what the table takes."""
        return filtered

    def table_options(self) -> dict[str, Any]:
        """Give further arguments for the table, `exclude` or `totals` for instance."""
        return {}

    def extra_context(self) -> dict[str, Any]:
        """Give what the template needs beside the list."""
        return {}

    def get(self, request, *args, **kwargs):
        filters = self.make_filters()
        filtered = filters.qs if filters else self.rows()
        table = self.table_class(self.table_data(filtered), **self.table_options())
        faults = self.faults(table, filters)
        if faults:  # what cannot be read is refused: no rows, rather than others than asked for
            nothing = self.table_data(no_rows(filtered))
            table = self.table_class(nothing, **self.table_options())
        else:
            RequestConfig(request, paginate=False).configure(table)
        if request.GET.get("hent") == "xlsx" and not faults:
            return self.excel(table)
        # Not by RequestConfig, which lets the address say how many rows a page has.
        table.paginator = Paginator(table.rows, self.per_page)
        table.page = table.paginator.get_page(request.GET.get(table.prefixed_page_field))
        return self.page(table, filters, faults)

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
        context = {
            "table": table,
            "filters": filters,
            "title": self.title,
            "faults": faults,
            "is_filtered": bool(filters and any(filters.form.data.get(f) for f in filters.filters)),
            **self.extra_context(),
        }
        name = self.fragment_name if is_fragment else self.template_name
        response = render(self.request, name, context)
        # A fragment and its page share one address: no cache may mix them up.
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def excel(self, table) -> FileResponse:
        stream = BytesIO()
        workbooks.write_table(
            stream, title=self.title, columns=table.excel_columns(), rows=table.excel_rows()
        )
        stream.seek(0)
        return FileResponse(
            stream, as_attachment=True, filename=f"{self.file_name}.xlsx", content_type=EXCEL
        )


def no_rows(filtered):
    """Return nothing in the shape of a list's rows."""
    for name in ("none", "empty"):
        if hasattr(filtered, name):
            return getattr(filtered, name)()
    return []


def _label_of(form, name: str) -> str:
    return str(form[name].label) if name in form.fields else ""
