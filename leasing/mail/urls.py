from django.urls import path

from leasing.mail.views import MailList, mail_detail, mail_retry

urlpatterns = [
    path("mails/", MailList.as_view(), name="mail-list"),
    path("mails/<int:pk>/", mail_detail, name="mail-detail"),
    path("mails/send/", mail_retry, name="mail-retry"),
]
