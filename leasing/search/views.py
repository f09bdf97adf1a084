from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render

from albertslund_it.common.permissions import VIEW_DEVICE
from albertslund_it.web.clock import today
from leasing.search.selectors import only_exact, search


@permission_required(VIEW_DEVICE, raise_exception=True)
def search_page(request):
    """Show what matches the search box; the one exact hit is opened at once."""
    text = request.GET.get("q", "")
    groups = search(request.user, text, today())
    exact = only_exact(groups)
    if exact:
        return redirect(exact.url)
    context = {"text": text.strip(), "groups": groups}
    return render(request, "leasing/search/search.html", context)
