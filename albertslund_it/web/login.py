from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, resolve_url


@login_not_required
def admin_login(request):
    """Send who is not logged in to the login page; who is, may not open the admin."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", "")})
    return redirect(f"{resolve_url('login')}?{query}")
