"""Exports of a stack's collages, made there and brought to the disk."""

from __future__ import annotations

from pathlib import Path

from collage.errors import InvalidRequest, NotInStore
from collage.export.asked import Export, Exported, folder_of
from collage.steps.export_collage import order
from collage.store.results import result_key
from combinatoric_collage.cli.stacks.stack import RunFailed, Stack

FUNCTION = "ExportFunction"
"""The stack's output that names the function."""

PIECE = 1_000_000
"""Bytes of a file that are read at once."""


def make(stack: Stack, collage: str, asked: Export) -> Exported:
    """Have an export made, unless it is there.

    Raises:
        NotInStore: when the collage is not made.
        InvalidRequest: when it cannot be made of that collage, or by that stack.
        CollageError: by the name that the stack gives, when it cannot.
    """
    if FUNCTION not in stack.outputs:
        raise InvalidRequest(f"kind: the stack {stack.name} is older than exports; deploy it anew.")
    stack.accepted(collage)
    try:
        ordered = order(stack.store, collage, asked)
    except NotInStore as error:
        raise RunFailed("NotMade", f"Collage {collage} is not made yet.") from error
    there = stack.store.exported(collage, ordered.name)
    if there is not None:
        return there
    event = {
        "id": collage,
        "name": ordered.name,
        "export": asked.model_dump(mode="json", exclude_none=True),
        "tiles": list(ordered.tiles),
    }
    return Exported.model_validate(stack.invoke(stack.outputs[FUNCTION], event))


def save(stack: Stack, made: Exported, file: Path) -> None:
    """Write the file of an export to the disk; it has its name when it is whole.

    Raises:
        RunFailed: NotWritten, when the disk does not take it.
    """
    unfinished = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as written:
            key = result_key(made.id, folder_of(made.name), made.file)
            for piece in stack.store.pieces(key, PIECE):
                written.write(piece)
        unfinished.replace(file)
    except OSError as error:
        raise RunFailed("NotWritten", f"{file} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
