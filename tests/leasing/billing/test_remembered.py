"""Figures that are kept for as long as nothing has changed."""

from auditlog.registry import auditlog
from django.apps import apps

from inventory.models import Unit
from leasing.billing.selectors.remembered import is_remembered, remembered
from tests import builders as make
from tests.leasing.billing.test_closing_properties import rolled_back


def names():
    return sorted(Unit.objects.values_list("name", flat=True))


def test_what_was_rolled_back_is_not_taken_for_what_came_after(db):
    make.cost_holder()
    with rolled_back():
        make.unit("1001", name="Ærtebjerg Skole")
        kept = remembered("names", names)
        assert is_remembered("names")
    assert not is_remembered("names")
    make.unit("1001", name="Biblioteket")  # with the history number that the other one had
    found = remembered("names", names)
    assert "Ærtebjerg Skole" in kept
    assert found == names()
    assert "Biblioteket" in found


def test_whatever_a_figure_is_made_of_leaves_an_entry_or_has_its_own_number():
    """A model that does neither would be shown as it was for an hour."""
    silent = {
        model.__name__
        for app in ("inventory", "leasing")
        for model in apps.get_app_config(app).get_models()
        if not auditlog.contains(model)
    }
    numbered = {"QuarterlyInvoice", "Confirmation"}
    with_their_run = {"InvoiceLine", "InvoiceSummary", "BilledFacts"}
    with_their_invoice = {"SupplierInvoiceLine"}
    in_no_figure = {"KeptFile", "Mail", "Preparation", "SeenProposal"}
    in_no_figure |= {"Cost", "CostEnding", "CostLease", "CostMark", "CostPending", "CostTotal"}
    assert silent == numbered | with_their_run | with_their_invoice | in_no_figure
