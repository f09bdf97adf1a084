from django.urls import path

from leasing.data_quality.views.accepting import accept, rule_owner, show_again
from leasing.data_quality.views.findings import FaultList, data_quality
from leasing.data_quality.views.idle import IdlePage

urlpatterns = [
    path("datakvalitet/", data_quality, name="data-quality"),
    path("datakvalitet/ikke-i-brug/", IdlePage.as_view(), name="idle"),
    path("datakvalitet/<slug:key>/", FaultList.as_view(), name="finding"),
    path("datakvalitet/<slug:key>/godtag/", accept, name="finding-accept"),
    path("datakvalitet/<slug:key>/vis-igen/", show_again, name="finding-show-again"),
    path("datakvalitet/<slug:key>/ansvarlig/", rule_owner, name="finding-owner"),
]
