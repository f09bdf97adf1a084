"""People by what they are called, or were before two were merged."""

from django.db.models import Q, QuerySet

from inventory.models import Employee, EmployeeAlias


def employee_with_initials(text: str) -> Employee | None:
    """Return who has some initials, whatever their case, or else who had them."""
    if not text:
        return None
    people = Employee.objects.select_related("unit__department")
    has = people.filter(initials__iexact=text).first()
    return has or people.filter(pk__in=_formerly(EmployeeAlias.Kind.INITIALS, text)).first()


def with_address(text: str) -> QuerySet[Employee]:
    """Return those who have, or had, a mail or a UPN, whatever its case."""
    had = _formerly(EmployeeAlias.Kind.ADDRESS, text)
    return Employee.objects.filter(Q(mail__iexact=text) | Q(pk__in=had))


def had_initials(text: str) -> Q:
    """Match who had exactly these initials, whatever their case."""
    return Q(pk__in=_formerly(EmployeeAlias.Kind.INITIALS, text))


def _formerly(kind: EmployeeAlias.Kind, text: str) -> QuerySet[EmployeeAlias, int]:
    value = text.upper() if kind == EmployeeAlias.Kind.INITIALS else text.casefold()
    return EmployeeAlias.objects.filter(kind=kind, value=value).values_list("employee", flat=True)
