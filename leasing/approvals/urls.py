from django.urls import path

from leasing.approvals.views import ApprovalList, approval_detail, approval_new

urlpatterns = [
    path("dispensationer/", ApprovalList.as_view(), name="approval-list"),
    path("dispensationer/ny/", approval_new, name="approval-new"),
    path("dispensationer/<int:pk>/", approval_detail, name="approval-detail"),
]
