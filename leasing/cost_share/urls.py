"""The addresses of a department's share and all that explains it."""

from django.urls import path

from leasing.cost_share.views.at_date import HeldList
from leasing.cost_share.views.bridge import bridge
from leasing.cost_share.views.budget import budget_sheet_page, budgets, budgets_enter
from leasing.cost_share.views.coming import ComingList
from leasing.cost_share.views.decisions import decisions
from leasing.cost_share.views.forecast import share_forecast
from leasing.cost_share.views.letter import letter
from leasing.cost_share.views.lines import LineList
from leasing.cost_share.views.municipality import ComparedDepartmentList, MoveList
from leasing.cost_share.views.share import share, share_people
from leasing.cost_share.views.what_if import scenario_delete, scenario_order, scenario_save, what_if

urlpatterns = [
    path("egenbetaling/", share, name="share"),
    path("egenbetaling/linjer/", LineList.as_view(), name="lines"),
    path("egenbetaling/prognose/", share_forecast, name="share-forecast"),
    path("egenbetaling/prognose/kommende/", ComingList.as_view(), name="share-coming"),
    path("egenbetaling/brev/", letter, name="letter"),
    path("egenbetaling/hvad-nu-hvis/", what_if, name="what-if"),
    path("egenbetaling/hvad-nu-hvis/gem/", scenario_save, name="scenario-save"),
    path("egenbetaling/hvad-nu-hvis/<int:pk>/slet/", scenario_delete, name="scenario-delete"),
    path("egenbetaling/hvad-nu-hvis/<int:pk>/bestil/", scenario_order, name="scenario-order"),
    path("egenbetaling/dengang/", HeldList.as_view(), name="share-at"),
    path("egenbetaling/kommunen/", ComparedDepartmentList.as_view(), name="municipality"),
    path("egenbetaling/flytninger/", MoveList.as_view(), name="moves"),
    path("egenbetaling/forskel/", bridge, name="bridge"),
    path("egenbetaling/beslutninger/", decisions, name="decisions"),
    path("egenbetaling/medarbejdere/", share_people, name="share-people"),
    path("budgetter/", budgets, name="budgets"),
    path("budgetter/ret/", budgets_enter, name="budgets-enter"),
    path("budgetter/ark/", budget_sheet_page, name="budget-sheet"),
]
