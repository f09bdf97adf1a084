"""The addresses as they are where the environment names a provider."""

from django.urls import include, path

from albertslund_it.urls import urlpatterns as usual

urlpatterns = [*usual, path("konto/", include("albertslund_it.sign_on.urls"))]
