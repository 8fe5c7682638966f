"""The Tiles view: blocks, a film, a heat map, mean scores, near duplicates; tiles side by side."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import collages
from tests.browser.conftest import Look, Seen
from tests.browser.test_page import copied


def matrix(folder: Path) -> None:
    """Give 24 tiles axes of 2 x 3 x 2 x 2 values, and hashes of which every two are alike."""
    found = collages.manifest(folder)
    good = [record for record in found.tiles if record.state == "done"][:24]
    tiles = tuple(
        record.model_copy(
            update={
                "index": i,
                "axes": {
                    "light": ("day", "night")[i // 12],
                    "lens": ("wide", "normal", "long")[i // 4 % 3],
                    "seed": str(7 + i // 2 % 2),
                    "steps": str(10 * (1 + i % 2)),
                },
                "dhash": f"{0x9E3779B97F4A7C15 * (i // 2 + 1) % 2**64 ^ (i % 2 * 0b111):016x}",
            }
        )
        for i, record in enumerate(good)
    )
    cells = tuple(
        cell.model_copy(update={"tile": i % 24, "planned": i % 24, "state": "done"})
        for i, cell in enumerate(found.cells)
    )
    collages.changed(folder, found.model_copy(update={"tiles": tiles, "cells": cells}))


def crossed(seen: Seen) -> dict[str, list[str]]:
    """Tiles by the row that they stand in, cell by cell."""
    rows = seen.page.locator("tbody [aria-rowindex]")
    tiles = "cells => cells.map(c => [...c.querySelectorAll('.thumb')].map(t => t.dataset.tile)+'')"
    return {
        row.locator("th").inner_text().replace("\n", " "): row.locator("td").evaluate_all(tiles)
        for row in rows.all()
    }


def test_blocks_repeat_the_rows_and_columns_and_axes_are_swapped(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    matrix(folder)
    seen = look(folder, "#view=tiles&rows=light&cols=lens")
    assert crossed(seen) == {
        "day": ["8,9,10,11", "4,5,6,7", "0,1,2,3"],
        "night": ["20,21,22,23", "16,17,18,19", "12,13,14,15"],
    }

    seen.page.get_by_label("Blocks down").select_option("Seed")
    seen.page.get_by_label("Blocks across").select_option("Steps")

    heads = seen.page.locator("thead th[scope=colgroup]")
    assert heads.all_inner_texts() == ["10", "20"]
    assert [head.get_attribute("colspan") for head in heads.all()] == ["3", "3"]
    assert list(crossed(seen)) == ["7 day", "7 night", "8 day", "8 night"]
    assert crossed(seen)["7 day"] == ["8", "4", "0", "9", "5", "1"]
    assert crossed(seen)["8 night"] == ["22", "18", "14", "23", "19", "15"]
    seen.page.get_by_role("button", name="Swap axes").click()
    assert "rows=lens&cols=light&down=steps&across=seed" in seen.page.url
    assert crossed(seen)["20 long"] == ["9", "21", "11", "23"]


def test_an_axis_is_played_and_stepped_through(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    matrix(folder)
    axes = "#view=tiles&rows=light&cols=seed"
    seen = look(folder, f"{axes}&film=lens")
    film = seen.page.get_by_role("group", name="Film")
    value = film.locator("output")

    expect(film.get_by_role("button", name="Pause")).to_be_visible()
    film.get_by_label("Speed").select_option("3 a second")
    expect(value).not_to_have_text("long")
    film.get_by_role("button", name="Pause").click()
    film.get_by_role("slider").fill("1")
    expect(value).to_have_text("normal")
    assert crossed(seen) == {"day": ["4,5", "6,7"], "night": ["16,17", "18,19"]}
    assert "film=lens&frame=normal" in seen.page.url
    film.get_by_role("button", name="The next frame").click()
    assert crossed(seen) == {"day": ["0,1", "2,3"], "night": ["12,13", "14,15"]}
    film.get_by_role("button", name="The frame before").click()
    expect(seen.page.locator(".count")).to_have_text("8 of 24 tiles")


def test_where_motion_is_not_wanted_a_film_is_stepped_through(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    matrix(folder)
    seen = look(folder, "#view=tiles&film=lens", reduced_motion="reduce")

    expect(seen.page.get_by_role("button", name="Play")).to_be_visible()
    expect(seen.page.locator(".film output")).to_have_text("long")
    seen.page.get_by_role("button", name="The next frame").click()
    expect(seen.page.locator(".film output")).to_have_text("normal")


def test_scores_become_bars_and_colour_the_table(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    matrix(folder)
    seen = look(folder, "#view=tiles&rows=light&cols=lens")
    for tile, score in ((0, 5), (1, 4), (4, 1), (12, 2)):
        seen.page.locator(f".thumb[data-tile='{tile}']").focus()
        seen.page.keyboard.press(str(score))

    seen.page.get_by_label("Heat map of scores").check()
    seen.page.get_by_label("Mean score by").select_option("Lens")

    warm = seen.page.locator("td.warm")
    said = warm.locator(".score").all_text_contents()
    assert said == ["Mean score 1.0", "Mean score 4.5", "Mean score 2.0"]
    colours = warm.evaluate_all("all => all.map(c => getComputedStyle(c).backgroundColor)")
    assert len(set(colours)) == 3
    bars = seen.page.locator(".means li")
    assert [re.sub(r"\s+", " ", each) for each in bars.all_inner_texts()] == [
        "wide 3.7 of 3",
        "normal 1.0 of 1",
    ]
    bars.get_by_role("button", name="normal").click()
    expect(seen.page.locator(".count")).to_have_text("8 of 24 tiles")


def test_near_duplicates_are_folded_into_the_best_of_them(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    matrix(folder)
    seen = look(folder, "#view=tiles")
    seen.page.locator(".thumb[data-tile='1']").focus()
    seen.page.keyboard.press("s")
    tiles = "all => all.map(one => one.dataset.tile)"

    seen.page.get_by_label("Group near duplicates").check()
    expect(seen.page.locator(".thumb")).to_have_count(12)
    assert seen.page.locator(".thumb").evaluate_all(tiles)[:3] == ["1", "2", "4"]
    seen.page.get_by_role("button", name="+ 1 like it").first.click()
    assert seen.page.locator(".thumb").evaluate_all(tiles)[:3] == ["1", "0", "2"]
    seen.page.get_by_role("slider", name="within").fill("2")
    expect(seen.page.locator(".thumb")).to_have_count(24)
    assert "near=2" in seen.page.url


def test_a_manifest_without_hashes_has_no_near_duplicates_to_group(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    found = collages.manifest(folder)
    tiles = tuple(record.model_copy(update={"dhash": None}) for record in found.tiles)
    collages.changed(folder, found.model_copy(update={"tiles": tiles}))

    seen = look(folder, "#view=tiles")

    assert seen.page.get_by_label("Group near duplicates").count() == 0


def test_tiles_are_compared_side_by_side_and_scored_there(look: Look, ten):
    seen = look(ten, "#view=tiles")
    seen.page.locator(".thumb").first.focus()
    for key in ("c", "ArrowRight", "c", "ArrowRight", "c"):
        seen.page.keyboard.press(key)
    seen.page.get_by_role("button", name="Side by side: 3").click()
    panes = seen.page.locator(".pane")
    expect(panes).to_have_count(3)

    seen.page.keyboard.press("5")
    seen.page.keyboard.press("ArrowRight")
    seen.page.keyboard.press("2")
    expect(panes.nth(0).locator(".badge")).to_contain_text("scored 5")
    expect(panes.nth(1).locator(".badge")).to_contain_text("scored 2")

    placed = "all => [...new Set(all.map(image => image.style.transform))]"
    seen.page.keyboard.press("+")
    seen.page.keyboard.press("Shift+ArrowRight")
    assert panes.locator("img").evaluate_all(placed) == ["translate(-35%, -25%) scale(1.5)"]
    box = panes.nth(2).locator(".frame").bounding_box()
    assert box
    seen.page.mouse.move(box["x"] + 60, box["y"] + 60)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + 60 + box["width"] / 10, box["y"] + 60)
    seen.page.mouse.up()
    assert panes.locator("img").evaluate_all(placed) == ["translate(-25%, -25%) scale(1.5)"]

    seen.page.keyboard.press("b")
    shown = "all => all.filter(pane => getComputedStyle(pane).visibility === 'visible').length"
    assert panes.evaluate_all(shown) == 1
    front = seen.page.locator(".pane.front figcaption")
    first = front.inner_text()
    expect(front).not_to_have_text(first)
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator(".beside")).to_be_hidden()
    expect(seen.page.locator(".tally")).to_have_text("2 scored")
