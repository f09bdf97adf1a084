from django.urls import path

from leasing.search.views import suggestions
from leasing.search.views.page import search_options, search_page

urlpatterns = [
    path("soeg/", search_page, name="search"),
    path("soeg/alt/", search_options, name="search-options"),
    path("soeg/medarbejdere/", suggestions.people, name="suggest-people"),
    path("soeg/udstyr/", suggestions.devices, name="suggest-devices"),
]
