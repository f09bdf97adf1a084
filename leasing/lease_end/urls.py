"""The addresses of what happens when leases end."""

from django.urls import path

from leasing.lease_end.views.board import EndBoardPage, end_detail
from leasing.lease_end.views.decide import decide, wish
from leasing.lease_end.views.lessor_list import lessor_list, lessor_list_file

urlpatterns = [
    path("udloeb/", EndBoardPage.as_view(), name="end-board"),
    path("udloeb/beslut/", decide, name="end-decide"),
    path("udloeb/oensk/", wish, name="end-wish"),
    path("udloeb/liste/", lessor_list, name="lessor-list"),
    path("udloeb/liste/fil/", lessor_list_file, name="lessor-list-file"),
    path("udloeb/<int:term>/", end_detail, name="end-detail"),
]
