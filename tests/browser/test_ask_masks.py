"""Masks that are drawn in the studio's form, by pointer and by keyboard."""

import io

from PIL import Image, ImageChops

from tests.browser.asking import PICTURE, REFUSED, drop, made, priced, recipe, small
from tests.browser.studios import Studio
from tests.unit.pictures import encode, noise


def test_only_what_is_drawn_is_repainted(ask, studio: Studio):
    seen = ask()
    drop(seen)
    recipe(seen, "Erase")
    assert "Draw what is to be repainted" in seen.page.locator(".price").inner_text()
    seen.page.get_by_role("button", name="Draw a mask").click()
    board = seen.page.locator(".board").bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        return board["x"] + board["width"] * x / 96, board["y"] + board["height"] * y / 64

    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_label("Size").fill("10")
    dialog.get_by_label("Softness").fill("0")
    seen.page.mouse.move(*at(20, 20))
    seen.page.mouse.down()
    seen.page.mouse.move(*at(60, 20), steps=6)
    seen.page.mouse.up()
    assert "% is repainted" in seen.page.locator(".share").inner_text()
    seen.page.get_by_role("button", name="Done").click()
    priced(seen)
    collage = made(seen)

    source, mask, result = (
        Image.open(io.BytesIO(data))
        for data in (
            PICTURE,
            studio.stack.store.file(collage, "masks/erased.png"),
            studio.stack.store.file(collage, "collage.png"),
        )
    )
    edited = mask.getchannel("A").point(lambda alpha: 255 if alpha == 0 else 0)
    assert edited.getbbox() == (15, 15, 65, 25)
    difference = ImageChops.difference(source.convert("RGB"), result.convert("RGB"))
    left, top, right, bottom = difference.getbbox()
    assert min(left, top) >= 15
    assert right <= 65
    assert bottom <= 25
    assert (right - left) * (bottom - top) > 300


def test_a_mask_is_drawn_by_keyboard_and_undone(ask):
    seen = ask()
    drop(seen)
    recipe(seen, "Erase")
    seen.page.get_by_role("button", name="Draw a mask").focus()
    seen.page.keyboard.press("Enter")
    seen.page.get_by_text("A rectangle by numbers").focus()
    seen.page.keyboard.press("Enter")
    for label, value in {"Left": 0, "Top": 0, "Width": 48, "Height": 64}.items():
        seen.page.get_by_role("spinbutton", name=label).fill(str(value))
    seen.page.get_by_role("button", name="Add the rectangle").press("Enter")
    share = seen.page.locator(".share")
    assert share.inner_text() == "50 % is repainted"

    seen.page.keyboard.press("i")
    seen.page.keyboard.press("Control+z")
    seen.page.keyboard.press("Control+z")
    assert share.inner_text() == "Nothing is marked yet"
    seen.page.keyboard.press("Control+Shift+z")
    assert share.inner_text() == "50 % is repainted"
    seen.page.keyboard.press("Escape")

    seen.page.get_by_role("button", name="Change").wait_for()
    assert priced(seen).startswith("No charge")


def test_a_soft_edge_stays_soft(ask, studio: Studio):
    seen = ask()
    drop(seen)
    recipe(seen, "Erase")
    seen.page.get_by_role("button", name="Draw a mask").click()
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_label("Size").fill("30")
    dialog.get_by_label("Softness").fill("100")
    seen.page.locator(".board").click(position={"x": 40, "y": 30})
    seen.page.get_by_role("button", name="Done").click()
    priced(seen)

    mask = Image.open(io.BytesIO(studio.stack.store.file(made(seen), "masks/erased.png")))

    alphas = set(mask.getchannel("A").tobytes())
    assert 255 in alphas
    assert len(alphas - {0, 255}) > 20


def test_a_collage_is_repainted_only_where_its_mask_is_drawn(ask, studio: Studio):
    seen = ask()
    small(seen)
    seen.page.get_by_role("button", name="Draw a mask").click()
    dialog = seen.page.get_by_role("dialog")
    dialog.get_by_label("Softness").fill("0")
    dialog.get_by_text("A rectangle by numbers").click()
    for label, value in {"Left": 48, "Top": 0, "Width": 48, "Height": 32}.items():
        dialog.get_by_role("spinbutton", name=label).fill(str(value))
    dialog.get_by_role("button", name="Add the rectangle").click()
    dialog.get_by_role("button", name="Done").click()
    seen.page.get_by_role("checkbox", name="Drawn-1").wait_for()
    priced(seen)

    collage = made(seen)

    accepted = studio.stack.store.accepted(collage)
    assert accepted.request.masks == ("file:drawn-1",)
    manifest = studio.stack.store.manifest(collage)
    source = Image.open(io.BytesIO(studio.stack.store.source(collage))).convert("RGB")
    assert len(manifest.tiles) == 4
    for record in manifest.tiles:
        png, _ = studio.stack.store.tile(record.tile)
        tile = Image.open(io.BytesIO(png)).convert("RGB")
        left, top, right, bottom = ImageChops.difference(source, tile).getbbox()
        # Of 96 x 64 the middle 64 x 64 are taken: the right half from 32 on, down to the middle.
        assert left >= 32
        assert bottom <= 32
        assert (right - left) * (bottom - top) > 500


def test_a_mask_of_one_of_several_pictures_is_for_that_one(ask, studio: Studio):
    seen = ask()
    small(seen)
    drop(seen, encode(noise((64, 80), 8)), "tall.png")
    seen.page.get_by_label("The picture that is drawn on").select_option(label="on tall.png")
    seen.page.get_by_role("button", name="Draw a mask").click()
    seen.page.keyboard.press("i")
    seen.page.keyboard.press("Escape")
    mine = seen.page.get_by_role("checkbox", name="Drawn-1")
    mine.wait_for()
    assert priced(seen).startswith("Not like this")
    said = seen.page.locator("[data-field=mask_files] .mistake").inner_text()
    assert said == "The source photo.png has none of the masks."
    seen.wrong = [said for said in seen.wrong if REFUSED not in said]

    seen.page.get_by_role("checkbox", name="Left", exact=True).check()
    assert priced(seen).startswith("No charge")
    accepted = studio.stack.store.accepted(made(seen))

    assert accepted.request.source_names == ("photo.png", "tall.png")
    assert accepted.request.masks == ("file:drawn-1", "left")
    (of_photo, of_tall) = accepted.request.mask_files["drawn-1"]
    assert of_photo is None
    assert of_tall.startswith("sources/")
