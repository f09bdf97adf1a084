"""The posts: who answers for each department and unit, who could be asked, and who is away."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib.auth.models import User

from albertslund_it.common.permissions import DECIDE_APPROVAL
from albertslund_it.web.people import BACKEND
from albertslund_it.web.rights import may_set_rights_of, reserved_users
from inventory.models import Access, Department, Unit
from leasing.users.selectors.users import accesses_from

DEPARTMENT, UNIT = "department", "unit"
# Why a leader who is a user already is not let in from the list.
CLOSED, ONESELF, ABOVE = "closed", "oneself", "above"


@dataclass
class Post:
    """A department or a unit: its leader as the files name them, and who has access to it.

    `holders` can log in and answer today; `coming` begin later. `known` is the user who has the
    leader's mail already, and `hindrance` why that user is not to be let in by who asks.
    """

    kind: str
    id: int
    name: str
    under: str
    leader: str
    mail: str
    known: User | None = None
    hindrance: str = ""
    holders: list[Access] = field(default_factory=list)
    coming: list[Access] = field(default_factory=list)

    @property
    def is_vacant(self) -> bool:
        return not self.holders

    @property
    def is_waiting(self) -> bool:
        """Return whether the leader is not there: named with a mail, but without access."""
        return self.is_vacant and not self.coming and bool(self.mail) and bool(self.leader)

    @property
    def is_to_be_asked(self) -> bool:
        """Return whether the leader can be invited as it stands."""
        return self.is_waiting and not self.hindrance

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.id}"


def posts(today: date, actor: User | None = None) -> list[Post]:
    """Return the departments, and those units that have a leader or somebody with access.

    With an actor each post says whether its leader is theirs to let in.
    """
    heads = set(User.objects.with_perm(DECIDE_APPROVAL, backend=BACKEND).values_list("pk"))
    held: dict[tuple[str, int], tuple[list[Access], list[Access]]] = defaultdict(lambda: ([], []))
    for access in accesses_from(today).select_related("user").filter(user__is_active=True):
        if access.department_id and (access.user_id,) not in heads:
            continue
        kind = DEPARTMENT if access.department_id else UNIT
        held[kind, access.department_id or access.unit_id or 0][access.starts_on > today].append(
            access
        )
    users = User.objects.exclude(email="").prefetch_related("groups").order_by("-pk")
    known = {user.email.lower(): user for user in users}
    above = set(reserved_users().values_list("pk", flat=True)) if actor else set()
    found = [
        Post(DEPARTMENT, one.pk, one.name, "", one.head_name, one.head_mail)
        for one in Department.objects.all()
    ]
    units = Unit.objects.in_use().filter(is_cost_holder=False).select_related("department")
    for one in units:
        under = one.department.name if one.department else ""
        if one.leader_mail or one.leader_name or (UNIT, one.pk) in held:
            found.append(Post(UNIT, one.pk, one.name, under, one.leader_name, one.leader_mail))
    for post in found:
        post.holders, post.coming = held.get((post.kind, post.id), ([], []))
        post.known = known.get(post.mail.lower())
        if actor and post.known:
            post.hindrance = _hindrance(actor, post.known, settings.POST_ROLES[post.kind], above)
    return found


def _hindrance(actor: User, user: User, role: str, above: Collection[int]) -> str:
    """Return why somebody may not give a user a post and its role; nothing where they may."""
    if not may_set_rights_of(actor, user):
        return ONESELF if actor == user else ABOVE
    has_role = role in {group.name for group in user.groups.all()}
    if user.pk in above and not (has_role or actor.is_superuser):
        return ABOVE
    return "" if user.is_active else CLOSED


def vacant_departments(today: date) -> list[str]:
    """Return the names of the departments that nobody answers for today."""
    return [one.name for one in posts(today) if one.kind == DEPARTMENT and one.is_vacant]
