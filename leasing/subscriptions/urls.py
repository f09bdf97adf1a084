"""The addresses of what is sent by mail each month or quarter."""

from django.urls import path

from leasing.subscriptions.views import subscription_delete, subscription_list, subscription_new

urlpatterns = [
    path("abonnementer/", subscription_list, name="subscription-list"),
    path("abonnementer/ny/", subscription_new, name="subscription-new"),
    path("abonnementer/<int:pk>/slet/", subscription_delete, name="subscription-delete"),
]
