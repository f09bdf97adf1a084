from django.urls import path

from leasing.fiscal_year.views.obligation import ObligationList
from leasing.fiscal_year.views.pivot import year_page

urlpatterns = [
    path("kvartaler/udgift/", year_page, name="year"),
    path("kvartaler/udgift/restforpligtelse/", ObligationList.as_view(), name="obligation"),
]
