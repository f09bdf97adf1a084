from django.urls import path

from leasing.end_calendar.views import calendar

urlpatterns = [
    path("udloeb/kalender/", calendar, name="end-calendar"),
]
