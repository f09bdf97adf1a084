from django.urls import path

from leasing.calendar_feed.views import feed, feed_page

urlpatterns = [
    path("kalender/", feed_page, name="calendar-feed-page"),
    path("kalender/<str:secret>.ics", feed, name="calendar-feed"),
]
