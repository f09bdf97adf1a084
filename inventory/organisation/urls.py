from django.urls import path

from inventory.organisation.views.coding import unit_coding
from inventory.organisation.views.organisation import DepartmentDetail, DepartmentList, UnitDetail

urlpatterns = [
    path("afdelinger/", DepartmentList.as_view(), name="department-list"),
    path("afdelinger/<int:pk>/", DepartmentDetail.as_view(), name="department-detail"),
    path("afdelinger/enheder/<int:pk>/", UnitDetail.as_view(), name="unit-detail"),
    path("afdelinger/enheder/<int:pk>/kontering/", unit_coding, name="unit-coding"),
]
