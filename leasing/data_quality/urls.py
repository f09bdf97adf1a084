from django.urls import path

from leasing.data_quality.views import data_quality

urlpatterns = [
    path("datakvalitet/", data_quality, name="data-quality"),
]
