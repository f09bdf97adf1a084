from django.urls import path

from leasing.front.views import front

urlpatterns = [
    path("", front, name="front"),
]
