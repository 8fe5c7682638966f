"""The page that lies beside each collage, as its build leaves it in the folder ``page``.

Its sources are in ``web/``; `make install` and `sam build` build it.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "page"

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
"""The page's files and what they are, to a browser."""

NOT_BUILT = "The page was not built; run `make install`."


def is_built() -> bool:
    """Whether there is a page; a collage is a collage without one, too."""
    return all((FOLDER / name).is_file() for name in TYPES)


@cache
def files() -> dict[str, bytes]:
    """The page's files by name; read once a process.

    Raises:
        FileNotFoundError: when it was not built.
    """
    return {name: (FOLDER / name).read_bytes() for name in TYPES}
