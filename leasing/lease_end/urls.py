"""The addresses of what happens when leases end."""

from django.urls import path

from leasing.lease_end.views.board import EndBoardPage, end_detail

urlpatterns = [
    path("udloeb/", EndBoardPage.as_view(), name="end-board"),
    path("udloeb/<int:term>/", end_detail, name="end-detail"),
]
