"""Budgets as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import MANAGE_AMOUNTS
from inventory.imports.importers.columns import MAYBE_UNIT, UNIT_HEADINGS, unit_number
from inventory.imports.importers.file_columns import UNIT_NAME, FileColumn
from inventory.imports.importers.reading import Importer
from inventory.imports.selectors import units_not_there
from leasing.cost_share.services.budgets import FIRST_YEAR, LAST_YEAR, BudgetFacts, save_budgets

BUDGETS = Importer(
    kind="budgets",
    label="Budgetter",
    help="Hvad hver enhed må bruge på leasing i et regnskabsår. Et budget, der er der, rettes.",
    permission=MANAGE_AMOUNTS,
    make=BudgetFacts,
    save=save_budgets,
    columns=(
        FileColumn(
            "År",
            "year",
            cells.whole_number(FIRST_YEAR, LAST_YEAR),
            required=True,
            help="Regnskabsåret",
            example=2027,
            also=("Year", "Regnskabsår"),
        ),
        FileColumn(
            "Enhedsnr",
            "unit",
            unit_number,
            required=True,
            example="9911",
            also=UNIT_HEADINGS,
            may_be=MAYBE_UNIT,
            names=UNIT_NAME,
            not_there=units_not_there,
        ),
        FileColumn(
            "Beløb",
            "amount_ore",
            cells.amount,
            required=True,
            help="Hele årets budget, i kr. uden moms. En tom celle ændrer ikke noget",
            example="25.000,00",
            may_be_blank=True,
            also=("Budget", "Amount"),
        ),
    ),
)
