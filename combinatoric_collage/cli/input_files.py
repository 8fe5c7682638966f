"""Files that commands are given."""

from __future__ import annotations

from pathlib import Path

from collage.errors import NotAPicture, PermanentError, SourceTooLarge


class NoSuchFile(PermanentError):
    """There is nothing of that name."""


def read(file: Path, most: int | None = None) -> bytes:
    """The bytes of a picture's file. Of one that has more than ``most`` no more are read.

    Raises:
        NoSuchFile: when it is not there.
        NotAPicture: when it is a folder, or cannot be read.
        SourceTooLarge: when it has more than ``most`` bytes.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(-1 if most is None else most + 1)
    except FileNotFoundError:
        raise NoSuchFile(f"There is no file {file}.") from None
    except IsADirectoryError:
        raise NotAPicture(f"{file} is not a file.") from None
    except OSError as error:
        raise NotAPicture(f"{file} cannot be read: {error.strerror}.") from error
    if most is not None and len(data) > most:
        raise SourceTooLarge(f"{file} has more than the {most:,} bytes that are allowed.")
    return data
