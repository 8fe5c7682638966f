"""The whole way through the studio: from nothing at all to a poster of the best twelve."""

import re
from pathlib import Path

import pypdfium2
import pytest

from tests.browser import studios
from tests.browser.asking import drop, fill, option
from tests.browser.conftest import SHOTS
from tests.infrastructure.shipped import ROOT

PHOTO = ROOT / "examples" / "farmhouse.png"

WAIT_MS = 600_000
"""What nothing takes on a machine however busy."""


@pytest.fixture
def empty(tmp_path: Path):
    with studios.running(tmp_path / "state") as studio:
        yield studio


def test_from_nothing_to_a_poster_of_the_best_twelve(empty, visit, tmp_path):
    seen = visit(empty.address)
    page = seen.page
    page.get_by_role("heading", name="No collage yet").wait_for(timeout=WAIT_MS)
    seen.shot("walk-1-nothing")

    page.get_by_role("link", name="Ask", exact=True).click()
    drop(seen, PHOTO.read_bytes(), PHOTO.name)
    fill(seen, Rows=4, Columns=6, Cell=96)
    option(seen, "size", 192)
    page.get_by_text("24 pictures by 24 calls").wait_for(timeout=WAIT_MS)
    page.evaluate("scrollTo(0, 0)")
    seen.shot("walk-2-asked")

    page.get_by_role("button", name="Make the collage").click()
    page.wait_for_url(re.compile(r"/collages/"), timeout=WAIT_MS)
    # On a machine that is quick it is made before it is looked at.
    under_way = page.locator("main.waiting", has_text="24")
    under_way.or_(page.get_by_role("button", name="Tiles", exact=True)).first.wait_for(
        timeout=WAIT_MS
    )
    seen.shot("walk-3-under-way")
    page.get_by_role("button", name="Tiles", exact=True).click(timeout=WAIT_MS)
    for number in range(12):
        page.locator(".thumb").nth(2 * number).click()
        page.keyboard.press("s")
        page.keyboard.press(str(3 + number % 3))
    page.get_by_text("12 starred").wait_for(timeout=WAIT_MS)
    seen.settle()
    # While it was being made there was no manifest: the page asked for it, and went by progress.
    seen.wrong = [said for said in seen.wrong if not re.search(r"404|manifest\.js", said)]
    seen.shot("walk-4-chosen")

    page.get_by_label("Marked").select_option("starred")
    page.locator(".count", has_text="12 of 24").wait_for(timeout=WAIT_MS)
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("button", name="Poster").click()
    page.get_by_label("Paper").fill("A4")
    page.get_by_role("button", name="Make the file").click()
    link = page.locator(".take a.button")
    link.wait_for(timeout=WAIT_MS)
    seen.shot("walk-5-poster")
    with page.expect_download(timeout=WAIT_MS) as download:
        link.click()
    download.value.save_as(tmp_path / "poster.pdf")

    poster = pypdfium2.PdfDocument(tmp_path / "poster.pdf")
    assert len(poster) == 1
    shown = poster[0].render(scale=1.5).to_pil()
    if SHOTS:
        shown.save(Path(SHOTS) / "walk-6-printed.png")
    assert sorted(round(side / 72 * 25.4) for side in poster[0].get_size()) == [210, 297]
    assert len(shown.convert("RGB").resize((64, 64)).getcolors(4096)) > 500
