"""The mail that lets somebody in: with a link that works once, or where to sign on."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from albertslund_it.web.people import Actor, name_of
from inventory.models import Access
from leasing.mail.services import write_mail
from leasing.models import Mail


def mail_invitation(*, user: User, actor: Actor, now: datetime) -> Mail | None:
    """Write where to log in; the link is Django's own, dead once a password is chosen by it.

    Nobody reads such a mail in the system: who has the link may become the user.
    """
    address = ""
    if not settings.OIDC_ENABLED:
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        address = reverse("password-set", args=[uid, default_token_generator.make_token(user)])
    accesses = user.accesses.select_related("department", "unit").order_by("starts_on", "pk")
    return write_mail(
        recipients=[user.email],
        subject="Du har fået adgang til Pc-leasing",
        template="invitation",
        context={
            "name": name_of(user),
            "by": name_of(actor),
            "address": address or reverse("front"),
            "signs_on": settings.OIDC_ENABLED,
            "username": user.get_username(),
            "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
            "roles": [
                (group.name, settings.ROLE_NOTES.get(group.name, ""))
                for group in user.groups.order_by("name")
            ],
            "accesses": [_said_in_mail(one) for one in accesses],
        },
        now=now,
        key=f"invitation-{user.pk}-{now:%Y%m%d%H%M%S%f}",
    )


def _said_in_mail(access: Access) -> str:
    said = f"{access.department or access.unit} fra {access.starts_on:%d-%m-%Y}"
    if access.ends_before:
        said += f" til og med {access.ends_before - timedelta(days=1):%d-%m-%Y}"
    return said
