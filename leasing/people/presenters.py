"""How employees stand, in Danish."""

from leasing.people.selectors.employee_list import EmployeeRow, EmployeeState

STATES = [
    (EmployeeState.PRESENT, "Ansat"),
    (EmployeeState.COMING, "Kommende"),
    (EmployeeState.LEFT, "Fratrådt"),
]


def mark_of_state(row: EmployeeRow) -> str | tuple[str, str]:
    """Return a mark (style, word) where there is something to mark."""
    if row.state == EmployeeState.COMING:
        return ("warn", "Kommende")
    if row.state == EmployeeState.LEFT:
        return ("bad" if row.devices else "", "Fratrådt")
    return "Ansat"
