"""Sentences put together from parts, and shares in per cent: what must not read wrongly."""

from collections.abc import Sequence


def full_stop(text: str) -> str:
    """End a sentence, unless it ends already: with an abbreviation such as 'kr.', say."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def listed(parts: Sequence[str]) -> str:
    """Return parts as a sentence says them: 'a', 'a og b', 'a, b og c'."""
    return " og ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def per_cent(part: int, whole: int) -> int:
    """Return a share in whole per cent, the nearest; 100 only for all of it, 0 only for nothing.

    99.6 % is not all of it, and 0.4 % is not nothing: they are 99 and 1.
    """
    if not whole or part == 0:
        return 0
    if part == whole:
        return 100
    return min(max((200 * part + whole) // (2 * whole), 1), 99)
