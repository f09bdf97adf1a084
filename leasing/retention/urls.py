from django.urls import path

from leasing.retention.views import held, person_file

urlpatterns = [
    path("persondata/", held, name="personal-data"),
    path("medarbejdere/<int:pk>/persondata/", person_file, name="employee-personal-data"),
]
