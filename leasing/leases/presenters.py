"""How a lease stands, in words."""

from datetime import date

from leasing.leases.selectors.leases import COMING, ENDED, RUNNING, STOPPED, LeaseState

WORDS = {STOPPED: "Stoppet", ENDED: "Udløbet", COMING: "Fra"}


def lease_cell(state: LeaseState | None) -> date | tuple[str, str]:
    """Return a lease's last day; when it is not running, a mark (style, words) that says so."""
    if state is None:
        return "", "Uden leasing"
    return state.day if state.key == RUNNING else ("", lease_mark(state))


def lease_mark(state: LeaseState | None) -> str:
    """Say what is special about a lease on a day; '' where it runs, or there is none."""
    if state is None or state.key == RUNNING:
        return ""
    return f"{WORDS[state.key]} {state.day:%d-%m-%Y}"
