from django.urls import path

from leasing.jobs.views.jobs import job_again, job_file, job_list, job_now, job_page
from leasing.jobs.views.lists import list_file

urlpatterns = [
    path("arbejde/", job_list, name="job-list"),
    path("arbejde/liste/", list_file, name="job-list-file"),
    path("arbejde/nu/", job_now, name="job-now"),
    path("arbejde/<int:pk>/", job_page, name="job"),
    path("arbejde/<int:pk>/fil/", job_file, name="job-file"),
    path("arbejde/<int:pk>/igen/", job_again, name="job-again"),
]
