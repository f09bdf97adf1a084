from django.urls import path

from leasing.api.views.api import document, patterns
from leasing.api.views.pages import (
    client_detail,
    client_edit,
    client_list,
    client_new,
    docs,
    token_revoke,
)

urlpatterns = [
    path("api-klienter/", client_list, name="api-clients"),
    path("api-klienter/ny/", client_new, name="api-client-new"),
    path("api-klienter/<int:pk>/", client_detail, name="api-client"),
    path("api-klienter/<int:pk>/ret/", client_edit, name="api-client-edit"),
    path(
        "api-klienter/<int:pk>/noegle/<int:token>/traek-tilbage/",
        token_revoke,
        name="api-token-revoke",
    ),
    path("api/v1/docs/", docs, name="api-docs"),
    path("api/v1/openapi.json", document, name="api-document"),
    path("api/v1/", patterns()),
]
