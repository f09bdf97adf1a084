"""Small readings that many figures of a page begin with, asked for once while the moment lasts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_read: ContextVar[dict[Any, Any] | None] = ContextVar("read_in_this_moment", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Let what is `once_a_moment` be read once inside."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def once_a_moment(read: Callable[P, T]) -> Callable[P, T]:
    """Read once in `one_moment`, where nothing can change; outside of it each time.

    What it returns is shared: nobody may change it.
    """

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _read.get()
        if known is None:
            return read(*args, **kwargs)
        key = read, args, tuple(kwargs.items())
        if key not in known:
            known[key] = read(*args, **kwargs)
        found: T = known[key]
        return found

    return reading
