"""The addresses of what happens when leases end."""

from django.urls import path

from leasing.lease_end.views.board import EndBoardPage, end_detail
from leasing.lease_end.views.decide import decide, wish

urlpatterns = [
    path("udloeb/", EndBoardPage.as_view(), name="end-board"),
    path("udloeb/beslut/", decide, name="end-decide"),
    path("udloeb/oensk/", wish, name="end-wish"),
    path("udloeb/<int:term>/", end_detail, name="end-detail"),
]
