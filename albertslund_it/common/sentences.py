"""Sentences put together from parts, and shares in per cent: what must not read wrongly."""


def full_stop(text: str) -> str:
    """End a sentence, unless it ends already: with an abbreviation such as 'kr.', say."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def per_cent(part: int, whole: int) -> int:
    """Return a share in whole per cent, the nearest; 100 only for all of it, 0 only for nothing.

    99.6 % is not all of it, and 0.4 % is not nothing: they are 99 and 1.
    """
    if not whole or part == 0:
        return 0
    if part == whole:
        return 100
    return min(max((200 * part + whole) // (2 * whole), 1), 99)
