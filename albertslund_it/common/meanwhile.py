"""What is typed against what the person saw: two at once never undo one another's change."""

from collections.abc import Mapping

from albertslund_it.common.errors import Refused


def only_changed(
    typed: Mapping[str, object],
    *,
    seen: Mapping[str, object],
    stands: Mapping[str, object],
    labels: Mapping[str, str],
) -> dict[str, object]:
    """Return what is typed otherwise than it was seen; the rest is not the person's to write.

    Raises:
        Refused: when somebody else has changed some of it to a third value meanwhile.
    """
    wanted = {name: value for name, value in typed.items() if value != seen.get(name)}
    moved = [name for name, value in wanted.items() if stands[name] not in (seen.get(name), value)]
    if moved:
        raise Refused(
            *(
                f"{labels[name]}: en anden har imens rettet det. Åbn siden igen, og ret dér."
                for name in moved
            )
        )
    return wanted
