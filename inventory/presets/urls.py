from django.urls import path

from inventory.presets.views import (
    preset_again,
    preset_change,
    preset_delete,
    preset_list,
    preset_new,
)

urlpatterns = [
    path("visninger/", preset_list, name="preset-list"),
    path("visninger/ny/", preset_new, name="preset-new"),
    path("visninger/<int:pk>/igen/", preset_again, name="preset-again"),
    path("visninger/<int:pk>/ret/", preset_change, name="preset-change"),
    path("visninger/<int:pk>/slet/", preset_delete, name="preset-delete"),
]
