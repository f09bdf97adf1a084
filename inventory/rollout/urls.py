from django.urls import path

from inventory.rollout.views.rollout import MachineList, rollout_page
from inventory.rollout.views.work import cancel_visit, find, machine, new_roll, plan

urlpatterns = [
    path("udrulning/", rollout_page, name="rollout"),
    path("udrulning/maskiner/", MachineList.as_view(), name="rollout-machines"),
    path("udrulning/maskiner/<int:machine>/", machine, name="rollout-machine"),
    path("udrulning/find/", find, name="rollout-find"),
    path("udrulning/plan/", plan, name="rollout-plan"),
    path("udrulning/plan/<int:visit>/fjern/", cancel_visit, name="rollout-cancel-visit"),
    path("udrulning/rul/", new_roll, name="rollout-roll"),
]
