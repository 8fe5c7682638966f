"""Lists of styles from language models: what they are asked, and what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from collage.errors import NoStyles
from collage.words import styles

REPAIRS = 2
"""How often a model is told what was wrong with its list."""


def check(answer: Sequence[str], count: int, exclude: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The usable styles in an answer, at most ``count``, and what is wrong with it, if anything."""
    barred = {styles.fold(name) for name in exclude}
    fitting = [name for name in answer if len(" ".join(name.split())) <= styles.MAX_NAME]
    distinct = styles.distinct(styles.clean(name) for name in fitting)
    found = tuple(name for name in distinct if styles.fold(name) not in barred)[:count]
    faults = []
    if len(fitting) < len(answer):
        faults.append(f"Names may have at most {styles.MAX_NAME} characters.")
    if len(distinct) < len(fitting):
        faults.append("Some names were empty or named twice.")
    if any(styles.fold(name) in barred for name in distinct):
        faults.append(f"Leave out {', '.join(exclude)}.")
    if len(found) == count:
        return found, ""
    return found, " ".join([f"There are {len(found)} usable styles, not {count}.", *faults])


def question(count: int, theme: str | None, exclude: Sequence[str]) -> str:
    """What a language model is asked for so many styles."""
    parts = [f"List {count} distinct art styles or movements, each by its usual short name."]
    if theme:
        parts.append(f"Keep to this theme: {theme}.")
    if exclude:
        parts.append(f"Leave out {', '.join(exclude)}.")
    return " ".join(parts)


def usable(
    count: int,
    exclude: Sequence[str],
    asked: Callable[[], Sequence[str]],
    repair: Callable[[Sequence[str], str], None],
) -> tuple[str, ...]:
    """``count`` distinct styles, none of them excluded, from a model that is asked until then.

    ``asked`` gives an answer; ``repair`` is told of a wrong one, and what to ask after it.

    Raises:
        NoStyles: when the list is still wrong after the last repair; the message says how.
    """
    for attempt in range(1 + REPAIRS):
        answer = asked()
        found, wrong = check(answer, count, exclude)
        if not wrong:
            return found
        if attempt < REPAIRS:
            repair(answer, f"{wrong} Give the whole list of {count} again.")
    raise NoStyles(f"The language model gave no usable list of {count} styles: {wrong}")
