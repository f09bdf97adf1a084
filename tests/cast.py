"""The fixed cast: one user for each role, made when a test first asks for them."""

from datetime import date
from functools import cached_property

from django.contrib.auth.models import Group, User

from albertslund_it import roles
from inventory.models import Access
from tests import builders

PASSWORD = "en-lang-adgangskode"


class Cast:
    """Users by role; `head` answers for `department`, `unit_leader` for `unit` inside it."""

    @cached_property
    def department(self):
        return builders.department()

    @cached_property
    def unit(self):
        return builders.unit(department=self.department)

    @cached_property
    def helpdesk(self):
        return self.user("hjalte", roles.HELPDESK)

    @cached_property
    def finance(self):
        return self.user("oda", roles.FINANCE)

    @cached_property
    def auditor(self):
        return self.user("rasmine", roles.AUDITOR)

    @cached_property
    def administrator(self):
        return self.user("asta", roles.ADMINISTRATOR, is_staff=True)

    @cached_property
    def head(self):
        return self.with_access("lone", roles.HEAD, department=self.department)

    @cached_property
    def unit_leader(self):
        return self.with_access("ejnar", roles.UNIT_LEADER, unit=self.unit)

    @cached_property
    def nobody(self):
        """Return a user who may log in and has no role."""
        return self.user("nanna")

    def by_role(self) -> dict[str, User]:
        """Return all of them by the name of their role; the one without any by ''."""
        return {
            roles.HELPDESK: self.helpdesk,
            roles.HEAD: self.head,
            roles.UNIT_LEADER: self.unit_leader,
            roles.FINANCE: self.finance,
            roles.AUDITOR: self.auditor,
            roles.ADMINISTRATOR: self.administrator,
            "": self.nobody,
        }

    def user(self, username, *role_names, **fields) -> User:
        """Make one more user with these roles."""
        made = User.objects.create_user(
            username, f"{username}@example.dk", PASSWORD, first_name=username.title(), **fields
        )
        made.groups.set([Group.objects.get(name=name) for name in role_names])
        return made

    def with_access(
        self, username, role, *, department=None, unit=None, starts_on=None, ends_before=None
    ) -> User:
        """Make one more user who sees a department or a unit, from and until a day."""
        made = self.user(username, role)
        Access.objects.create(
            user=made,
            department=department,
            unit=unit,
            starts_on=starts_on or date(2025, 1, 1),
            ends_before=ends_before,
        )
        return made
