"""A finished collage's page is copied to a place of its own, where nothing changes it any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from collage import page
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

SCRIPT, JSON = "text/javascript; charset=utf-8", "application/json"


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
    own = page.files()
    if INDEX in (there := store.below(into)):
        return len(there)
    for _ in range(TRIES):
        site = Site(store.manifest(collage_id), tiles)
        _copy(store, site, into)
        for name in ("page.css", "page.js"):
            store.put_below(into, name, own[name], page.TYPES[name])
        chosen = choices_script(everybodys(store.choices(collage_id)))
        store.put_below(into, "choices.js", chosen, SCRIPT)
        if store.manifest(collage_id) == site.stored:
            index = site.index(own[INDEX], link, until)
            store.put_below(into, INDEX, index, page.TYPES[INDEX])
            return len(store.below(into))
    raise StoreUnavailable(f"The collage {collage_id} is made anew all the time; try again.")


def _copy(store: Store, site: Site, into: str) -> None:
    """Copy the pictures; those of an interrupted copy of the same collage stay."""
    manifest = canonical(site.manifest.model_dump(mode="json"))
    begun = store.read_below(into, "manifest.json") == manifest
    there = store.below(into) if begun else set()
    store.put_below(into, "manifest.json", manifest, JSON)
    store.put_below(into, "manifest.js", script_of(site.manifest), SCRIPT)
    wanted = site.parts(store.result_files(site.manifest.id))

    def copy(part: tuple[str, str]) -> None:
        name, key = part
        store.copy(key, f"{into}/{name}")

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(copy, [part for part in wanted if part[0] not in there]))
