"""The page with 10,000 tiles: what it holds and asks for, and, with ``-s``, how long that takes."""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser import collages
from tests.browser.conftest import Look, Seen
from tests.browser.test_page import copied

FIRST = """
const look = () => {
  const there = [...document.querySelectorAll("[role=gridcell], .thumb")];
  const seen = there.some((one) => getComputedStyle(one).visibility === "visible");
  if (seen) window.first = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Notes when the first cell or tile is there, in milliseconds from the beginning of the page."""


def many(folder: Path, side: int) -> None:
    """Let the collage in a folder have side x side tiles, of the pictures that it has."""
    found = collages.manifest(folder)
    good = [record for record in found.tiles if record.state == "done"]
    tiles = tuple(
        good[i % len(good)].model_copy(
            update={"index": i, "axes": {"row": str(i // side), "col": str(i % side)}}
        )
        for i in range(side * side)
    )
    cells = tuple(
        found.cells[0].model_copy(
            update={"row": i // side, "col": i % side, "tile": i, "planned": i, "state": "done"}
        )
        for i in range(side * side)
    )
    geometry = found.geometry.model_copy(update={"rows": side, "cols": side})
    update = {"tiles": tiles, "cells": cells, "geometry": geometry}
    collages.changed(folder, found.model_copy(update=update))


def told(seen: Seen, what: str) -> None:
    """Say how long the page took to its first cell, and what it holds."""
    protocol = seen.page.context.new_cdp_session(seen.page)
    protocol.send("HeapProfiler.collectGarbage")
    protocol.send("Performance.enable")
    metrics: list[dict[str, Any]] = protocol.send("Performance.getMetrics")["metrics"]
    known = {metric["name"]: metric["value"] for metric in metrics}
    sys.stdout.write(
        f"{what}: first after {seen.page.evaluate('window.first'):.0f} ms, "
        f"{known['JSHeapUsedSize'] / 1e6:.0f} MB of heap, {known['Nodes']:.0f} nodes, "
        f"{len(seen.asked)} requests\n"
    )


def test_of_ten_thousand_tiles_only_those_near_the_sight_are_there(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    many(folder, side=100)
    seen = look(folder, "#view=tiles", script=FIRST)
    told(seen, "Tiles")
    assert len(seen.asked) < 200
    figures, items = seen.page.locator("figure"), seen.page.locator("[role=listitem]")

    expect(seen.page.locator(".count")).to_have_text("10,000 tiles")
    assert figures.count() < 200
    seen.page.locator(".thumb").first.focus()
    seen.page.keyboard.press("End")
    expect(items.last).to_have_attribute("aria-posinset", "10000")
    assert figures.count() < 200
    seen.page.keyboard.press("Home")
    expect(items.first).to_have_attribute("aria-posinset", "1")

    seen.page.get_by_label("Rows").select_option("Row")
    seen.page.get_by_label("Columns").select_option("Col")
    table = seen.page.locator("table")
    expect(table).to_have_attribute("aria-rowcount", "101")
    expect(table).to_have_attribute("aria-colcount", "101")
    assert table.locator("thead th").count() < 30, "columns out of sight are there"
    assert figures.count() < 1000
    seen.page.locator(".thumb").first.focus()
    seen.page.keyboard.press("End")
    seen.page.locator(".tiles").evaluate("place => place.scrollTo(1e6, place.scrollTop)")
    last = seen.page.locator("[aria-rowindex='101'] [aria-colindex='101'] .thumb")
    expect(last).to_be_in_viewport()
    assert last.get_attribute("data-tile") == "9999"
    expect(seen.page.locator("thead [aria-colindex='101']")).to_have_text("99")
    assert figures.count() < 1000
    told(seen, "A table of 100 x 100")
    assert len(seen.asked) < 1000


def test_ten_thousand_cells_are_marked_in_the_collage(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    many(folder, side=100)
    seen = look(folder, script=FIRST)
    told(seen, "Collage")
    assert len(seen.asked) < 200

    seen.page.locator("[role=gridcell][tabindex='0']").focus()
    for key in ("ArrowRight", "h", "ArrowRight", "5"):
        seen.page.keyboard.press(key)

    # The pictures come again and again, each marked wherever it is.
    tiles = collages.manifest(folder).tiles
    left = sum(record.key != tiles[1].key for record in tiles)
    expect(seen.page.locator(".count")).to_have_text(f"{left:,} of 10,000 cells")
    expect(seen.page.locator(".tally")).to_have_text("1 hidden · 1 scored")
