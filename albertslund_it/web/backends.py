"""The rights of whoever is logged in, read at a tenth of the cost.

Django's own backend asks twice, for what is the user's and what is their roles', and puts both
questions together anew for every page: 0.75 of the 10 milliseconds of an empty one.
"""

from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db.models import Q, QuerySet

from albertslund_it.web.database.put_together import given, put_together_once


class RightsInOne:
    """Says what a user may before Django's own backend, which then need not ask; logs nobody in."""

    def authenticate(self, request):
        """Take no credentials, and so be passed over."""

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: object = None) -> set[str]:
        """Return what a user may, by themselves and by their roles."""
        if not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return set()  # the others say
        known = vars(user_obj)
        if "_perm_cache" not in known:  # where Django's own looks too
            found = _rights_of(user=user_obj.pk)
            known["_perm_cache"] = {f"{app}.{codename}" for app, codename in found}
        return known["_perm_cache"]

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: object = None) -> bool:
        """Return whether a user has a right."""
        return perm in self.get_all_permissions(user_obj, obj)


@put_together_once
def _rights_of(*, user: int) -> QuerySet[Permission, tuple[str, str]]:
    own, of_roles = (
        Permission.objects.filter(condition)
        .values_list("content_type__app_label", "codename")
        .order_by()
        for condition in (Q(user=given(user)), Q(group__user=given(user)))
    )
    return of_roles.union(own)
