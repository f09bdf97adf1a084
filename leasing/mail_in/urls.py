from django.urls import path

from leasing.mail_in.views import ReceivedList, received_dismiss, received_file

urlpatterns = [
    path("bestillinger/mails/", ReceivedList.as_view(), name="received-list"),
    path("bestillinger/mails/<int:pk>/filer/<int:file>/", received_file, name="received-file"),
    path("bestillinger/mails/<int:pk>/ikke/", received_dismiss, name="received-dismiss"),
]
