from django.urls import include, path

# The quarters come last: their codes take any word after kvartaler/.
SUBJECTS = (
    "front",
    "search",
    "data_quality",
    "devices",
    "movements",
    "returns",
    "leases",
    "lessor_questions",
    "lease_end",
    "people",
    "orders",
    "approvals",
    "mail",
    "cost_share",
    "end_calendar",
    "calendar_feed",
    "confirmation",
    "imports",
    "supplier",
    "audit_trail",
    "buyout",
    "charges",
    "fiscal_year",
    "replacing",
    "quarters",
)
urlpatterns = [path("", include(f"leasing.{subject}.urls")) for subject in SUBJECTS]
