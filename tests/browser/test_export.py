"""Taking something of a collage away in the studio: asked for, made, and brought to the disk."""

import io
import zipfile
from pathlib import Path

import pytest

from tests.browser.test_accessibility import PHONE, violations
from tests.unit.pictures import encode, noise

WAIT_MS = 600_000
"""What nothing takes on a machine however busy."""


@pytest.fixture(scope="module")
def made(studio):
    return studio.make(encode(noise((96, 96), 4)), cell=128, size=128)


@pytest.fixture
def opened(studio, made, visit):
    """Opens the collage's page in the studio, and there the dialog."""

    def open_page(choice="", **context):
        page = f"{studio.base}collages/{made}/{choice}"
        seen = visit(page, key=studio.address, **context)
        seen.page.locator(".canvas canvas").first.wait_for(state="attached")
        seen.settle()
        seen.page.get_by_role("button", name="Take away").click()
        return seen

    return open_page


def brought(seen, tmp_path: Path) -> tuple[str, bytes]:
    """The file that is made and followed to."""
    seen.page.get_by_role("button", name="Make the file").click()
    link = seen.page.locator(".take a.button")
    link.wait_for(timeout=WAIT_MS)
    with seen.page.expect_download(timeout=WAIT_MS) as download:
        link.click()
    path = tmp_path / "file"
    download.value.save_as(path)
    return download.value.suggested_filename, path.read_bytes()


def test_all_tiles_come_as_a_zip_of_pictures_with_names_of_ones_own(opened, made, tmp_path):
    seen = opened()
    seen.page.get_by_label("Names").fill("{number} {style}")

    name, data = brought(seen, tmp_path)

    assert name == f"{made[:8]}-zip.zip"
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert len([one for one in names if one.endswith(".png")]) == 6
    assert all(one[0] in "123456" for one in names if one.endswith(".png"))


def test_what_is_found_comes_as_a_poster(opened, tmp_path):
    seen = opened("#is.mask=left")
    page = seen.page
    page.get_by_role("button", name="Poster").click()
    assert page.get_by_role("dialog").get_by_label("Tiles").inner_text().startswith("the ")
    page.get_by_label("Paper").fill("A5")
    page.get_by_label("Bleed").fill("3")
    page.get_by_label("crop marks").check()

    name, data = brought(seen, tmp_path)

    assert name.endswith("-poster.pdf")
    assert data.startswith(b"%PDF")
    assert b"TrimBox" in data
    assert "The tiles are printed at" in page.locator(".said").inner_text()


def test_what_cannot_be_made_is_said_in_the_servers_own_words(opened):
    seen = opened()
    page = seen.page
    page.get_by_role("button", name="Poster").click()
    page.get_by_label("Paper").fill("A99")
    page.get_by_role("button", name="Make the file").click()

    page.locator(".said.wrong").wait_for(timeout=WAIT_MS)
    assert "'A99' is no paper; there are: A0" in page.locator(".said").inner_text()
    # The browser says of itself that the answer was no success.
    seen.wrong.clear()
    page.get_by_label("Paper").fill("A6")
    assert page.get_by_role("button", name="Make the file").is_enabled()


def test_the_dialog_by_axes_rules(opened):
    seen = opened()
    for kind in ("Poster", "Film"):
        seen.page.get_by_role("button", name=kind).click()
        assert violations(seen) == []
        seen.shot(f"export-{kind.lower()}")


def test_the_dialog_on_a_phone(opened):
    seen = opened(**PHONE)
    seen.page.get_by_role("button", name="Poster").click()

    assert violations(seen) == []
    seen.shot("export-phone")


def test_a_page_that_is_in_no_studio_has_nothing_to_take_away(look, ten):
    seen = look(ten)

    assert seen.page.get_by_role("button", name="Take away").count() == 0
