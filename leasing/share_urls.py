"""The addresses of a department's share and all that explains it."""

from django.urls import path

from leasing.views.share.decisions import decisions

urlpatterns = [
    path("egenbetaling/beslutninger/", decisions, name="decisions"),
]
