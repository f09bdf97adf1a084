from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from albertslund_it.web.forms.fields import LoginForm
from albertslund_it.web.login import admin_login

handler400 = "albertslund_it.web.failure.bad_request"
handler500 = "albertslund_it.web.failure.server_error"
urlpatterns = [
    path("log-ind/", LoginView.as_view(authentication_form=LoginForm), name="login"),
    # Open: after a session has run out, logging in must not lead to logging out.
    path("log-ud/", login_not_required(LogoutView.as_view()), name="logout"),
    # One way in: the admin asks for a login at the same page as everything else.
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("", include("inventory.urls")),
    path("", include("leasing.urls")),
]
if settings.OIDC_ENABLED:
    urlpatterns.append(path("konto/", include("albertslund_it.oidc")))
