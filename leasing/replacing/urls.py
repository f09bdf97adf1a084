from django.urls import path

from leasing.replacing.views.due import DueList
from leasing.replacing.views.lots import lot_plan_page
from leasing.replacing.views.orders import replacement_orders

urlpatterns = [
    path("udskiftning/", DueList.as_view(), name="replace-soon"),
    path("udskiftning/plan/", lot_plan_page, name="lot-plan"),
    path("udskiftning/bestil/", replacement_orders, name="replacement-orders"),
]
