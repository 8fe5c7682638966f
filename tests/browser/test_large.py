"""The page of a large collage, in small: an index in parts, which is read as it is looked at."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from collage.cell_index import CellIndex
from collage.store.results import script_of_json
from tests.browser import collages
from tests.browser.conftest import Look, Seen
from tests.browser.test_page import copied, place, shown

SIDE, CHUNK = 10, 500
CHUNKS = {f"columns-{number}" for number in range(4)}
LAST_BLOCK = "15"
"""That at the lower right of 40 x 40 cells."""


def indexed(folder: Path, *, scripts: bool) -> Path:
    """Let the page in a folder read an index, in place of the manifest."""
    made = collages.manifest(folder)
    # As of very many cells: there is a pyramid, and no file of all of it.
    files = made.files.model_copy(update={"collage": None})
    index = CellIndex(made.model_copy(update={"files": files}), SIDE, CHUNK)
    (folder / "index").mkdir()
    for name, data in index.files(scripts=scripts):
        (folder / name).write_bytes(data)
    (folder / "manifest.js").write_bytes(script_of_json(index.head(scripts=scripts)))
    return folder


@pytest.fixture(scope="module")
def read(forty, tmp_path_factory):
    return indexed(copied(forty, tmp_path_factory.mktemp("read")), scripts=False)


@pytest.fixture(scope="module")
def scripted(forty, tmp_path_factory):
    return indexed(copied(forty, tmp_path_factory.mktemp("scripted")), scripts=True)


def parts(seen: Seen) -> set[str]:
    """The files of the index that were asked for."""
    return {found[1] for url in seen.asked if (found := re.search(r"/index/([\w-]+)\.js", url))}


def records(folder: Path):
    """The record that each cell shows."""
    found = collages.manifest(folder)
    return [found.tiles[cell.tile] for cell in found.cells]


@pytest.mark.parametrize("disk", [False, True], ids=["server", "disk"])
def test_what_is_looked_at_and_looked_for_is_read_and_nothing_else(
    look: Look, read, scripted, disk
):
    folder = scripted if disk else read
    seen = look(folder, disk=disk)
    count = seen.page.locator(".count")
    expect(count).to_have_text("1,600 cells")
    assert parts(seen) == set()

    seen.page.mouse.move(*place(seen, folder, 39, 38))
    expect(seen.page.locator(".panel .where")).to_have_text("row 40, column 39")
    tile = shown(folder, 39, 38).tile
    expect(seen.page.locator(".panel .prompt p")).to_have_text(tile.prompt)
    expect(seen.page.locator(".panel")).to_contain_text(str(tile.seed))
    assert parts(seen) == {LAST_BLOCK}

    name = tile.styles[1]
    seen.page.get_by_label("Style", exact=True).select_option(name)
    all_there = records(folder)
    styled = sum(name in record.tile.styles for record in all_there)
    expect(count).to_have_text(f"{styled:,} of 1,600 cells")
    assert parts(seen) == {LAST_BLOCK, *CHUNKS}
    words = f"{tile.styles[0]} and {name}"
    seen.page.get_by_label("Words in the prompt").fill(words.upper())
    worded = sum(
        all(word in record.tile.prompt.lower() for word in words.lower().split())
        for record in all_there
        if name in record.tile.styles
    )
    expect(count).to_have_text(f"{worded:,} of 1,600 cells")
    assert 0 < worded < styled
    assert parts(seen) == {LAST_BLOCK, *CHUNKS}


def test_it_is_walked_by_keys_and_a_link_leads_to_a_tile(look: Look, read):
    tile = collages.manifest(read).tiles[17]
    first = records(read).index(tile)
    seen = look(read, "#tile=17")
    where = seen.page.locator(".panel .where")
    expect(where).to_have_text(f"row {first // 40 + 1}, column {first % 40 + 1}")
    expect(seen.page.locator(".panel .prompt p")).to_have_text(tile.tile.prompt)

    seen.page.locator("[role=gridcell][tabindex='0']").focus()
    seen.page.keyboard.press("Control+End")
    expect(where).to_have_text("row 40, column 40")
    last = shown(read, 39, 39).tile
    cell = seen.page.locator("[role=gridcell][tabindex='0']")
    expect(cell).to_have_attribute("aria-label", re.compile(f"^{re.escape(last.prompt)}"))
    assert seen.page.locator("[role=gridcell]").count() == 4
    expect(seen.page).to_have_url(re.compile("#cell=39%2C39$"))


def test_what_is_starred_and_hidden_is_found_by_keys(look: Look, read):
    seen = look(read, "#cell=0,0")
    page = seen.page
    expect(page.locator(".panel .prompt")).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator(".tally")).to_have_text("1 starred")
    page.get_by_label("Marked").select_option("starred")
    all_there = records(read)
    stars = [record for record in all_there if record.key == all_there[0].key]
    expect(page.locator(".count")).to_have_text(f"{len(stars)} of 1,600 cells")

    page.get_by_role("button", name="Tiles", exact=True).click()
    expect(page.locator(".thumb")).to_have_count(len(stars))
    expect(page.locator(".thumb .badge").last).to_contain_text("starred")
    page.locator(".thumb").nth(1).click()
    expect(page.locator(".panel .prompt p")).to_have_text(stars[0].tile.prompt)
    page.keyboard.press("s")
    page.keyboard.press("h")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".count")).to_have_text(f"{1600 - len(stars):,} of 1,600 cells")
    assert {f"keys-{number}" for number in range(4)} < parts(seen)


def test_tiles_are_read_as_they_come_into_sight(look: Look, read):
    seen = look(read, "#view=tiles")
    items = seen.page.locator("[role=listitem]")
    expect(items.first.locator(".thumb")).to_be_visible()
    assert LAST_BLOCK not in parts(seen)
    seen.page.locator(".thumb").first.focus()
    seen.page.keyboard.press("End")
    expect(items.last).to_have_attribute("aria-posinset", "1600")
    last = shown(read, 39, 39)
    expect(items.last.locator("img")).to_have_attribute("src", f"tiles/{last.key}.png")
    assert seen.page.locator("figure").count() < 200


def test_what_cannot_be_read_is_said_and_read_again(look: Look, read):
    seen = look(read)
    page = seen.page
    page.route("**/index/*", lambda route: route.fulfill(status=503, body="Slow down"))
    page.mouse.move(*place(seen, read, 39, 38))
    problem = page.locator(".problem.index")
    expect(problem).to_contain_text("index/15.json")
    page.get_by_label("Words in the prompt").fill("style")
    expect(problem).to_contain_text("index/15.json and 4 more")
    page.unroute("**/index/*")
    problem.get_by_role("button", name="Try again").click()
    expect(problem).to_be_hidden()
    expect(page.locator(".count")).to_have_text("1,600 cells")
    prompt = shown(read, 39, 38).tile.prompt
    expect(page.locator(".panel .prompt p")).to_have_text(prompt)
    assert all("503" in text for text in seen.wrong)
    seen.wrong.clear()
