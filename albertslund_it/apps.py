from django import forms
from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

# Before any form is made, the admin's and Django's own too: say what to do. Forms and admin pages
# of ours put the field's name in (see web/forms/fields.py).
forms.Field.default_error_messages["required"] = "Udfyld feltet."


class RoofConfig(AppConfig):
    """The whole: settings, addresses, roles and the demo."""

    name = "albertslund_it"
    verbose_name = "Pc-leasing"

    def ready(self):
        from albertslund_it.kept_costs import refresh_after_command
        from albertslund_it.operation import checks  # noqa: F401  # they make themselves known
        from albertslund_it.roles import write_roles
        from albertslund_it.web.commands import changes_made
        from albertslund_it.web.database.history import drop_unread_indexes, keep_to_own_fields
        from albertslund_it.web.database.recorded import watch_single_rows
        from albertslund_it.web.database.sqlite import close_to_others, teach_danish
        from albertslund_it.web.sessions import begin_session

        keep_to_own_fields()
        post_migrate.connect(drop_unread_indexes, sender=apps.get_app_config("auditlog"))
        user_logged_in.connect(begin_session, dispatch_uid="begin_session")
        watch_single_rows()
        connection_created.connect(teach_danish, dispatch_uid="teach_danish")
        connection_created.connect(close_to_others, dispatch_uid="close_to_others")
        changes_made.connect(refresh_after_command)
        # The last app with tables: by then the permissions of every app are there.
        post_migrate.connect(write_roles, sender=apps.get_app_config("leasing"))
