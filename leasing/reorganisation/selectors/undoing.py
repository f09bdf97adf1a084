"""What stands in the way of undoing a reorganisation that is carried out."""

from datetime import datetime

from inventory.acts.selectors.hindrances import Hindrance
from inventory.acts.selectors.written import rows_of
from leasing.models import Reorganisation
from leasing.undo.selectors.hindrances import all_hindrances, oldest_kept


def is_forgotten(reorganisation: Reorganisation, now: datetime) -> bool:
    """Return whether what held before is kept no longer."""
    act = reorganisation.act
    return act is None or act.at < oldest_kept(now) or not act.rows.exists()


def hindrances_of(reorganisation: Reorganisation, now: datetime) -> list[Hindrance]:
    """Return what rests on it by now; nothing of what cannot be undone for its age."""
    act = reorganisation.act
    if act is None or is_forgotten(reorganisation, now):
        return []
    return all_hindrances(act, rows_of(act))
