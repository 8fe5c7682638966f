"""The page of a large collage in Chromium: time to its first cell, heap, longest task, searches.

The collage is invented: its index is real, its pictures are a few plain ones. Nothing is aimed at
but the longest task, as a page whose main thread is busy for longer is felt to stick.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import Any

from benchmarks.result import Result
from collage import page
from collage.cell_index import CellIndex
from collage.digest import sha256
from collage.formats.deep_zoom import Pyramid
from collage.manifest import CellRecord, Files, Manifest, TileRecord
from collage.sheet.geometry import Geometry
from collage.sheet.layout import Layout
from collage.store.results import script_of_json
from collage.tile import Tile
from combinatoric_collage.cli.page_server import Folder, serving

SIDES = (316, 1000)
"""Rows and columns: about 100,000 cells, and 1,000,000."""

CELL = 64
LONGEST_MS = 100

WATCH = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
}).observe({ type: "longtask", buffered: true });
const look = () => {
  if (document.querySelector("[role=gridcell]")) window.first = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


def measure(sides: tuple[int, ...] = SIDES) -> Result:
    """The longest task of the main thread, in milliseconds, in the largest collage."""
    parts = {f"{side} x {side}": _measured(side) for side in sides}
    longest = max(part["longest_ms"] for part in parts.values())
    return Result(
        name="large_page",
        value=longest,
        unit="ms of the page's longest task",
        aim=f"<= {LONGEST_MS}",
        holds=longest <= LONGEST_MS,
        parts=parts,
    )


def _measured(side: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, side)
        with serving(Pictured(folder)) as address:
            return _seen(address, side)


def invented(side: int) -> Manifest:
    """A manifest of side x side cells, each a pair of as many styles."""
    geometry = Geometry(
        rows=side,
        cols=side,
        cell=(CELL, CELL),
        gap=0,
        offset=(0, 0),
        step=(CELL, CELL),
        visible=(CELL, CELL),
        label=0,
        size=(side * CELL, side * CELL),
    )
    return Manifest(
        id="0" * 20,
        recipe="collage",
        title=f"{side} x {side}",
        created="2026-01-01T00:00:00+00:00",
        styles_origin="request",
        styles_model=None,
        source=None,
        seed=0,
        layout=Layout(rows=side, cols=side, cell=(CELL, CELL), gap=0, cells=(None,)),
        geometry=geometry,
        files=Files(collage=None, source=None, masks={}, tiles="tiles", pyramid=Pyramid()),
        tile_counts={"done": side * side},
        cell_counts={"done": side * side},
        render_seconds=0,
        usd=0,
        asked_again=0,
        stopped=None,
        tiles=tuple(_records(side)),
        cells=tuple(
            CellRecord(row=i // side, col=i % side, state="done", tile=i, planned=i)
            for i in range(side * side)
        ),
    )


def _records(side: int) -> Iterator[TileRecord]:
    for index in range(side * side):
        styles = f"Manner {index // side}", f"School {index % side}"
        tile = Tile(
            operation="inpaint",
            prompt=f"in the style of {styles[0]} and {styles[1]}",
            styles=styles,
            mask=("top", "bottom", "left", "right")[index % 4],
            mask_sha256="0" * 64,
            source="0" * 64,
            engine="painter",
            model="painter-1",
            options={},
            size=(CELL, CELL),
            seed=index * 7919,
            sample=None,
            preserve=True,
        )
        key = sha256(index.to_bytes(4, "big"))
        yield TileRecord(
            index=index,
            key=key,
            state="done",
            tile=tile,
            created="2026-01-01T00:00:00+00:00",
            seconds=index % 100 / 100,
            dhash=key[:16],
        )


def write(folder: Path, side: int) -> None:
    """The page of an invented collage and its index."""
    index = CellIndex(invented(side))
    for name in page.TYPES:
        shutil.copy(page.FOLDER / name, folder)
    (folder / "index").mkdir()
    for name, data in index.files():
        (folder / name).write_bytes(data)
    (folder / "manifest.js").write_bytes(script_of_json(index.head()))


class Pictured:
    """A folder, and plain pictures in place of those that are not there."""

    def __init__(self, folder: Path) -> None:
        from PIL import Image

        self._folder = Folder(folder)
        self._pictures: dict[tuple[str, int], bytes] = {}
        for kind, side in (("jpg", Pyramid().tile_size), ("png", CELL)):
            for number, colour in enumerate(((190, 120, 60), (50, 120, 120), (90, 80, 140))):
                file = io.BytesIO()
                Image.new("RGB", (side, side), colour).save(file, {"jpg": "JPEG"}.get(kind, "PNG"))
                self._pictures[kind, number] = file.getvalue()

    def read(self, path: PurePosixPath) -> bytes | None:
        """A file of the folder, or a picture."""
        kind = path.suffix.removeprefix(".")
        if kind in ("jpg", "png"):
            return self._pictures[kind, sum(path.name.encode()) % 3]
        return self._folder.read(path)


def _seen(address: str, side: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))))
    total = f"{side * side:,}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(100_000)
        tab.add_init_script(WATCH)
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        protocol = tab.context.new_cdp_session(tab)
        protocol.send("Performance.enable")

        def heap() -> float:
            protocol.send("HeapProfiler.collectGarbage")
            found: dict[str, float] = {
                each["name"]: each["value"]
                for each in protocol.send("Performance.getMetrics")["metrics"]
            }
            return round(found["JSHeapUsedSize"] / 1e6, 1)

        def until(text: str, act: Callable[[], object] = lambda: None) -> float:
            began = perf_counter()
            act()
            tab.wait_for_function(
                "text => document.querySelector('.count').textContent === text", arg=text
            )
            return round(perf_counter() - began, 2)

        tab.goto(f"{address}index.html")
        tab.wait_for_function("() => window.first !== undefined")
        until(f"{total} cells")
        told: dict[str, Any] = {"first_ms": round(tab.evaluate("window.first"))}
        # What any page of this kind takes to be read and drawn first is no fault of its size.
        told["opening_task_ms"] = round(tab.evaluate("window.longest"))
        tab.evaluate("window.longest = 0")
        told |= {"opened_files": len(asked), "opened_heap_mb": heap()}
        find = tab.get_by_label("Words in the prompt")
        # The number of one manner and one school; the first search reads the columns, too.
        words = f"manner {side - 1}"
        for name in ("first_words_s", "words_s"):
            told[name] = until(f"{2 * side - 1:,} of {total} cells", lambda: find.fill(words))
            find.fill("")
            until(f"{total} cells")
        mask = tab.get_by_label("Mask")
        found = f"{side * side // 4:,} of {total} cells"
        told["field_s"] = until(found, lambda: mask.select_option("left"))
        told["searched_heap_mb"] = heap()
        tab.get_by_role("button", name="Zoom in").click()
        tab.get_by_role("button", name="Tiles", exact=True).click()
        tab.locator(".thumb").first.wait_for()
        told["listed_heap_mb"] = heap()
        told["longest_ms"] = round(tab.evaluate("window.longest"))
        told["files"] = len(asked)
        browser.close()
    return told
