"""The addresses of a department's share and all that explains it."""

from django.urls import path

from leasing.views.share.bridge import bridge
from leasing.views.share.budget import budget_sheet_page, budgets, budgets_enter
from leasing.views.share.decisions import decisions
from leasing.views.share.forecast import share_forecast
from leasing.views.share.letter import letter
from leasing.views.share.share import share_people

urlpatterns = [
    path("egenbetaling/prognose/", share_forecast, name="share-forecast"),
    path("egenbetaling/brev/", letter, name="letter"),
    path("egenbetaling/forskel/", bridge, name="bridge"),
    path("egenbetaling/beslutninger/", decisions, name="decisions"),
    path("egenbetaling/medarbejdere/", share_people, name="share-people"),
    path("budgetter/", budgets, name="budgets"),
    path("budgetter/ret/", budgets_enter, name="budgets-enter"),
    path("budgetter/ark/", budget_sheet_page, name="budget-sheet"),
]
