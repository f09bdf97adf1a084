from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from inventory.models import ListPreset
from inventory.presets.forms import PresetForm
from inventory.presets.selectors import (
    address_of,
    kept_of,
    list_called,
    presets_kept_by,
    presets_of,
)
from inventory.presets.services import change_preset, delete_preset, save_preset, show_anew


def _list_of(request):
    """Return the list that the address names, if the user may open it."""
    page = list_called(request.GET.get("liste", ""))
    if page is None:
        raise Http404
    if not page.is_open_to(request.user):
        raise PermissionDenied
    return page


@login_required
def preset_new(request):
    """Name what a list shows, and save it."""
    page, list_name = _list_of(request), request.GET["liste"]
    query = kept_of(request.GET, page)
    form = PresetForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            preset = save_preset(
                owner=request.user, list_name=list_name, query=query, **form.cleaned_data
            )
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, f"Visningen »{preset.name}« er gemt.")
            return redirect(address_of(preset))
    context = {
        "form": form,
        "title": page.title,
        "own": presets_of(request.user, list_name),
        "back": f"{reverse(list_name)}?{query}" if query else reverse(list_name),
    }
    status = 422 if form.is_bound else 200
    return render(request, "inventory/presets/new.html", context, status=status)


@require_POST
@login_required
def preset_again(request, pk):
    """Let one of the user's own show what the list shows now."""
    page = _list_of(request)
    preset = get_object_or_404(presets_of(request.user, request.GET["liste"]), pk=pk)
    try:
        show_anew(preset=preset, query=kept_of(request.GET, page))
    except Refused as refused:
        messages.error(request, " ".join(refused.reasons))
    else:
        messages.success(request, f"Visningen »{preset.name}« viser nu det, du ser.")
    return redirect(address_of(preset))


@login_required
def preset_change(request, pk):
    """Change the name of one of the user's own, who else sees it, and whether the menu has it."""
    preset = get_object_or_404(ListPreset, pk=pk, owner=request.user)
    form = PresetForm(request.POST or None, instance=preset, user=request.user)
    if request.method == "POST" and form.is_valid():
        change_preset(preset_id=preset.pk, **form.cleaned_data)
        messages.success(request, f"Visningen »{form.cleaned_data['name']}« er gemt.")
        return redirect("preset-list")
    status = 422 if form.errors else 200
    return render(request, "inventory/presets/change.html", {"form": form}, status=status)


@login_required
def preset_list(request):
    """Show the presets that the user may delete."""
    shown = [
        (one, list_called(one.list_name), address_of(one)) for one in presets_kept_by(request.user)
    ]
    return render(request, "inventory/presets/list.html", {"presets": shown})


@require_POST
@login_required
def preset_delete(request, pk):
    """Delete one; another's does not exist."""
    if not delete_preset(preset_id=pk, user=request.user):
        raise Http404
    messages.success(request, "Visningen er slettet.")
    return redirect("preset-list")
