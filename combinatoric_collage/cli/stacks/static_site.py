"""A collage's page in a folder, for a web host of one's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from collage import cell_index, page
from collage.cell_index import CellIndex
from collage.errors import InvalidRequest, NotInStore
from collage.export.site import Link, Site
from collage.steps.freeze_collage import INDEX, written
from collage.store.store import Store
from combinatoric_collage.cli.result_files import CHOICES, NO_JEKYLL, Results
from combinatoric_collage.cli.stacks.fetch import READERS
from combinatoric_collage.cli.stacks.stack import RunFailed

PIECE = 1_000_000
"""Bytes of a file that are read at once."""

LARGEST_FILE, LARGEST_SITE = 100_000_000, 1_000_000_000
"""Bytes that GitHub takes of a file, and of all that its Pages show."""


@dataclass(frozen=True)
class Written:
    """What lies in the folder of a site."""

    files: int
    bytes: int
    notes: tuple[str, ...]


def check(out: Path) -> None:
    """Refuse a folder before anything is read for it.

    Raises:
        InvalidRequest: when it cannot be written to, or is somebody else's; also when it is that
            of a fetched collage whose choices a site would leave out.
    """
    results = Results(out)
    results.check()
    if CHOICES[0] in results.written() and (out / CHOICES[0]).exists():
        raise InvalidRequest(
            f"site: {out} holds a fetched collage with its {CHOICES[0]}; give another folder."
        )


def write(store: Store, collage: str, out: Path, *, tiles: bool, link: Link | None) -> Written:
    """Write the site of a collage into ``out``; index.html comes last.

    Raises:
        NotInStore: when the collage is not made.
        InvalidRequest: when a file of somebody else has the name of one of its files.
        RunFailed: NotBuilt where there is no page, NotWritten when the disk does not take it.
    """
    if not page.is_built():
        raise RunFailed("NotBuilt", page.NOT_BUILT)
    site = Site(store.manifest(collage), tiles)
    # As scripts: a folder may be opened from disk, too.
    made = {**written(store, site, scripts=True), NO_JEKYLL: b""}
    index = CellIndex(site.manifest) if cell_index.is_large(site.manifest) else None
    indexed = index.names(scripts=True) if index else ()
    copied = dict(site.parts(store.result_files(collage)))
    results = Results(out)

    def copy(part: tuple[str, str]) -> None:
        name, key = part
        try:
            results.write(name, b"".join(store.pieces(key, PIECE)))
        except NotInStore:
            copied.pop(name)

    try:
        results.begin({*made, *copied, *indexed, INDEX})
        with ThreadPoolExecutor(READERS) as pool:
            list(pool.map(copy, tuple(copied.items())))
        for name, data in made.items():
            results.write(name, data)
        for name, data in index.files(scripts=True) if index else ():
            results.write(name, data)
        results.write(INDEX, site.index(page.files()[INDEX], link))
        names = {*made, *copied, *indexed, INDEX}
        results.end(names)
        sizes = {name: (out / name).stat().st_size for name in names}
    except OSError as error:
        raise RunFailed("NotWritten", f"{out} cannot be written: {error.strerror}.") from error
    return Written(len(sizes), sum(sizes.values()), _notes(sizes))


def _notes(sizes: dict[str, int]) -> tuple[str, ...]:
    """What a host that many use would not take."""
    most = f"GitHub takes files of up to {LARGEST_FILE / 1e6:.0f} MB"
    found = [
        f"{name} has {size / 1e6:,.0f} MB; {most}."
        for name, size in sizes.items()
        if size > LARGEST_FILE
    ]
    if (whole := sum(sizes.values())) > LARGEST_SITE:
        found.append(
            f"All of it has {whole / 1e9:,.1f} GB; "
            f"GitHub Pages show up to {LARGEST_SITE / 1e9:.0f} GB."
        )
    return tuple(found)
