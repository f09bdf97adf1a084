from django.urls import path

from inventory.views.coding import unit_coding
from inventory.views.organisation import DepartmentDetail, DepartmentList, UnitDetail
from inventory.views.rollout import MachineList, rollout_page
from inventory.views.rollout_work import cancel_visit, find, machine, new_roll, plan

urlpatterns = [
    path("afdelinger/", DepartmentList.as_view(), name="department-list"),
    path("afdelinger/<int:pk>/", DepartmentDetail.as_view(), name="department-detail"),
    path("afdelinger/enheder/<int:pk>/", UnitDetail.as_view(), name="unit-detail"),
    path("afdelinger/enheder/<int:pk>/kontering/", unit_coding, name="unit-coding"),
    path("udrulning/", rollout_page, name="rollout"),
    path("udrulning/maskiner/", MachineList.as_view(), name="rollout-machines"),
    path("udrulning/maskiner/<int:machine>/", machine, name="rollout-machine"),
    path("udrulning/find/", find, name="rollout-find"),
    path("udrulning/plan/", plan, name="rollout-plan"),
    path("udrulning/plan/<int:visit>/fjern/", cancel_visit, name="rollout-cancel-visit"),
    path("udrulning/rul/", new_roll, name="rollout-roll"),
]
