from django.urls import path

from leasing.search.views import search_page

urlpatterns = [
    path("soeg/", search_page, name="search"),
]
