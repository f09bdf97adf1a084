from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from albertslund_it.sign_on.views import Callback, log_out_from_there

urlpatterns = [
    path(
        "log-ind/",
        login_not_required(OIDCAuthenticationRequestView.as_view()),
        name="oidc_authentication_init",
    ),
    path("retur/", login_not_required(Callback.as_view()), name="oidc_authentication_callback"),
    # The provider calls it, with a token of its own or with the number of its session.
    path(
        "log-ud/",
        csrf_exempt(login_not_required(require_http_methods(["GET", "POST"])(log_out_from_there))),
        name="oidc_logout",
    ),
]
