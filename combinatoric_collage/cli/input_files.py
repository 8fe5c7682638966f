"""Files that commands are given."""

from __future__ import annotations

from pathlib import Path

from collage.errors import NotAPicture, PermanentError


class NoSuchFile(PermanentError):
    """There is nothing of that name."""


def read(file: Path) -> bytes:
    """The bytes of a picture's file.

    Raises:
        NoSuchFile: when it is not there.
        NotAPicture: when it is a folder, or cannot be read.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NoSuchFile(f"There is no file {file}.") from None
    except IsADirectoryError:
        raise NotAPicture(f"{file} is not a file.") from None
    except OSError as error:
        raise NotAPicture(f"{file} cannot be read: {error.strerror}.") from error
