"""The files that a server's pages ask for, collected before it starts."""

from django.apps import apps
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

from albertslund_it.common.errors import Refused


def refuse_uncollected_files() -> None:
    """Refuse to start without them: every page would be an error that says nothing of the cause.

    Raises:
        Refused: when `collectstatic` was not run, or was run before some file came, or with other
            settings (without SECRET_KEY it is a local run, which writes no list of names).
    """
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return
    ignored = apps.get_app_config("staticfiles").ignore_patterns
    wanted = {path for finder in get_finders() for path, _ in finder.list(ignored)}
    if missing := sorted(wanted - set(staticfiles_storage.hashed_files)):
        raise Refused(
            f"Sidernes filer (stilark og scripts) er ikke samlet til en server: {len(missing)} af "
            f"{len(wanted)} mangler i {staticfiles_storage.location}, fx {missing[0]}.",
            "Kør »manage.py collectstatic --noinput« med den samme SECRET_KEY og DEBUG i miljøet, "
            "som serveren startes med, og start så igen.",
        )
