"""The page of a large collage shows all of it at once: in numbers, in colours, and as a film."""

import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import collages
from tests.browser.conftest import Look, Seen
from tests.browser.test_accessibility import violations
from tests.browser.test_large import indexed
from tests.browser.test_page import copied, place

FAILED = (214, 39, 40)
"""The colour of a cell that has failed."""


@pytest.fixture(scope="module")
def counted(ten, tmp_path_factory):
    """10 x 10 cells, of which one is refused and one has failed."""
    return indexed(copied(ten, tmp_path_factory.mktemp("counted")), scripts=False)


@pytest.fixture(scope="module")
def coloured(ten, tmp_path_factory):
    """The same, for a page that is opened from disk."""
    return indexed(copied(ten, tmp_path_factory.mktemp("coloured")), scripts=True)


def said_of(folder: Path) -> list[tuple[str, str, str]]:
    """State, mask and first style of each cell, of what it shows or else was to show."""
    found = collages.manifest(folder)
    tiles = [
        (cell.state, found.tiles[cell.planned if cell.tile is None else cell.tile].tile)
        for cell in found.cells
    ]
    return [(state, tile.mask, tile.styles[0]) for state, tile in tiles]


def numbers(seen: Seen) -> dict[str, list[str]]:
    """The rows of the table, by their headings."""
    rows = seen.page.locator(".numbers tbody tr:not(.gap)").all()
    return {
        row.locator("th").inner_text(): [
            part.inner_text().split()[-1] for part in row.locator("td").all()
        ]
        for row in rows
    }


def test_cells_are_counted_by_their_values_and_listed_from_there(look: Look, counted):
    seen = look(counted, "#view=tiles&rows=mask")
    page = seen.page
    cells = said_of(counted)
    by_mask = Counter(mask for _, mask, _ in cells)
    missing = Counter(mask for state, mask, _ in cells if state in ("refused", "failed"))
    assert sum(missing.values()) == 2
    table = page.get_by_role("table", name="Numbers of cells by Mask")
    expect(table.get_by_role("row")).to_have_count(1 + len(by_mask))
    said = {mask: [str(count), str(missing[mask] or "\u2013")] for mask, count in by_mask.items()}
    assert {mask: row[:2] for mask, row in numbers(seen).items()} == said
    table.get_by_role("button", name="Missing", exact=True).click()
    most = max(by_mask, key=lambda mask: missing[mask] / by_mask[mask])
    expect(table.get_by_role("rowheader").first).to_have_text(most)
    expect(table.get_by_role("button", name="Missing", exact=True)).to_be_focused()
    assert violations(seen) == []

    page.get_by_label("Columns").select_option("style-a")
    expect(table.locator("thead button").first).to_be_visible()
    # The name of one style does not lie over that of the next.
    beside = """buttons => buttons.filter(button => {
        const text = document.createRange();
        text.selectNodeContents(button);
        const cell = button.closest("th").getBoundingClientRect();
        return text.getBoundingClientRect().left < cell.left;
    }).length"""
    assert table.locator("thead button").evaluate_all(beside) == 0
    style = next(style for _, mask, style in cells if mask == most)
    those = [state for state, *rest in cells if rest == [most, style]]
    crossing = page.get_by_role("button", name=re.compile(f"^{most}, {style}: {len(those)} cell"))
    crossing.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".number:focus")).to_have_count(1)
    expect(crossing).not_to_be_focused()
    assert violations(seen) == []
    crossing.click()
    expect(page.locator(".count")).to_have_text(f"{len(those)} of 100 cells")
    expect(page.locator(".tiles figure")).to_have_count(len(those))
    assert f"is.mask={most}" in page.url
    expect(page.locator(".tiles")).to_be_focused()

    page.locator(".thumb:has(img)").first.focus()
    page.keyboard.press("s")
    page.keyboard.press("4")
    expect(page.locator(".tally")).to_have_text("1 starred \u00b7 1 scored")
    page.go_back()
    page.get_by_label("Numbers").select_option("score")
    expect(page.locator(".warm")).to_have_text("4.0")
    name = re.compile(f"^{most}, {style}: .*, 1 starred, mean score 4.0 of 1$")
    expect(page.get_by_role("button", name=name)).to_have_text("4.0")


def test_what_was_found_is_a_film_and_is_judged_there(look: Look, counted):
    seen = look(counted, "#is.mask=left&view=tiles&film=found", reduced_motion="reduce")
    page = seen.page
    shown = collages.manifest(counted)
    cells = zip(shown.cells, said_of(counted), strict=True)
    left = [cell for cell, (_, mask, _) in cells if mask == "left"]
    keys = [shown.tiles[cell.tile].key for cell in left if cell.tile is not None]
    picture = page.locator(".single-frame img")
    film = page.get_by_role("group", name="Film")
    expect(film.locator("output")).to_have_text(f"1 of {len(left)}")
    expect(picture).to_have_attribute("src", f"tiles/{keys[0]}.png")
    page.locator(".thumb").focus()
    page.keyboard.press("ArrowRight")
    expect(film.locator("output")).to_have_text(f"2 of {len(left)}")
    expect(picture).to_have_attribute("src", f"tiles/{keys[1]}.png")
    expect(page.locator(".thumb")).to_be_focused()
    page.keyboard.press("s")
    expect(page.locator(".thumb .badge")).to_contain_text("starred")
    assert violations(seen) == []

    page.keyboard.press("h")
    expect(page.locator(".tally")).to_contain_text("1 starred")
    page.keyboard.press("s")
    expect(film.locator("output")).to_have_text(f"2 of {len(left) - 1}")
    expect(picture).to_have_attribute("src", f"tiles/{keys[2]}.png")
    film.get_by_label("Speed").select_option("3 a second")
    film.get_by_role("button", name="Play").click()
    expect(film.locator("output")).to_have_text(f"4 of {len(left) - 1}")
    film.get_by_role("button", name="Pause").click()


@pytest.mark.parametrize("disk", [False, True], ids=["server", "disk"])
def test_cells_have_the_colours_of_their_values(look: Look, counted, coloured, disk):
    folder = coloured if disk else counted
    seen = look(folder, "#map=state", disk=disk, viewport={"width": 375, "height": 440})
    page = seen.page
    colours = page.get_by_role("region", name="Colours")
    states = Counter(state for state, *_ in said_of(folder))
    for state, count in states.items():
        expect(colours.get_by_role("button", name=f"{state} {count}")).to_be_visible()
    found = next(cell for cell in collages.manifest(folder).cells if cell.state == "failed")
    x, y = place(seen, folder, found.row, found.col)
    assert seen.page.evaluate(AT, [x, y]) == pytest.approx(FAILED, abs=3)
    if not disk:
        assert violations(seen) == []

    colours.get_by_role("button", name="failed").click()
    expect(page.locator(".count")).to_have_text("1 of 100 cells")
    expect(colours.get_by_role("button", name="failed")).to_have_attribute("aria-pressed", "true")
    expect(colours.get_by_role("button", name="failed")).to_be_focused()
    expect(colours.get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".count")).to_have_text("100 cells")


AT = """
([x, y]) => {
  const canvas = document.querySelector(".marks");
  const box = canvas.getBoundingClientRect();
  const at = [x - box.x, y - box.y].map((one) => Math.round(one * devicePixelRatio));
  const [red, green, blue, alpha] = canvas.getContext("2d").getImageData(...at, 1, 1).data;
  return alpha > 200 ? [red, green, blue] : null;
}
"""
"""What is drawn over the picture at a point of the screen; null where that is seen through it."""
