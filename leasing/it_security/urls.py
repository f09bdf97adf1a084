from django.urls import path

from leasing.it_security.views import it_security

urlpatterns = [path("it-sikkerhed/", it_security, name="it-security")]
