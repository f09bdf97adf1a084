from django.urls import path

from leasing.confirmation.views.finance import department_answers, first_page
from leasing.confirmation.views.leader import confirmation, objection_new
from leasing.confirmation.views.objections import ObjectionList, objection

urlpatterns = [
    path("bekraeft/", confirmation, name="confirm"),
    path("bekraeft/<int:pk>/ikke-vores/", objection_new, name="objection-new"),
    path("indsigelser/", ObjectionList.as_view(), name="objection-list"),
    path("indsigelser/<int:pk>/", objection, name="objection"),
    path("kvartaler/foerste/", first_page, name="first-rebilling"),
    path("kvartaler/foerste/<int:pk>/", department_answers, name="round-department"),
]
