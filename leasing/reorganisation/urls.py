from django.urls import path

from leasing.reorganisation import views

AT = "organisation/aendringer/"
ONE = f"{AT}<int:pk>/"
urlpatterns = [
    path(AT, views.ReorganisationList.as_view(), name="reorganisation-list"),
    path(f"{AT}ny/", views.reorganisation_new, name="reorganisation-new"),
    path(ONE, views.reorganisation, name="reorganisation"),
    path(f"{ONE}ret/", views.reorganisation_edit, name="reorganisation-edit"),
    path(f"{ONE}tilfoej/", views.step_new, name="reorganisation-step"),
    path(f"{ONE}godkend/", views.agree, name="reorganisation-agree"),
    path(f"{ONE}fortryd/", views.undo, name="reorganisation-undo"),
    path(f"{ONE}annuller/", views.cancel, name="reorganisation-cancel"),
    path(f"{ONE}<int:step>/fjern/", views.step_remove, name="reorganisation-remove"),
    path(f"{ONE}<int:step>/del/", views.step_choose, name="reorganisation-choose"),
]
