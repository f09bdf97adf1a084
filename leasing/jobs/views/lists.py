"""A long list as Excel, made by the worker."""

from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.http import Http404, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve

from albertslund_it.web.lists.pages import EXCEL, ListPage, write_list
from leasing.cost_table.moment import moments_noted, one_moment
from leasing.jobs.services.kinds import JobAsked, JobOutcome, MadeFile
from leasing.jobs.views.asking import answer_with, ask_or_do

LONGEST = 4000


def list_file(request):
    """Ask for a list as Excel, which `?liste=` names by its address."""
    address = request.POST.get("liste", request.GET.get("liste", ""))
    page, match = _list_at(address)
    page.request, page.kwargs = request, match.kwargs
    if not page.has_permission():
        raise Http404
    if request.method == "POST":
        job = ask_or_do(
            request,
            kind="list",
            title=f"Excel: {page.title}",
            arguments={"address": address, "back": address},
            permissions=[],
        )
        return answer_with(request, job)
    context = {"address": address, "title": page.title}
    return render(request, "leasing/jobs/list_file.html", context)


def make_list(asked: JobAsked) -> JobOutcome:
    """Make a list as Excel as who asked may see it."""
    address = asked.arguments["address"]
    page, match = _list_at(address)
    stream = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - it is read after this, then gone
    with moments_noted(only_read=True), one_moment():
        written = write_list(
            type(page),
            asked.user,
            _query_of(address),
            match.kwargs,
            stream,
            lambda done, total: asked.tell("Skriver rækkerne", done, total),
        )
    file = MadeFile(written.file_name, EXCEL, stream)
    return JobOutcome(f"»{written.title}« er klar som Excel.", file=file)


def _list_at(address: str) -> tuple[ListPage, ResolverMatch]:
    """Return the list at an address of ours."""
    path = address.partition("?")[0]
    if len(address) > LONGEST or not path.startswith("/"):
        raise Http404
    try:
        match = resolve(path)
    except Resolver404:
        raise Http404 from None
    of = getattr(match.func, "view_class", None)
    if not (isinstance(of, type) and issubclass(of, ListPage)):
        raise Http404
    return of(), match


def _query_of(address: str) -> str:
    """Return what an address asks of its list, but for how it is answered."""
    query = QueryDict(address.partition("?")[2], mutable=True)
    for name in ("hent", "side", "valgt"):
        query.pop(name, None)
    return query.urlencode()
