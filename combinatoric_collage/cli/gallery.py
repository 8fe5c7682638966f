"""One page of several collages: previews, titles, counts, links. It needs no script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from pydantic import ValidationError

from collage import page
from collage.errors import InvalidRequest
from collage.manifest import Manifest
from combinatoric_collage.cli.result_files import GALLERY, Results

DEEPEST = 4
"""How many folders down collages are looked for."""

CARD = Template("""\
<li><a href="$link">
<img src="$preview" alt="$alt" loading="lazy">
<h2>$title</h2>
<p>$counts</p>
<p><time datetime="$created">$day</time></p>
</a></li>""")


def write(folder: Path) -> tuple[Path, int]:
    """Write gallery.html and its style into ``folder``; the file and the number of collages.

    Raises:
        InvalidRequest: when there is no collage, the page was not built, or somebody else's file
            has the name of one of these.
        OSError: when the disk does not take it.
    """
    if not page.is_built():
        raise InvalidRequest(page.NOT_BUILT)
    found = sorted(_collages(folder), key=lambda one: one[1].created, reverse=True)
    if not found:
        raise InvalidRequest(f"{folder} has no fetched collage in it or below it.")
    cards = "\n".join(_card(place.relative_to(folder), manifest) for place, manifest in found)
    count = "one collage" if len(found) == 1 else f"{len(found):,} collages"
    template = Template((page.FOLDER / "gallery.html").read_text(encoding="utf-8"))
    results = Results(folder)
    results.begin(GALLERY)
    results.write("gallery.html", template.substitute(count=count, cards=cards).encode())
    results.write("page.css", page.files()["page.css"])
    return folder / "gallery.html", len(found)


def _collages(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """The folders that hold a fetched collage, and its manifest."""
    for place, below, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        complete = {"manifest.json", "index.html"} <= set(names)
        if depth == DEEPEST or (complete and depth):
            below.clear()
        if not complete:
            continue
        try:
            data = (Path(place) / "manifest.json").read_bytes()
            yield Path(place), Manifest.model_validate_json(data)
        except ValidationError:
            # Some other page with some other manifest.
            continue


def _card(place: Path, manifest: Manifest) -> str:
    def link(name: str) -> str:
        return escape(quote(str(place / name)))

    shown = manifest.geometry
    title = manifest.title or place.name or "Collage"
    tiles = len(manifest.tiles) - manifest.missing
    missing = f", {manifest.missing:,} missing" if manifest.missing else ""
    return CARD.substitute(
        link=link("index.html"),
        preview=link(manifest.files.preview),
        alt=escape(f"The collage {title}", quote=True),
        title=escape(title),
        counts=f"{shown.rows} by {shown.cols} cells, {tiles:,} tiles{missing}",
        created=escape(manifest.created),
        day=escape(manifest.created[:10]),
    )
