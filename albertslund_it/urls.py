from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from albertslund_it.operation.metrics import metrics
from albertslund_it.operation.probes import alive, ready
from albertslund_it.operation.views import operation
from albertslund_it.sign_on.views import Logout
from albertslund_it.style import style
from albertslund_it.web.days import day_read
from albertslund_it.web.login import admin_login
from albertslund_it.web.sessions import logged_in_again, session_left

handler400 = "albertslund_it.web.failure.bad_request"
handler500 = "albertslund_it.web.failure.server_error"
urlpatterns = [
    path("", include("albertslund_it.second_factor.urls")),
    # Open: a page asks it whether it still is logged in.
    path("log-ind/tid/", session_left, name="session-left"),
    path("log-ind/igen/", logged_in_again, name="logged-in-again"),
    # Open: after a session has run out, logging in must not lead to logging out.
    path("log-ud/", login_not_required(Logout.as_view()), name="logout"),
    # One way in: the admin asks for a login at the same page as everything else.
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("dag/", day_read, name="day"),
    path("drift/", operation, name="operation"),
    path("stil/", style, name="style"),
    path("", include("albertslund_it.help.urls")),
    path("", include("inventory.urls")),
    path("", include("leasing.urls")),
]
if settings.OIDC_ENABLED:
    urlpatterns.append(path("konto/", include("albertslund_it.sign_on.urls")))
