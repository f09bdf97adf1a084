from django.urls import path

from leasing.imports.views.batches import (
    BatchList,
    batch_file,
    batch_page,
    batch_undo,
    waiting_drop,
    waiting_file,
    waiting_list,
)
from leasing.imports.views.files import import_example, import_kind, import_list, import_looked
from leasing.imports.views.remembered import remembered
from leasing.imports.views.row import import_row

urlpatterns = [
    path("indlaes/", import_list, name="import"),
    path("indlaes/nr/", BatchList.as_view(), name="import-batches"),
    path("indlaes/nr/<int:pk>/", batch_page, name="import-batch"),
    path("indlaes/nr/<int:pk>/fil/", batch_file, name="import-batch-file"),
    path("indlaes/nr/<int:pk>/venter/", waiting_file, name="import-waiting-file"),
    path("indlaes/nr/<int:pk>/venter/slet/", waiting_drop, name="import-waiting-drop"),
    path("indlaes/nr/<int:pk>/fortryd/", batch_undo, name="import-undo"),
    path("indlaes/venter/", waiting_list, name="import-waiting"),
    path("indlaes/husket/", remembered, name="import-remembered"),
    path("indlaes/<str:kind>/", import_kind, name="import-kind"),
    path("indlaes/<str:kind>/raekke/", import_row, name="import-row"),
    path("indlaes/<str:kind>/set/<int:pk>/", import_looked, name="import-looked"),
    path("indlaes/<str:kind>/eksempel/", import_example, name="import-example"),
]
