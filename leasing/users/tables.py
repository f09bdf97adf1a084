"""The list of users: its table and its filter."""

from datetime import date

import django_filters
from django.contrib.auth.models import Group, User
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from albertslund_it.web.clock import today
from albertslund_it.web.lists.columns import Column, MarkColumn
from albertslund_it.web.lists.filters import FilterSet
from albertslund_it.web.lists.tables import Table
from albertslund_it.web.people import name_of
from inventory.models import Department
from leasing.users.presenters import STATES, roles_shown, seen_shown, state_shown
from leasing.users.selectors.users import in_state


def _last_login(user: User) -> str:
    return f"{timezone.localtime(user.last_login):%d-%m-%Y}" if user.last_login else "Aldrig"


class UserTable(Table):
    """Who may log in."""

    caption = "Brugere og adgange"
    empty_title = "Ingen bruger passer til det, du har valgt"
    empty_help = "Vælg noget andet, eller invitér en kollega."

    name = Column(
        "Navn",
        of=name_of,
        link=lambda user: reverse("user-detail", args=[user.pk]),
        sort_by=("first_name", "last_name", "username"),
        card="title",
    )
    email = Column("Mail", card="line")
    roles = Column("Roller", of=roles_shown, orderable=False, card="line")
    seen = Column("Ser", of=seen_shown, orderable=False, card="line")
    last_login = Column("Senest logget ind", of=_last_login)
    state = MarkColumn(
        "Status", of=lambda user: state_shown(user, today()), orderable=False, card="answer"
    )


class UserFilter(FilterSet):
    """What the list of users can be narrowed to."""

    q = django_filters.CharFilter(label="Søg", method="named")
    rolle = django_filters.ModelChoiceFilter(
        label="Rolle",
        queryset=Group.objects.order_by("name"),
        field_name="groups",
        empty_label="Alle",
    )
    afdeling = django_filters.ModelChoiceFilter(
        label="Afdeling",
        queryset=Department.objects.all(),
        method="seeing",
        empty_label="Alle",
    )
    stand = django_filters.ChoiceFilter(
        label="Status", choices=STATES, method="standing", empty_label="Alle"
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hint("Navn eller mail")

    def named(self, users, name, text):
        for word in text.split():
            users = users.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(email__icontains=word)
                | Q(username__icontains=word)
            )
        return users

    def seeing(self, users, name, department):
        day: date = today()
        current = Q(accesses__ends_before=None) | Q(accesses__ends_before__gt=day)
        of = Q(accesses__department=department) | Q(accesses__unit__department=department)
        matching = User.objects.filter(of, current).values("pk")
        return users.filter(pk__in=matching)

    def standing(self, users, name, state):
        return in_state(users, state, today())
