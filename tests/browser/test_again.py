"""Making again in the studio: the price is said before, and a link leads to what came of it."""

import pytest

from tests.browser.asking import BY
from tests.browser.test_accessibility import violations
from tests.unit.pictures import encode, noise

WAIT_MS = 600_000
"""What nothing takes on a machine however busy."""


@pytest.fixture(scope="module")
def made(studio):
    return studio.make(encode(noise((96, 96), 41)), cell=128, size=128)


def test_the_best_anew_says_what_it_lacks_in_the_servers_own_words(studio, made, visit):
    seen = visit(f"{studio.base}collages/{made}/", key=studio.address)
    page = seen.page
    page.locator("summary", has_text="Make again").click()
    page.get_by_role("button", name="The best anew").click()
    page.get_by_role("button", name="What would it take?").click()

    page.locator(".again .wrong").wait_for(timeout=WAIT_MS)
    assert "no tile is starred" in page.locator(".again .said").inner_text()
    # The browser says of itself that the answer was no success.
    seen.wrong.clear()
    link = page.locator("a", has_text="Ask again with changes")
    assert link.get_attribute("href") == f"/#ask?again={made}"


def test_a_cell_is_made_again_for_the_price_of_one(studio, made, visit):
    seen = visit(f"{studio.base}collages/{made}/", key=studio.address)
    page = seen.page
    page.get_by_role("button", name="Tiles", exact=True).click()
    page.locator(".thumb").first.click()
    page.get_by_role("button", name="Again…").click()
    page.get_by_role("button", name="What would it take?").click()
    page.get_by_role("button", name="Make it", exact=True).wait_for(timeout=WAIT_MS)
    assert "1 tile to make, 5 there already; free." in page.locator(".again .said").inner_text()
    assert violations(seen) == []
    seen.shot("again")

    page.get_by_role("button", name="Make it", exact=True).click()
    link = page.get_by_role("link", name="Look at it")
    link.wait_for(timeout=WAIT_MS)

    other = link.get_attribute("href").split("/")[2]
    assert studio.stack.store.manifest(other).tile_counts == {"done": 1, "reused": 5}


def test_the_chosen_are_a_collage_of_their_own(studio, made, visit):
    seen = visit(f"{studio.base}collages/{made}/", key=studio.address)
    page = seen.page
    page.get_by_role("button", name="Tiles", exact=True).click()
    thumbs = page.locator(".thumb")
    for number in (1, 3):
        thumbs.nth(number).click()
        page.keyboard.press("s")
    page.get_by_role("button", name="Collage", exact=True).click()
    page.locator("summary", has_text="Make again").click()
    assert violations(seen) == []
    seen.shot("menu")
    page.get_by_role("button", name="A collage of the chosen").click()
    assert "starred" in page.locator(".again .hint").last.inner_text()
    page.get_by_label("Title").last.fill("The best two")
    page.get_by_role("button", name="Lay it out").click()
    link = page.get_by_role("link", name="Look at it")
    link.wait_for(timeout=WAIT_MS)
    # Until it is there, the browser says of itself that it was not.
    seen.wrong.clear()
    assert violations(seen) == []
    seen.shot("gather")

    link.click()
    page.get_by_role("heading", name="The best two").wait_for(timeout=WAIT_MS)
    assert page.locator(".title p").inner_text().startswith(f"1 {BY} 2 cells")
    # What names tiles by number would mean others here.
    assert page.get_by_role("button", name="Again…").count() == 0
    page.get_by_role("link", name="The whole collage").click()
    page.wait_for_url(f"{studio.base}collages/{made}/**")
