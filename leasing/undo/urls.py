from django.urls import path

from leasing.undo.views.acts import ActList, act_detail, act_undo

urlpatterns = [
    path("fortryd/", ActList.as_view(), name="act-list"),
    path("fortryd/<int:pk>/", act_detail, name="act-detail"),
    path("fortryd/<int:pk>/nu/", act_undo, name="act-undo"),
]
