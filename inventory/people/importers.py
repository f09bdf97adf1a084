"""Employees as a file."""

from albertslund_it.common.files import cells
from albertslund_it.common.permissions import IMPORT_INVENTORY
from inventory.imports.importers.columns import MAYBE_UNIT, UNIT_HEADINGS, initials, unit_number
from inventory.imports.importers.file_columns import UNIT_NAME, FileColumn
from inventory.imports.importers.reading import Importer, like
from inventory.imports.selectors import units_not_there
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
        FileColumn(
            "Initialer",
            "initials",
            initials,
            personal=True,
            required=True,
            example="ANBE",
            also=("sAMAccountName", "mailNickname"),
            may_be=(
                "Brugernavn",
                "Username",
                "User name",
                "Login",
                "userPrincipalName",
                "Bruger-id",
            ),
        ),
        FileColumn(
            "Navn",
            "name",
            like(Employee, "name"),
            required=True,
            example="Anna Berg",
            also=("displayName", "Fulde navn", "Full name"),
            may_be=("Name", "Medarbejder", "Employee"),
        ),
        FileColumn(
            "Mail",
            "mail",
            like(Employee, "mail"),
            clears_to="",
            example="anbe@example.dk",
            also=("E-mail", "Mailadresse", "E-mailadresse", "Email address"),
            may_be=("userPrincipalName", "UPN"),
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
            "Fratrådt",
            "left_on",
            cells.day,
            clears_to=None,
            help="Første dag uden ansættelse. SLET, hvis medarbejderen er her alligevel.",
            also=("Fratrædelsesdato",),
            may_be=("Slutdato", "Ophørt", "End date", "employeeLeaveDateTime"),
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
