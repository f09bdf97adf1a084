from django.urls import path

from leasing.audit_trail.views.trail import trail, trail_search
from leasing.audit_trail.views.why import line_why

urlpatterns = [
    path("linjer/beregning/<int:lease>/<int:unit>/<str:period>/", line_why, name="line-why"),
    path("bilagsspor/", trail_search, name="trail-search"),
    path("bilagsspor/<slug:number>/", trail, name="trail"),
]
