"""Who a mail, or the name that somebody logs in with, belongs to."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from inventory.models import DirectoryPerson, Employee, EmployeeAlias, SourceKind
from leasing.sources.selectors.snapshots import latest


class Logins:
    """Every employee by mail, by initials before the municipality's own domains, and as before.

    A mail that two people have is nobody's: to guess would be to accuse. Who has left is meant only
    where nobody else is.
    """

    def __init__(self) -> None:
        rows = Employee.objects.exclude(initials="").order_by("pk")
        people = list(rows.values_list("pk", "initials", "mail", "left_on"))
        self._by_mail = _unique((mail.lower(), pk, left) for pk, _, mail, left in people if mail)
        self._by_initials = {initials.lower(): pk for pk, initials, _, _ in people}
        domains = Counter(mail.lower().rpartition("@")[2] for _, _, mail, _ in people if mail)
        self._domains = {name for name, count in domains.items() if 10 * count >= len(people)}
        for kind, value, person in EmployeeAlias.objects.values_list("kind", "value", "employee"):
            known = self._by_mail if kind == EmployeeAlias.Kind.ADDRESS else self._by_initials
            known.setdefault(value.lower(), person)
        snapshot = latest(SourceKind.DIRECTORY)
        named = DirectoryPerson.objects.filter(snapshot=snapshot, employee__isnull=False)
        self._by_login = dict(named.values_list("login", "employee")) if snapshot else {}

    def person(self, *names: str) -> int | None:
        """Return the employee with one of these mails or logins; None for nobody, or for two."""
        for name in (one.strip().lower() for one in names):
            if name in self._by_mail:
                return self._by_mail[name]
        for name in (one.strip().lower() for one in names):
            if name in self._by_login:
                return self._by_login[name]
            initials, _, domain = name.rpartition("@")
            if domain in self._domains and initials in self._by_initials:
                return self._by_initials[initials]
        return None


def _unique(rows: Iterable[tuple[str, int, date | None]]) -> dict[str, int | None]:
    """Return the one person of each mail: who is still there before who has left."""
    here: dict[str, set[int]] = {}
    left: dict[str, set[int]] = {}
    for mail, person, left_on in rows:
        (left if left_on else here).setdefault(mail, set()).add(person)
    return {
        mail: next(iter(people)) if len(people) == 1 else None
        for mail, people in {**left, **here}.items()
    }
