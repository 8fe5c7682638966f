"""A collage of several photos on the page: each tile by its photo, and by the name of its mask."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser import collages
from tests.browser.conftest import Look
from tests.browser.test_page import apart, picture, shown, yellow
from tests.infrastructure.shipped import ROOT
from tests.unit.pictures import encode, plain

NAMES = ["farmhouse.png", "boat.jpg"]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of two photos and two styles through a mask of each photo's own."""
    folder = tmp_path_factory.mktemp("two")
    uploads = {f"uploads/{name}": (ROOT / "examples" / name).read_bytes() for name in NAMES}
    for name in NAMES:
        mask = plain(Image.open(ROOT / "examples" / name).size, 0, "L")
        width, height = mask.size
        left = width // 3 if name == NAMES[0] else width // 2
        ImageDraw.Draw(mask).rectangle((left, height // 3, left + 200, height // 3 + 200), fill=255)
        uploads[f"sources/{name}"] = encode(mask)
    collages.make(
        folder, uploads=uploads, sources=[f"uploads/{name}" for name in NAMES], recipe="matrix",
        mask_files={"window": [f"sources/{name}" for name in NAMES]}, style_count=2,
        size=160, cell=160,
    )  # fmt: skip
    return folder


@pytest.mark.parametrize("row", [0, 1])
def test_a_tile_is_compared_with_its_own_photo_and_mask(look: Look, two, row):
    record = shown(two, row, 1)
    assert record.source == NAMES[row]
    seen = look(two, f"#cell={row},1")
    expect(seen.page.locator(".panel")).to_contain_text(NAMES[row])
    expect(seen.page.locator(".panel")).to_contain_text("window")
    file = collages.manifest(two).files.sources[NAMES[row]]

    seen.page.get_by_role("button", name="Compare").click()
    seen.settle()
    slider = seen.page.get_by_label("How much of the tile is shown")
    slider.fill("0")

    assert apart(picture(seen, ".stack"), Image.open(two / file)) < 8
    seen.page.get_by_label("Outline of the mask").check()
    assert yellow(picture(seen, ".stack")) > 100


def test_tiles_are_found_by_their_photo(look: Look, two):
    seen = look(two)
    seen.page.get_by_role("button", name="Tiles").click()
    seen.page.get_by_label("Source", exact=True).select_option("boat.jpg")

    expect(seen.page.locator(".thumb")).to_have_count(2)
