from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from leasing.search.presenters import hit_groups, url_of
from leasing.search.selectors import only_exact, search


@permission_required(VIEW_DEVICE, raise_exception=True)
def search_page(request):
    """Show what matches the search box; the one exact hit is opened at once."""
    text = request.GET.get("q", "")
    found = search(request.user, text, today())
    if exact := only_exact(found):
        return redirect(url_of(exact.thing))
    context = {"text": text.strip(), "groups": hit_groups(found)}
    return render(request, "leasing/search/search.html", context)
