"""Which roles and which departments and units a sign-on says that somebody has.

A claim gives what the environment says that it gives, and nothing else: a role that closes quarters
only where `OIDC_ROLES` names it, and never what a superuser may.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from albertslund_it import roles
from inventory.models import Department, Unit
from leasing.users.selectors.sign_on import led_by, named

logger = logging.getLogger(__name__)


def roles_in(claims: Mapping[str, Any]) -> set[str]:
    """Return the roles that the claim gives."""
    name = settings.OIDC_ROLE_CLAIM
    if name not in claims and name in _left_out(claims):
        # A directory sends no groups at all where somebody has too many; then nothing is known.
        logger.warning("The provider left out %s: too many groups. Use app roles.", name)
    said = {one.casefold() for one in _texts(claims.get(name))}
    return {role for value, role in settings.OIDC_ROLES.items() if value in said}


def _left_out(claims: Mapping[str, Any]) -> Iterable[str]:
    said = claims.get("_claim_names")
    return said if isinstance(said, dict) else ()


def things_in(claims: Mapping[str, Any], mail: str, held: Iterable[str]) -> set[Department | Unit]:
    """Return what somebody leads: by the claim for those with a leader's role, or by the register.

    The claim alone gives nothing: a directory's field »department« says where people work.
    """
    found: set[Department | Unit] = set()
    if settings.OIDC_LEADERS_FROM_REGISTER:
        found |= led_by(mail)
    if settings.OIDC_UNIT_CLAIM:
        departments, units = named(_texts(claims.get(settings.OIDC_UNIT_CLAIM)))
        if roles.HEAD in held:
            found |= departments
        if {roles.HEAD, roles.UNIT_LEADER} & {*held}:
            found |= units
    return found


def _texts(claimed: Any) -> list[str]:
    listed = claimed if isinstance(claimed, list) else [claimed]
    return [one.strip() for one in listed if isinstance(one, str) and one.strip()]
