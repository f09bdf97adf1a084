from django.urls import path

from leasing.webhooks.views.pages import (
    webhook_again,
    webhook_edit,
    webhook_list,
    webhook_new,
    webhook_page,
)

urlpatterns = [
    path("webhooks/", webhook_list, name="webhook-list"),
    path("webhooks/ny/", webhook_new, name="webhook-new"),
    path("webhooks/<int:pk>/", webhook_page, name="webhook"),
    path("webhooks/<int:pk>/ret/", webhook_edit, name="webhook-edit"),
    path("webhooks/<int:pk>/igen/<int:delivery>/", webhook_again, name="webhook-again"),
]
