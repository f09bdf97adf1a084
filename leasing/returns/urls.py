from django.urls import path

from leasing.returns.views.cages import (
    CageList,
    cage_collect,
    cage_confirm,
    cage_delete,
    cage_detail,
    cage_edit,
    cage_new,
    cage_stays,
)
from leasing.returns.views.departure import device_departure
from leasing.returns.views.packing import ProposedList, cage_rows, cage_scan

urlpatterns = [
    path("udstyr/<int:pk>/afgang/", device_departure, name="departure"),
    path("it-bure/", CageList.as_view(), name="cage-list"),
    path("it-bure/nyt/", cage_new, name="cage-new"),
    path("it-bure/<int:pk>/", cage_detail, name="cage-detail"),
    path("it-bure/<int:pk>/ret/", cage_edit, name="cage-edit"),
    path("it-bure/<int:pk>/slet/", cage_delete, name="cage-delete"),
    path("it-bure/<int:pk>/foreslaa/", ProposedList.as_view(), name="cage-propose"),
    path("it-bure/<int:pk>/pak/", cage_scan, name="cage-scan"),
    path("it-bure/<int:pk>/liste/", cage_rows, name="cage-rows"),
    path("it-bure/<int:pk>/hentet/", cage_collect, name="cage-collect"),
    path("it-bure/<int:pk>/ikke-hentet/", cage_stays, name="cage-stays"),
    path("it-bure/<int:pk>/bekraeft/", cage_confirm, name="cage-confirm"),
]
