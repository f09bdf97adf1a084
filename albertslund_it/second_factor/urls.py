from django.urls import path

from albertslund_it.second_factor.views import Login, login_code, second_factor
from albertslund_it.web.forms.fields import LoginForm

urlpatterns = [
    path("log-ind/", Login.as_view(authentication_form=LoginForm), name="login"),
    path("log-ind/kode/", login_code, name="login-code"),
    path("totrinskode/", second_factor, name="second-factor"),
]
