"""What `manage.py check --deploy --database default` says of a machine that is in operation.

Nothing of it is asked without `--database`: a machine that has none yet is told by Django's own
checks what its settings lack.
"""

from django.core import checks
from django.core.mail import get_connection
from django.db import DatabaseError

from albertslund_it.operation.standing import groups
from albertslund_it.web.clock import machine_now

PREFIX = "drift"


@checks.register(checks.Tags.database, deploy=True)
def check_operation(app_configs, databases=None, **kwargs):
    """Return a warning for each line of the page of operation that is not as it should be."""
    if not databases or "default" not in databases:
        return []
    try:
        found = [line for _, lines in groups(machine_now()) for line in lines]
    except DatabaseError as error:
        return [
            checks.Error(
                f"Databasen svarer ikke, eller dens tabeller mangler ({type(error).__name__}).",
                hint="Se efter, om DATABASE_URL passer, og kør »manage.py migrate«.",
                id=f"{PREFIX}.database",
            )
        ]
    said = [
        checks.Warning(f"{line.title}: {line.says}", hint=line.advice, id=f"{PREFIX}.{line.key}")
        for line in found
        if line.state == "warn"
    ]
    return [*said, *_mail_server(found)]


def _mail_server(found):
    """Return a warning where a mail server is set and does not answer."""
    if any(line.key == "mail" and line.state == "warn" for line in found):
        return
    try:
        with get_connection():
            return
    except OSError as error:  # what smtplib raises is one too
        yield checks.Warning(
            f"Mailserveren svarer ikke, eller den tager ikke imod os ({type(error).__name__}).",
            hint="Se efter, om EMAIL_URL passer, og om porten er åben herfra.",
            id=f"{PREFIX}.mail_server",
        )
