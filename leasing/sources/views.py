"""Other sources beside the register: what each says otherwise, and the pages that mend it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import IMPORT_INVENTORY
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.query import page_before, returning_to
from inventory.models import SourceKind
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.cost_table.moment import one_moment
from leasing.sources.forms import DeviceModelForm, PersonForm
from leasing.sources.presenters.overview import sources_shown
from leasing.sources.presenters.words import WORDS
from leasing.sources.selectors.differences import (
    directory_people,
    model_meant,
    units_meant,
)
from leasing.sources.selectors.kinds import BY_KEY, NEEDS, found_differences, sources_for
from leasing.sources.selectors.snapshots import (
    latest,
    latest_snapshots,
    lessor_assets,
    of_no_device,
    seen_devices,
)
from leasing.sources.services.mending import add_device, add_person, correct_model
from leasing.sources.tables import FILTERS, DifferenceRows, SourceDifferenceTable


def source_overview(request):
    """Show each source: its newest snapshot, and where it and the register disagree."""
    sources = sources_for(request.user)
    if not sources:
        raise PermissionDenied
    with one_moment():
        found = found_differences([one for one in sources if latest(one)], today())
        shown = sources_shown(sources, latest_snapshots(), found)
    return render(request, "leasing/sources/overview.html", {"sources": shown})


class SourceDifferenceList(ListPage):
    """The rows of one kind of difference."""

    table_class = SourceDifferenceTable
    template_name = "leasing/sources/list.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        kind = BY_KEY.get(kwargs["difference"])
        if kind is None:
            raise Http404
        self.kind = kind
        self.title, self.file_name = WORDS[kind.key].title, kind.key
        self.filter_class = FILTERS.get(kind.key)

    def get_permission_required(self):
        return NEEDS[self.kind.source]

    def get(self, request, *args, **kwargs):
        with one_moment():
            return super().get(request, *args, **kwargs)

    def rows(self):
        return self.kind.find(today())

    def filter_options(self):
        return {"on": today()}

    def table_data(self, filtered):
        self.found = DifferenceRows(self.kind, filtered, today(), self.request.user)
        return self.found

    def table_options(self):
        # What the lessor lists says nothing of when anybody used it.
        hidden = () if self.kind.source == SourceKind.INTUNE else ("last_seen",)
        return {"exclude": hidden}

    def extra_context(self):
        return {
            "words": WORDS[self.kind.key],
            "snapshot": latest(self.kind.source),
            "count": len(self.found),
            "quarter_ore": self.found.quarter_ore,
        }


@permission_required(NEEDS[SourceKind.INTUNE], raise_exception=True)
def add_seen_device(request, pk):
    """Enter a machine that the MDM has; then it is handed out like any other."""
    seen = get_object_or_404(
        seen_devices().filter(of_no_device()).select_related("employee__unit"), pk=pk
    )
    form = DeviceModelForm(request.POST or None, initial={"model": model_meant(seen.model_name)})
    if request.method == "POST" and form.is_valid():
        try:
            device = add_device(
                seen=seen, model=form.cleaned_data["model"], actor=request.user, today=today()
            )
        except Refused as refused:
            form.add_error(None, list(refused.reasons))
        else:
            messages.success(request, f"{device} er oprettet og står på it-lager.")
            query = {"serienumre": device.serial_number}
            if seen.employee:
                query["initialer"] = seen.employee.initials
            url = f"{reverse('hand-out')}?{urlencode(query)}"
            return redirect(returning_to(url, page_before(request, "")))
    return _form(request, "leasing/sources/add_device.html", {"form": form, "seen": seen})


@permission_required(IMPORT_INVENTORY, raise_exception=True)
def device_model(request, pk):
    """Correct the model of a device."""
    devices = devices_seen_by(request.user, today()).select_related("model")
    device = get_object_or_404(devices, pk=pk)
    number = device.serial_number
    named = [
        name
        for rows in (seen_devices(), lessor_assets())
        for name in rows.filter(device__serial_number=number).values_list("model_name", flat=True)
        if name
    ]
    meant = next(filter(None, map(model_meant, named)), None)
    form = DeviceModelForm(
        request.POST or None, initial={"model": meant, "before": device.model.name}
    )
    back = page_before(request, reverse("device-detail", args=[pk]))
    if request.method == "POST" and form.is_valid():
        try:
            correct_model(device=device, actor=request.user, today=today(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, list(refused.reasons))
        else:
            messages.success(request, f"{device} er nu en {form.cleaned_data['model']}.")
            return redirect(back)
    context = {"form": form, "device": device, "named": named, "back": back}
    return _form(request, "leasing/sources/model.html", context)


@permission_required(NEEDS[SourceKind.DIRECTORY], raise_exception=True)
def add_directory_person(request, pk):
    """Enter somebody whom the directory knows."""
    account = get_object_or_404(directory_people().filter(employee=None), pk=pk)
    names = [account.department, account.office]
    units = next(filter(None, map(units_meant(names).get, names)), set())
    initial = {
        "initials": account.login.partition("@")[0].upper()[:20],
        "name": account.name[:100],
        "mail": account.mail,
        "unit": next(iter(units)) if len(units) == 1 else None,
    }
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_person(
                account=account, actor=request.user, today=today(), **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, list(refused.reasons))
        else:
            messages.success(request, f"{person.name} er oprettet.")
            return redirect(page_before(request, reverse("employee-detail", args=[person.pk])))
    return _form(request, "leasing/sources/add_person.html", {"form": form, "account": account})


def _form(request, template: str, context: dict):
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)
