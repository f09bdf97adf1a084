from django.urls import path

from leasing.buyout.views.answer import answer
from leasing.buyout.views.lists import BuyoutList, OfferList, YesList
from leasing.buyout.views.offers import offer_delete, offer_edit, offer_new
from leasing.buyout.views.steps import AskPage, DecidePage, HandOverPage, WithdrawPage

urlpatterns = [
    path("frikoeb/", BuyoutList.as_view(), name="buyout-list"),
    path("frikoeb/spoerg/", AskPage.as_view(), name="buyout-ask"),
    path("frikoeb/traek-tilbage/", WithdrawPage.as_view(), name="buyout-withdraw"),
    path("frikoeb/beslut/", DecidePage.as_view(), name="buyout-decide"),
    path("frikoeb/overdraget/", HandOverPage.as_view(), name="buyout-hand-over"),
    path("frikoeb/ja/", YesList.as_view(), name="buyout-yes"),
    path("frikoeb/tilbud/", OfferList.as_view(), name="buyout-offers"),
    path("frikoeb/tilbud/nyt/", offer_new, name="buyout-offer-new"),
    path("frikoeb/tilbud/<int:pk>/", offer_edit, name="buyout-offer"),
    path("frikoeb/tilbud/<int:pk>/slet/", offer_delete, name="buyout-offer-delete"),
    path("frikoeb/svar/<path:token>/", answer, name="buyout-answer"),
]
