"""One word for one sum: what a model costs 'pr. kvartal' is the same on every page that says so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasing.approvals.selectors.approvals import cost_of_exceptions
from leasing.domain.accrual import a_quarter, accrued, terms_in_order
from leasing.orders.selectors.line_facts import facts_of_line
from leasing.orders.selectors.purchases import by_model, lines_to_buy
from tests import builders as make
from tests.leasing.orders.ground import TODAY, bought, scan

ORE = 143_933  # 89,95 a quarter


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(1, 10_000_000),
    st.integers(1, 24),
)
def test_it_is_what_the_first_quarter_of_a_lease_costs(starts_on, price, quarters):
    terms = terms_in_order(starts_on, [(price, quarters)])
    end = terms_in_order(starts_on, [(1, 1)])[0].ends_before
    assert a_quarter(price, quarters) == accrued(terms, None, end)


@pytest.mark.django_db
def test_every_page_says_the_same():
    model, anna = make.model(), make.employee()
    make.price(price_ore=ORE)
    facts = facts_of_line(employee=anna, unit=anna.unit, model=model, today=TODAY)
    approval = make.approval(anna)
    make.order_line(anna.unit, model=model)
    [to_buy] = by_model(lines_to_buy(), TODAY)
    bought(quantity=1, number="4711")
    delivered = scan("4711", "PF01", dry_run=True)

    said = {
        facts.quarter_ore,
        to_buy.quarter_ore,
        cost_of_exceptions([approval], TODAY)[approval.pk].quarter_ore,
        delivered.new[0].quarter_ore,
    }
    assert said == {8995}
