from django.urls import path

from leasing.setup.views import setup, setup_trial

urlpatterns = [
    path("kom-i-gang/", setup, name="setup"),
    path("kom-i-gang/proevemail/", setup_trial, name="setup-trial"),
]
