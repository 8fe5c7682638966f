"""The choices that lie beside a fetched collage, for its page and for whoever opens it again."""

from __future__ import annotations

import os
from pathlib import Path

from collage import records
from collage.choices import choice
from collage.choices.choice import Choices
from collage.store.choices import script_of
from combinatoric_collage.cli.result_files import CHOICES, Results


def read(folder: Path) -> Choices | None:
    """The choices in a folder, if there are any.

    Raises:
        UnreadableChoices: when the file is damaged, breaks a rule or is of another version.
        OSError: when it cannot be read.
    """
    try:
        data = (folder / CHOICES[0]).read_bytes()
    except FileNotFoundError:
        return None
    return choice.read(data, str(folder / CHOICES[0]))


def write(results: Results, choices: Choices) -> None:
    """Write the choices into a folder; `Results.begin` has put them on record.

    Raises:
        OSError: when the disk does not take them; those before are whole then.
    """
    for name, data in zip(CHOICES, (records.write(choices), script_of(choices)), strict=True):
        unfinished = results.folder / f".{name}.new"
        unfinished.write_bytes(data)
        os.replace(unfinished, results.folder / name)
