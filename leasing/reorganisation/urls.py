from django.urls import path

from leasing.reorganisation.views import opened, preparing

AT = "organisation/aendringer/"
ONE = f"{AT}<int:pk>/"
urlpatterns = [
    path(AT, preparing.ReorganisationList.as_view(), name="reorganisation-list"),
    path(f"{AT}ny/", preparing.reorganisation_new, name="reorganisation-new"),
    path(ONE, preparing.reorganisation, name="reorganisation"),
    path(f"{ONE}ret/", preparing.reorganisation_edit, name="reorganisation-edit"),
    path(f"{ONE}tilfoej/", preparing.step_new, name="reorganisation-step"),
    path(f"{ONE}betaler/", opened.payers, name="reorganisation-payers"),
    path(f"{ONE}betaler/enhed/", opened.ChangeList.as_view(), name="reorganisation-changes"),
    path(f"{ONE}godkend/", preparing.agree, name="reorganisation-agree"),
    path(f"{ONE}fortryd/", preparing.undo, name="reorganisation-undo"),
    path(f"{ONE}annuller/", preparing.cancel, name="reorganisation-cancel"),
    path(f"{ONE}<int:step>/udstyr/", opened.StepDevices.as_view(), name="reorganisation-devices"),
    path(
        f"{ONE}<int:step>/medarbejdere/", opened.StepPeople.as_view(), name="reorganisation-people"
    ),
    path(f"{ONE}<int:step>/fjern/", preparing.step_remove, name="reorganisation-remove"),
    path(f"{ONE}<int:step>/del/", preparing.step_choose, name="reorganisation-choose"),
]
