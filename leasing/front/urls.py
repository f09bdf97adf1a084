from django.urls import path

from leasing.front.views.front import front
from leasing.front.views.queue import next_in_queue
from leasing.front.views.scan import scan

urlpatterns = [
    path("", front, name="front"),
    path("scan/", scan, name="scan"),
    path("koe/<slug:queue>/", next_in_queue, name="next-in-queue"),
]
