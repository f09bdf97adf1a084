from django.urls import path

from leasing.sources.views import (
    SourceDifferenceList,
    add_directory_person,
    add_seen_device,
    device_model,
    source_overview,
)

urlpatterns = [
    path("kilder/", source_overview, name="sources"),
    path("kilder/<slug:difference>/", SourceDifferenceList.as_view(), name="source-difference"),
    path("kilder/ukendt-udstyr/<int:pk>/", add_seen_device, name="source-add-device"),
    path("kilder/ukendte-brugere/<int:pk>/", add_directory_person, name="source-add-person"),
    path("kilder/model/<int:pk>/", device_model, name="source-model"),
]
