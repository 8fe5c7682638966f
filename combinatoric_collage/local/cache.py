"""What can be made again, on the disk until then."""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

# Some tens of kilobytes each: a template in a few versions, each with a few sets of parameters.
MOST = 32


def cache_folder() -> Path:
    """Where this package keeps what it can make again, as each system has it."""
    caches = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or caches) / "combinatoric-collage"


class Cache:
    """A folder with the newest of one kind; one that cannot be used is as one that is empty."""

    def __init__(self, folder: Path, ending: str) -> None:
        """`ending` is that of its files' names."""
        self._folder = folder
        self._ending = ending

    def get(self, key: str) -> bytes | None:
        """What was put under a key; None where there is nothing."""
        file = self._folder / f"{key}{self._ending}"
        try:
            found = file.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            file.touch()
        return found

    def put(self, key: str, data: bytes) -> None:
        """Keeps something, in one step, and lets go of the one used longest ago."""
        unfinished = self._folder / f"{key}.{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(data)
                unfinished.replace(self._folder / f"{key}{self._ending}")
            finally:
                unfinished.unlink(missing_ok=True)
            for old in sorted(self._folder.glob(f"*{self._ending}"), key=_used)[:-MOST]:
                old.unlink(missing_ok=True)
        except OSError:
            # Another time it is made again.
            return


def _used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # Another cloud has let go of it.
        return 0.0
