from django.urls import path

from leasing.settings.views import settings_edit, settings_list

urlpatterns = [
    path("indstillinger/", settings_list, name="settings"),
    path("indstillinger/<slug:key>/", settings_edit, name="settings-edit"),
]
