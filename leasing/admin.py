"""What Django finds: the pages of the admin, each in the drawer of its subject."""

from importlib import import_module

for subject in (
    "approvals",
    "billing",
    "charges",
    "confirmation",
    "fiscal_year",
    "leases",
    "mail",
    "movements",
    "orders",
    "rebilling",
):
    import_module(f"leasing.{subject}.admin")
