from django.urls import path

from leasing.imports.views import import_example, import_kind, import_list

urlpatterns = [
    path("indlaes/", import_list, name="import"),
    path("indlaes/<str:kind>/", import_kind, name="import-kind"),
    path("indlaes/<str:kind>/eksempel/", import_example, name="import-example"),
]
