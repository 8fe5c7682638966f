"""Writes web/src/offered.json: what the pages offer by themselves, where they can ask nobody.

``python -m examples.offered``. It is what the library knows of formats and of paper, so that a new
one is not written down for the pages as well.
"""

import json
from pathlib import Path

from collage.export.asked import FILMS
from collage.export.paper import SIZES
from collage.formats import FORMATS

FILE = Path(__file__).resolve().parents[1] / "web" / "src" / "offered.json"


def text() -> str:
    """The file: formats of pictures and of films, the default of each first, and names of paper."""
    formats = [
        {"name": each.name, "title": each.title, "type": each.content_type}
        for each in FORMATS.values()
    ]
    films = [{"name": name, "title": title} for name, title in FILMS.items()]
    known = {"formats": formats, "films": films, "papers": list(SIZES)}
    return json.dumps(known, indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
