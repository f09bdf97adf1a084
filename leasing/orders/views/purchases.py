import re
from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.lists.pages import EXCEL
from leasing.orders.exports import write_purchase_list
from leasing.orders.forms.purchase import PurchaseForm
from leasing.orders.selectors.purchases import by_model, lines_bought, lines_to_buy, purchases
from leasing.orders.services.purchases import correct_purchase, mark_ordered, undo_purchase

PER_PAGE = 20
_KEY = re.compile(r"[0-9]{1,18}-[0-9]{1,4}")


@permission_required(HANDLE_ORDERS, raise_exception=True)
def purchase(request):
    """Collect approved lines into a list for the lessor, and mark them as bought."""
    if request.method != "POST":
        return _page(request, PurchaseForm(initial={"ordered_on": today()}))
    keys = [key for key in request.POST.getlist("linje") if _KEY.fullmatch(key)]
    if request.POST.get("handling") == "hent":
        return _download(request, keys)
    form = PurchaseForm(request.POST)
    if not form.is_valid():
        return _page(request, form, keys)
    try:
        lines = mark_ordered(
            keys=keys, actor=request.user, today=today(), now=now(), **form.cleaned_data
        )
    except Refused as refused:
        return _page(request, form, keys, refused)
    number = form.cleaned_data["number"]
    if lines:
        count = f"{len(lines)} linje{'r' if len(lines) > 1 else ''}"
        messages.success(request, f"{count} er markeret som bestilt hos ATEA med nummer {number}.")
    else:
        messages.success(request, f"Linjerne stod allerede som bestilt med nummer {number}.")
    return redirect("purchase")


def _page(request, form, keys=None, refused: Refused | None = None):
    """Show what is to be bought, with the lines chosen before (None: all), and past purchases."""
    to_buy = lines_to_buy()
    page = Paginator(purchases(), PER_PAGE).get_page(request.GET.get("side"))
    context = {
        "form": form,
        "models": by_model(to_buy, today()),
        "line_count": len(to_buy),
        "count": sum(one.missing for one in to_buy),
        "chosen": None if keys is None else set(keys),
        "reasons": refused.reasons if refused else [],
        "matter": "Flere linjer kan ikke markeres som bestilt",
        "page": page,
    }
    context["price_ore"] = sum(model.price_ore for model in context["models"])
    context["quarter_ore"] = sum(model.all_quarter_ore for model in context["models"])
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/orders/purchase_list.html", context, status=status)


def _download(request, keys: list[str]):
    lines = lines_to_buy(int(key.split("-")[0]) for key in keys)
    if not lines:
        nothing = Refused("Vælg mindst én linje, som ikke er bestilt endnu.")
        return _page(request, PurchaseForm(initial=_typed(request.POST)), keys, nothing)
    stream = BytesIO()
    write_purchase_list(stream, by_model(lines, today()), today())
    stream.seek(0)
    name = f"indkoebsliste-{today():%Y-%m-%d}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=EXCEL)


def _typed(posted: MultiValueDict) -> dict[str, str]:
    return {"number": posted.get("number", ""), "ordered_on": posted.get("ordered_on", "")}


@permission_required(HANDLE_ORDERS, raise_exception=True)
def purchase_detail(request):
    """Show one purchase, and correct its number or take it back."""
    number = request.GET.get("nummer", "")
    if not number:
        return redirect("purchase")
    lines = lines_bought(number) if "\x00" not in number else []
    if not lines:
        raise Http404
    initial = {"number": number, "ordered_on": lines[0].ordered_on}
    form, refused = PurchaseForm(initial=initial), None
    if request.method == "POST":
        try:
            if request.POST.get("handling") == "fortryd":
                undone = undo_purchase(number=number, actor=request.user, now=now())
                told = f"{len(undone)} linje{'r' if len(undone) > 1 else ''} skal bestilles igen."
                messages.success(request, f"Indkøb {number} er fortrudt: {told}")
                return redirect("purchase")
            form = PurchaseForm(request.POST)
            if form.is_valid():
                correct_purchase(
                    number=number,
                    new_number=form.cleaned_data["number"],
                    ordered_on=form.cleaned_data["ordered_on"],
                    actor=request.user,
                    today=today(),
                )
                messages.success(request, "Indkøbet er rettet.")
                return redirect("purchase")
        except Refused as error:
            refused = error
    context = {
        "form": form,
        "number": number,
        "lines": lines,
        "reasons": refused.reasons if refused else [],
        "matter": "Flere linjer kan ikke markeres som bestilt",
        "ordered_on": lines[0].ordered_on,
    }
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/orders/purchase_detail.html", context, status=status)
