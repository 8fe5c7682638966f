"""A finished collage's page is copied to a place of its own, where nothing changes it any more."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from collage import cell_index, page
from collage.cell_index import CellIndex
from collage.digest import canonical
from collage.errors import StoreUnavailable
from collage.export.site import Link, Site, everybodys
from collage.store.bucket import READERS
from collage.store.choices import script_of as choices_script
from collage.store.results import script_of
from collage.store.store import Store

INDEX = "index.html"

TRIES = 3
"""How often a copy is begun anew, where the collage was made anew meanwhile."""

SCRIPT = "text/javascript; charset=utf-8"
TYPES = {
    "manifest.json": "application/json",
    "manifest.js": SCRIPT,
    "choices.js": SCRIPT,
    **page.TYPES,
}
"""What is written of a copy, all else is copied; and what it is, to a browser."""


def freeze(
    store: Store,
    collage_id: str,
    into: str,
    *,
    tiles: bool = True,
    link: Link | None = None,
    until: str | None = None,
) -> int:
    """Copy what the page of a collage needs below the prefix ``into``; how many files that are.

    ``into`` has no slash at its end, and is this copy's alone. All names in the copy are relative
    to it. index.html comes last: where it is, the copy is whole, and stays as it is. One that was
    interrupted is gone on with.

    ``link`` makes the whole address of a file of the copy, by its name there, for those who show
    previews of addresses; whatever stands after the ``?`` of its addresses is written behind all
    names in the copy, so it must be good for every file. ``until`` is when the copy goes, in UTC,
    for the page to say so. ``tiles`` are the pictures in full size.

    Raises:
        NotInStore: when the collage is not made.
        StoreUnavailable: when S3 does not answer, or the collage is made anew all the time.
        FileNotFoundError: when the page was not built.
    """
    if INDEX in (there := store.below(into)):
        return len(there)
    for _ in range(TRIES):
        site = Site(store.manifest(collage_id), tiles)
        made = written(store, site)
        begun = store.read_below(into, "manifest.json") == made["manifest.json"]
        there = store.below(into) if begun else set()
        for name, data in made.items():
            store.put_below(into, name, data, TYPES[name])
        _index(store, site, into)
        _copy(store, site, into, there)
        if store.manifest(collage_id) == site.stored:
            index = site.index(page.files()[INDEX], link, until)
            store.put_below(into, INDEX, index, TYPES[INDEX])
            return len(store.below(into))
    raise StoreUnavailable(f"The collage {collage_id} is made anew all the time; try again.")


def written(store: Store, site: Site, *, scripts: bool = False) -> dict[str, bytes]:
    """What is written of a site, by its names there: all but index.html, index and what is copied.

    ``scripts`` is whether the index of a large collage lies there as scripts.

    Raises:
        FileNotFoundError: when the page was not built.
    """
    own = page.files()
    return {
        "manifest.json": canonical(site.manifest.model_dump(mode="json")),
        "manifest.js": script_of(site.manifest, scripts=scripts),
        "choices.js": choices_script(everybodys(store.choices(site.manifest.id))),
        **{name: data for name, data in own.items() if name != INDEX},
    }


def _index(store: Store, site: Site, into: str) -> None:
    """Write the index of a large collage, which is read as its page goes."""
    if cell_index.is_large(site.manifest):
        for name, data in CellIndex(site.manifest).files():
            store.put_below(into, name, data, TYPES["manifest.json"])


def _copy(store: Store, site: Site, into: str, there: Collection[str]) -> None:
    """Copy the pictures but for those that are ``there``."""

    def copy(part: tuple[str, str]) -> None:
        name, key = part
        store.copy(key, f"{into}/{name}")

    wanted = site.parts(store.result_files(site.manifest.id))
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(copy, [part for part in wanted if part[0] not in there]))
