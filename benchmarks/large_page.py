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
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIDES = (316, 1000)
"""Rows and columns: about 100,000 cells, and 1,000,000."""

CELL = 64
LONGEST_MS = 100

MOST_LINES = 400
"""Values of a field that a table may have in a row or column."""

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""By these names Chromium is installed; the first has no windows to put together."""

WATCH = """
window.tasks = [];
window.collected = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.tasks.push([task.startTime, task.duration]);
}).observe({ type: "longtask", buffered: true });
window.longest = () => {
  const own = ([start]) => !window.collected.some(([from, to]) => start >= from && start < to);
  const longest = Math.max(0, ...window.tasks.filter(own).map(([, duration]) => duration));
  window.tasks = [];
  return longest;
};
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


class Watched:
    """A page in Chromium, and what it takes."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.asked: list[str] = []
        """Addresses of all that was asked for."""
        tab.on("request", lambda request: self.asked.append(request.url))
        self._protocol = tab.context.new_cdp_session(tab)
        self._protocol.send("Performance.enable")

    def heap(self) -> float:
        """Megabytes of JavaScript's heap, after garbage is collected."""
        # What the page has begun it ends before, as that is its own.
        began = self.tab.evaluate(
            "new Promise((done) => requestIdleCallback(() => done(performance.now())))"
        )
        self._protocol.send("HeapProfiler.collectGarbage")
        # This task is of the measurement and not of the page.
        self.tab.evaluate("began => window.collected.push([began, performance.now()])", began)
        found: dict[str, float] = {
            each["name"]: each["value"]
            for each in self._protocol.send("Performance.getMetrics")["metrics"]
        }
        return round(found["JSHeapUsedSize"] / 1e6, 1)

    def longest(self) -> int:
        """Milliseconds of the page's longest task since this was asked last."""
        found: float = self.tab.evaluate("window.longest()")
        return round(found)

    def until(self, text: str, act: Callable[[], object] = lambda: None) -> float:
        """Seconds until the page says so many cells after something was done."""
        began = perf_counter()
        act()
        self.tab.wait_for_function(
            "text => document.querySelector('.count').textContent === text", arg=text
        )
        return round(perf_counter() - began, 2)

    def shown(self, what: str, act: Callable[[], object]) -> float:
        """Seconds until something is there after something was done."""
        began = perf_counter()
        act()
        self.tab.locator(what).first.wait_for()
        return round(perf_counter() - began, 2)

    def choose(self, label: str, value: str) -> None:
        """Choose a value by its label."""
        self.tab.get_by_label(label, exact=True).select_option(value)

    def to_the_end(self) -> None:
        """Scroll a table to its last row and column."""
        self.tab.locator(".tiles").evaluate("place => place.scrollTo(1e6, 1e6)")

    def press(self, name: str) -> None:
        """Press a button."""
        self.tab.get_by_role("button", name=name, exact=True).click()


def _seen(address: str, side: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, PROGRAMS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(100_000)
        tab.add_init_script(WATCH)
        page = Watched(tab)
        tab.goto(f"{address}index.html")
        told = {**_searched(page, side), **_overviews(page, side)}
        told["longest_ms"] = max(told["searched_task_ms"], told["overviews_task_ms"])
        told["files"] = len(page.asked)
        browser.close()
    return told


def _searched(page: Watched, side: int) -> dict[str, Any]:
    """Opening, searches, and the list of what was found."""
    total = f"{side * side:,}"
    page.tab.wait_for_function("() => window.first !== undefined")
    page.until(f"{total} cells")
    told: dict[str, Any] = {"first_ms": round(page.tab.evaluate("window.first"))}
    # What any page of this kind takes to be read and drawn first is no fault of its size.
    told["opening_task_ms"] = page.longest()
    told |= {"opened_files": len(page.asked), "opened_heap_mb": page.heap()}
    find = page.tab.get_by_label("Words in the prompt")
    # The number of one manner and one school; the first search reads the columns, too.
    words = f"manner {side - 1}"
    for name in ("first_words_s", "words_s"):
        told[name] = page.until(f"{2 * side - 1:,} of {total} cells", lambda: find.fill(words))
        find.fill("")
        page.until(f"{total} cells")
    found = f"{side * side // 4:,} of {total} cells"
    told["field_s"] = page.until(found, lambda: page.choose("Mask", "left"))
    told["searched_heap_mb"] = page.heap()
    page.press("Zoom in")
    page.shown(".thumb", lambda: page.press("Tiles"))
    told["listed_heap_mb"] = page.heap()
    told["searched_task_ms"] = page.longest()
    page.press("Clear filters")
    page.until(f"{total} cells")
    return told


def _overviews(page: Watched, side: int) -> dict[str, Any]:
    """Tables of numbers, the film, and the colours."""
    told: dict[str, Any] = {}
    told["table_s"] = page.shown(".number", lambda: page.choose("Rows", "mask"))
    if side <= MOST_LINES:
        # As many crossings as there are cells.
        page.choose("Rows", "style-a")
        told["crossed_s"] = page.shown(".matrix .number", lambda: page.choose("Columns", "style-b"))
        told["crossed_heap_mb"] = page.heap()
        last = f".number[title^='Manner {side - 1}, School {side - 1}:']"
        told["scrolled_s"] = page.shown(last, page.to_the_end)
        page.choose("Columns", "")
    page.choose("Rows", "")
    told["film_s"] = page.shown(".film", lambda: page.tab.get_by_label("As a film").check())
    page.press("Collage")
    told["coloured_s"] = page.shown(".legend li", lambda: page.choose("Colour by", "mask"))
    page.press("Show all")
    told["coloured_heap_mb"] = page.heap()
    told["overviews_task_ms"] = page.longest()
    return told
