"""The page in a real browser: it shows what the manifest says, from a server and from disk."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import expect

from tests.browser import collages
from tests.browser.conftest import Look, Seen

WAYS = pytest.mark.parametrize("disk", [False, True], ids=["server", "disk"])


def place(seen: Seen, folder: Path, row: int, col: int) -> tuple[float, float]:
    """Where the middle of a cell is on the screen while the whole collage is shown."""
    geometry = collages.manifest(folder).geometry
    box = seen.page.locator(".stage").bounding_box()
    assert box
    scale = min(box["width"] / geometry.size[0], box["height"] / geometry.size[1])
    left, top, width, height = geometry.box(row, col)
    x = box["x"] + box["width"] / 2 + (left + width / 2 - geometry.size[0] / 2) * scale
    y = box["y"] + box["height"] / 2 + (top + height / 2 - geometry.size[1] / 2) * scale
    return x, y


def shown(folder: Path, row: int, col: int) -> Any:
    """The record of the tile that a cell shows."""
    found = collages.manifest(folder)
    cell = next(c for c in found.cells if (c.row, c.col) == (row, col))
    return found.tiles[cell.tile]


def picture(seen: Seen, selector: str) -> Image.Image:
    """What is seen of an element."""
    return Image.open(io.BytesIO(seen.page.locator(selector).screenshot())).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are from each other, in mean levels of 255."""
    size = (128, 128)
    small = [picture.convert("RGB").resize(size, Image.Resampling.BOX) for picture in (one, other)]
    difference = ImageChops.difference(*small)
    return sum(ImageStat.Stat(difference).mean) / 3


def levels(seen: Seen) -> set[int]:
    """The levels of the pyramid that were asked for."""
    return {int(found[1]) for url in seen.asked if (found := re.search(r"_files/(\d+)/", url))}


@WAYS
def test_the_whole_collage_is_seen_and_zooming_shows_more_of_less(look: Look, ten, disk):
    seen = look(ten, disk=disk)
    whole = picture(seen, ".canvas")
    box = seen.page.locator(".stage").bounding_box()
    assert box
    side = min(whole.size)
    centre = ((whole.width - side) // 2, (whole.height - side) // 2)
    square = whole.crop((*centre, centre[0] + side, centre[1] + side))
    assert apart(square, Image.open(ten / "collage.png")) < 8
    before = levels(seen)

    seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with seen.page.expect_request(re.compile(r"/tiles/\w+\.png$")):
        for _ in range(6):
            seen.page.mouse.wheel(0, -300)
            seen.page.wait_for_timeout(150)

    assert apart(picture(seen, ".canvas"), whole) > 12
    assert max(levels(seen)) >= max(before)


@WAYS
def test_pointing_at_a_cell_shows_how_it_was_made(look: Look, ten, disk):
    seen = look(ten, disk=disk)

    for row, col in ((0, 0), (3, 7), (9, 9), (5, 2)):
        record = shown(ten, row, col)
        seen.page.mouse.move(*place(seen, ten, row, col))
        expect(seen.page.locator(".panel .where")).to_have_text(f"row {row + 1}, column {col + 1}")
        assert seen.prompt() == record.tile.prompt
        expect(seen.page.locator(".panel .tile img")).to_have_attribute(
            "src", f"tiles/{record.key}.png"
        )
        facts = seen.page.locator(".panel dl").inner_text()
        for value in (*record.tile.styles, record.tile.mask, "painter-1", "no charge"):
            assert value in facts


def test_a_pinned_cell_stays_until_it_is_let_go(look: Look, ten):
    seen = look(ten)
    seen.page.mouse.click(*place(seen, ten, 2, 3))
    seen.page.mouse.move(*place(seen, ten, 8, 8))
    assert seen.prompt() == shown(ten, 2, 3).tile.prompt
    assert seen.page.url.endswith("#cell=2%2C3")

    seen.page.keyboard.press("Escape")
    seen.page.mouse.move(*place(seen, ten, 8, 7))

    assert seen.prompt() == shown(ten, 8, 7).tile.prompt


def test_the_tile_opens_and_its_prompt_is_copied(look: Look, ten):
    permissions = ["clipboard-read", "clipboard-write"]
    seen = look(ten, "#cell=4,5", permissions=permissions)
    record = shown(ten, 4, 5)

    seen.page.get_by_role("button", name="Copy the prompt").click()
    expect(seen.page.locator("body > p[role=status]")).to_have_text("Prompt copied")
    assert seen.page.evaluate("navigator.clipboard.readText()") == record.tile.prompt
    with seen.page.context.expect_page() as opening:
        seen.page.get_by_role("link", name="Open the tile").click()

    assert opening.value.url.endswith(f"/tiles/{record.key}.png")


@WAYS
def test_the_arrow_keys_walk_from_cell_to_cell(look: Look, ten, disk):
    seen = look(ten, disk=disk)
    seen.page.locator("[role=gridcell][tabindex='0']").focus()

    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "End", "ArrowRight"):
        seen.page.keyboard.press(key)

    record = shown(ten, 2, 9)
    said = seen.page.evaluate(
        "[document.activeElement.ariaColIndex, document.activeElement.parentNode.ariaRowIndex,"
        " document.activeElement.ariaLabel, document.activeElement.role]"
    )
    assert said[:2] == ["10", "3"]
    assert said[2].startswith(record.tile.prompt)
    assert said[3] == "gridcell"
    assert seen.prompt() == record.tile.prompt


def test_enter_zooms_into_the_cell(look: Look, ten):
    # Where motion is not wanted it is there at once.
    seen = look(ten, reduced_motion="reduce")
    seen.page.locator("[role=gridcell][tabindex='0']").focus()
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("Enter")
    seen.settle()
    seen.page.keyboard.press("Escape")
    box = seen.page.locator(".stage").bounding_box()
    assert box

    seen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    assert seen.prompt() == shown(ten, 1, 0).tile.prompt
    seen.shot("zoomed")


def test_a_filter_veils_the_other_cells(look: Look, ten):
    seen = look(ten)
    before = picture(seen, ".stage")
    found = collages.manifest(ten)
    left = sum(found.tiles[cell.tile].tile.mask == "left" for cell in found.cells)

    seen.page.get_by_label("Mask", exact=True).select_option("left")

    expect(seen.page.locator(".count")).to_have_text(f"{left} of 100 cells")
    assert seen.page.url.endswith("#is.mask=left")
    assert apart(picture(seen, ".stage"), before) > 12
    seen.page.reload()
    expect(seen.page.locator(".count")).to_have_text(f"{left} of 100 cells")
    seen.page.get_by_label("Words in the prompt").fill("no such words")
    expect(seen.page.locator(".count")).to_have_text("0 of 100 cells")
    seen.page.get_by_role("button", name="Clear filters").click()
    expect(seen.page.locator(".count")).to_have_text("100 cells")


@WAYS
def test_two_axes_lay_the_tiles_out_in_a_table(look: Look, ten, disk):
    seen = look(ten, disk=disk)
    tiles = [record.tile for record in collages.manifest(ten).tiles]
    seen.page.get_by_role("button", name="Tiles").click()
    expect(seen.page.locator("[aria-setsize='100'][aria-posinset='1'] figure")).to_be_visible()

    seen.page.get_by_label("Rows").select_option("Style A")
    seen.page.get_by_label("Columns").select_option("Mask")

    heads = seen.page.locator("thead th").all_inner_texts()
    assert heads == sorted({tile.mask for tile in tiles})
    first = sorted({tile.styles[0] for tile in tiles})[0]
    line = seen.page.locator("tbody [aria-rowindex='2']")
    cell = line.locator("td").nth(heads.index("left"))
    mine = [t for t in tiles if t.styles[0] == first and t.mask == "left"]
    assert cell.locator(".thumb").count() == len(mine)
    assert "rows=style-a&cols=mask" in seen.page.url

    seen.page.get_by_label("Style A", exact=True).select_option(first)
    expect(seen.page.locator("table")).to_have_attribute("aria-rowcount", "2")
    seen.page.go_back()
    rows = str(len({t.styles[0] for t in tiles}) + 1)
    expect(seen.page.locator("table")).to_have_attribute("aria-rowcount", rows)


def test_a_recipes_own_axes_are_offered(look: Look, ten, tmp_path):
    folder = copied(ten, tmp_path)
    found = collages.manifest(folder)
    subjects = ("a man", "a woman")
    tiles = tuple(
        record.model_copy(update={"axes": {"subject": subjects[record.index % 2]}})
        for record in found.tiles
    )
    collages.changed(folder, found.model_copy(update={"tiles": tiles}))

    seen = look(folder, "#view=tiles&rows=subject&cols=mask")

    assert seen.page.locator("tbody th").all_inner_texts() == list(subjects)
    seen.page.get_by_label("Subject").select_option("a woman")
    expect(seen.page.locator(".count")).to_have_text("50 of 100 tiles")


def test_a_tile_of_the_table_is_found_in_the_collage(look: Look, ten):
    seen = look(ten, "#view=tiles")
    seen.page.locator(".thumb").nth(3).click()
    record = collages.manifest(ten).tiles[3]
    assert seen.prompt() == record.tile.prompt
    seen.page.locator(".thumb").nth(3).focus()
    seen.page.keyboard.press("ArrowRight")
    assert seen.page.evaluate("document.activeElement.dataset.tile") == "4"

    seen.page.get_by_role("button", name="Show in the collage").click()

    found = next(cell for cell in collages.manifest(ten).cells if cell.tile == 3)
    expect(seen.page.locator(".panel .where")).to_have_text(
        f"row {found.row + 1}, column {found.col + 1}"
    )


def test_cells_without_their_tile_say_why(look: Look, ten):
    seen = look(ten)
    found = collages.manifest(ten)
    cell = next(cell for cell in found.cells if cell.state == "refused")
    seen.page.mouse.move(*place(seen, ten, cell.row, cell.col))

    reason = seen.page.locator(".panel .reason")
    expect(reason).to_contain_text("The provider said no.")
    expect(reason).to_contain_text(found.tiles[cell.planned].tile.prompt)
    seen.page.get_by_role("button", name="Tiles").click()
    seen.page.get_by_label("State", exact=True).select_option("failed")
    expect(seen.page.locator(".thumb")).to_have_text("failed TimedOut: It took too long.")


@WAYS
def test_tile_and_source_are_compared(look: Look, ten, disk):
    seen = look(ten, "#cell=4,5", disk=disk)
    record = shown(ten, 4, 5)
    tile = Image.open(ten / "tiles" / f"{record.key}.png")
    source = Image.open(ten / "source.png")
    seen.page.get_by_role("button", name="Compare").click()
    seen.settle()
    slider = seen.page.get_by_label("How much of the tile is shown")

    slider.fill("100")
    assert apart(picture(seen, ".stack"), tile) < 8
    slider.fill("0")
    assert apart(picture(seen, ".stack"), source) < 8
    assert yellow(picture(seen, ".stack")) == 0
    seen.page.get_by_label("Outline of the mask").check()
    assert yellow(picture(seen, ".stack")) > 500
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator("dialog.compare")).to_be_hidden()


def yellow(of: Image.Image) -> int:
    """How many pixels have the colour of the mask's outline."""
    return sum(
        count
        for count, colour in of.getcolors(of.width * of.height) or []
        if all(abs(a - b) < 12 for a, b in zip(colour, (255, 226, 61), strict=True))
    )


def test_sixteen_hundred_cells(look: Look, forty):
    seen = look(forty)
    for row, col in ((0, 0), (20, 31), (39, 39)):
        seen.page.mouse.move(*place(seen, forty, row, col))
        expect(seen.page.locator(".panel .where")).to_have_text(f"row {row + 1}, column {col + 1}")
        assert seen.prompt() == shown(forty, row, col).tile.prompt
    assert seen.page.locator("[role=gridcell]").count() <= 9
    seen.shot("forty")


HOSTILE = "<img src=x onerror=alert(1)>"


@WAYS
def test_text_of_the_manifest_is_text(look: Look, ten, tmp_path, disk):
    folder = copied(ten, tmp_path)
    found = collages.manifest(folder)
    tiles = tuple(
        record.model_copy(
            update={
                "tile": record.tile.model_copy(
                    update={"styles": (HOSTILE, *record.tile.styles[1:]), "prompt": HOSTILE * 2}
                ),
                "axes": {HOSTILE: f"{HOSTILE}{record.index % 2}"},
                "message": record.message and f"</script>{HOSTILE}",
            }
        )
        for record in found.tiles
    )
    title = f"</title></script>{HOSTILE}"
    collages.changed(folder, found.model_copy(update={"tiles": tiles, "title": title}))

    seen = look(folder, "#view=tiles&rows=style-b&cols=state&cell=0,0", disk=disk)

    assert seen.page.title() == title
    assert seen.prompt() == HOSTILE * 2
    assert seen.page.locator("h1").inner_text() == title
    expect(seen.page.get_by_role("button", name=HOSTILE).first).to_be_visible()
    seen.page.goto(seen.page.url.replace("state", "mask"))
    assert seen.page.locator("img[src='x']").count() == 0


def copied(folder: Path, to: Path, name: str = "copy") -> Path:
    """The same collage, to be changed; the pictures are links."""
    copy = to / name
    copy.mkdir()
    for item in folder.iterdir():
        if item.name.startswith("manifest"):
            (copy / item.name).write_bytes(item.read_bytes())
        elif item.is_dir():
            for file in item.rglob("*"):
                if file.is_file():
                    there = copy / file.relative_to(folder)
                    there.parent.mkdir(parents=True, exist_ok=True)
                    there.hardlink_to(file)
        else:
            (copy / item.name).hardlink_to(item)
    return copy
