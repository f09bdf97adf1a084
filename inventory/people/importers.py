"""Employees as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import IMPORT_INVENTORY
from inventory.imports.importers.columns import initials, unit_number
from inventory.imports.importers.reading import FileColumn, Importer, like
from inventory.models import Employee
from inventory.people.services.employees import EmployeeFacts, save_employees

EMPLOYEES = Importer(
    kind="employees",
    label="Medarbejdere",
    help="Hvem der kan have udstyr, og hvilken enhed de hører til.",
    permission=IMPORT_INVENTORY,
    names_people=True,
    make=EmployeeFacts,
    save=save_employees,
    columns=(
        FileColumn("Initialer", "initials", initials, required=True, example="ANBE"),
        FileColumn("Navn", "name", like(Employee, "name"), required=True, example="Anna Berg"),
        FileColumn("Mail", "mail", like(Employee, "mail"), clears_to="", example="anbe@example.dk"),
        FileColumn("Enhedsnr", "unit", unit_number, required=True, example="9911"),
        FileColumn(
            "Fratrådt",
            "left_on",
            cells.day,
            clears_to=None,
            help="Første dag uden ansættelse. SLET, hvis medarbejderen er her alligevel.",
        ),
        FileColumn(
            "Samme person",
            "is_same_person",
            cells.yes_or_no,
            help="ja, når en, der er fratrådt, kommer igen med et nyt navn. Ellers afvises det: "
            "initialer, der har tilhørt en anden, tager historikken med.",
        ),
    ),
)
