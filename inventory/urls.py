from django.urls import include, path

urlpatterns = [
    path("", include("inventory.organisation.urls")),
    path("", include("inventory.presets.urls")),
    path("", include("inventory.rollout.urls")),
]
