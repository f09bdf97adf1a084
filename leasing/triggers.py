"""A trigger as our own tables carry it, spelled as its database tells it back.

So what is installed can be compared with what should be, to the sign.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Schema(NamedTuple):
    """A PostgreSQL schema's name, quoted as an identifier and as a text."""

    identifier: str
    literal: str


@dataclass(frozen=True)
class Trigger:
    """A trigger and, on PostgreSQL, its function."""

    name: str
    table: str
    trigger: str
    function: str = ""

    @property
    def statements(self) -> tuple[str, ...]:
        if not self.function:
            return (self.trigger,)
        return (
            self.function,
            self.trigger,
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}",
        )


def statement_trigger(name: str, table: str, event: str, body: str, schema: Schema) -> Trigger:
    """Return a trigger of PostgreSQL that fires once a statement, replication sessions included.

    `event` is what stands after CREATE TRIGGER and the name. The function's search path is fixed,
    with temporary tables last: else one of the same name would be looked in instead.
    """
    return Trigger(
        name,
        table,
        trigger=f"CREATE TRIGGER {name} {event} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        function=f"CREATE OR REPLACE FUNCTION {schema.identifier}.{name}()\n RETURNS trigger\n"
        f" LANGUAGE plpgsql\n SET search_path TO {schema.literal}, 'pg_temp'\n"
        f"AS $function${body}$function$\n",
    )
