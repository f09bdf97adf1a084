"""Rights read in one question are those that Django's own backend gives."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from albertslund_it import roles

pytestmark = pytest.mark.django_db


def rights(user):
    """Return what a user may as it stands now: a user keeps what was read once."""
    return User.objects.get(pk=user.pk).get_all_permissions()


def of_django(user):
    return ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))


def test_they_are_the_users_own_and_those_of_each_role_whoever_it_is(cast):
    both, nobody = cast.finance, cast.nobody
    both.groups.add(Group.objects.get(name=roles.HELPDESK))
    nobody.user_permissions.add(Permission.objects.get(codename="close_quarter"))

    for user in (both, nobody, *cast.by_role().values()):
        if isinstance(user, User):
            assert rights(user) == of_django(user)
    assert rights(nobody) == {"leasing.close_quarter"}
    assert {"leasing.close_quarter", "leasing.handle_orders"} <= rights(both)


def test_who_is_closed_or_nobody_may_nothing_and_a_superuser_everything(cast):
    closed = cast.helpdesk
    closed.is_active = False
    closed.save()

    assert not rights(closed)
    assert not AnonymousUser().get_all_permissions()
    assert rights(User.objects.create_superuser("alt")) == {
        f"{one.content_type.app_label}.{one.codename}"
        for one in Permission.objects.select_related("content_type")
    }


def test_all_of_a_page_reads_them_in_one_question(cast, django_assert_num_queries):
    user = User.objects.get(pk=cast.head.pk)
    with django_assert_num_queries(1):
        assert user.has_perm("inventory.view_device")
        assert not user.has_perm("leasing.close_quarter")
        assert not user.has_module_perms("axes")
