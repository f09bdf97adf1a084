from django.urls import path

from leasing.people.views.employee_list import EmployeeList
from leasing.people.views.employee_page import (
    coming_new,
    employee_ask_back,
    employee_detail,
    employee_edit,
)
from leasing.people.views.merging import (
    double_list,
    employee_merge,
    employee_two_people,
    merge_with,
)
from leasing.people.views.notes import EmployeeNoteFile, EmployeeNotes
from leasing.people.views.offboarding import employee_offboard
from leasing.people.views.onboarding import coming_list

urlpatterns = [
    path("medarbejdere/", EmployeeList.as_view(), name="employee-list"),
    path("medarbejdere/kommende/", coming_list, name="coming-list"),
    path("medarbejdere/kommende/ny/", coming_new, name="coming-new"),
    path("medarbejdere/<int:pk>/", employee_detail, name="employee-detail"),
    path("medarbejdere/<int:pk>/ret/", employee_edit, name="employee-edit"),
    path("medarbejdere/<int:pk>/fratraeder/", employee_offboard, name="employee-offboard"),
    path("medarbejdere/dubletter/", double_list, name="employee-doubles"),
    path("medarbejdere/<int:pk>/saml/", merge_with, name="employee-merge-with"),
    path("medarbejdere/<int:pk>/saml/<int:other>/", employee_merge, name="employee-merge"),
    path(
        "medarbejdere/<int:pk>/to-personer/<int:other>/",
        employee_two_people,
        name="employee-two-people",
    ),
    path(
        "medarbejdere/<int:pk>/bed-tilbage/<int:device_pk>/",
        employee_ask_back,
        name="employee-ask-back",
    ),
    path("medarbejdere/<int:pk>/noter/", EmployeeNotes.as_view(), name="employee-notes"),
    path(
        "medarbejdere/<int:pk>/noter/<int:note>/",
        EmployeeNoteFile.as_view(),
        name="employee-note-file",
    ),
]
