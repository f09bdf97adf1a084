from django.urls import path

from leasing.people.views.employee_list import EmployeeList
from leasing.people.views.employee_page import (
    coming_new,
    employee_ask_back,
    employee_detail,
    employee_edit,
    employee_join,
)

urlpatterns = [
    path("medarbejdere/", EmployeeList.as_view(), name="employee-list"),
    path("medarbejdere/kommende/", coming_new, name="coming-new"),
    path("medarbejdere/<int:pk>/", employee_detail, name="employee-detail"),
    path("medarbejdere/<int:pk>/ret/", employee_edit, name="employee-edit"),
    path("medarbejdere/<int:pk>/saml/", employee_join, name="employee-join"),
    path(
        "medarbejdere/<int:pk>/bed-tilbage/<int:device_pk>/",
        employee_ask_back,
        name="employee-ask-back",
    ),
]
