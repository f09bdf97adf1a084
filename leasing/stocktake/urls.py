from django.urls import path

from leasing.stocktake.views.answer import answer
from leasing.stocktake.views.counting import CountPage, answer_row
from leasing.stocktake.views.lists import CountedList, FindList, StocktakeList
from leasing.stocktake.views.stocktakes import (
    stocktake_close,
    stocktake_detail,
    stocktake_extend,
    stocktake_new,
    stocktake_remind,
)

urlpatterns = [
    path("optaelling/", StocktakeList.as_view(), name="stocktake-list"),
    path("optaelling/ny/", stocktake_new, name="stocktake-new"),
    path("optaelling/svar/<path:token>/", answer, name="stocktake-answer"),
    path("optaelling/<int:stocktake>/", stocktake_detail, name="stocktake"),
    path("optaelling/<int:stocktake>/udstyr/", CountedList.as_view(), name="stocktake-devices"),
    path("optaelling/<int:stocktake>/fund/", FindList.as_view(), name="stocktake-finds"),
    path("optaelling/<int:stocktake>/ryk/", stocktake_remind, name="stocktake-remind"),
    path("optaelling/<int:stocktake>/mere-tid/", stocktake_extend, name="stocktake-extend"),
    path("optaelling/<int:stocktake>/luk/", stocktake_close, name="stocktake-close"),
    path(
        "optaelling/<int:stocktake>/enhed/<int:unit>/", CountPage.as_view(), name="stocktake-count"
    ),
    path("optaelling/<int:stocktake>/svar/<int:row>/", answer_row, name="stocktake-row"),
]
