"""The studio in a browser: who is let in, and that its pages and those of collages work in it."""

from tests.unit.pictures import encode, noise


def test_the_token_lets_a_browser_in_and_its_other_tabs(studio, visit):
    first = visit(studio.address)
    assert first.page.url == studio.base
    assert first.page.get_by_role("link", name="Watch").get_attribute("aria-current") == "page"

    second = visit(f"{studio.base}#ask", within=first)

    assert second.page.get_by_role("link", name="Ask").get_attribute("aria-current") == "page"
    assert first.page.get_by_role("link", name="Watch").get_attribute("aria-current") == "page"


def test_the_page_of_a_collage_knows_that_it_is_in_a_studio(studio, visit):
    made = studio.make(encode(noise((96, 96), 1)))
    seen = visit(studio.address)

    seen.page.goto(f"{studio.base}collages/{made}/")
    seen.page.locator(".canvas canvas").first.wait_for(state="attached")
    seen.settle()

    assert seen.page.evaluate("document.documentElement.dataset.api") == "/api/"
