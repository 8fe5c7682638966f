"""The studio in a browser: who is let in, and that its pages and those of collages work in it."""

import pytest

from combinatoric_collage.cli.page_server import Folder, serving
from tests.unit.pictures import encode, noise


@pytest.fixture(scope="module")
def made(studio):
    return studio.make(encode(noise((96, 96), 1)))


def test_the_token_lets_a_browser_in_and_its_other_tabs(studio, visit):
    first = visit(studio.address)
    assert first.page.url == studio.base
    assert first.page.get_by_role("link", name="Watch").get_attribute("aria-current") == "page"

    second = visit(f"{studio.base}#ask", within=first)

    assert second.page.get_by_role("link", name="Ask").get_attribute("aria-current") == "page"
    assert first.page.get_by_role("link", name="Watch").get_attribute("aria-current") == "page"


def test_the_page_of_a_collage_knows_that_it_is_in_a_studio(studio, made, visit):
    seen = visit(f"{studio.base}collages/{made}/", key=studio.address)

    seen.page.locator(".canvas canvas").first.wait_for(state="attached")
    seen.settle()

    assert seen.page.evaluate("document.documentElement.dataset.api") == "/api/"


FORM = """
async ([url, method]) => {
  try {
    const how = { method, mode: "no-cors", credentials: "include", body: "{}" };
    const answer = await fetch(url, how);
    return answer.type;
  } catch {
    return "blocked";
  }
}
"""
IMAGE = """
(url) => new Promise((resolve) => {
  const image = new Image();
  image.onload = () => resolve("loaded");
  image.onerror = () => resolve("refused");
  image.src = url;
})
"""


def test_a_page_of_another_server_starts_nothing_and_sees_nothing(studio, made, visit, tmp_path):
    inside = visit(studio.address)
    (tmp_path / "index.html").write_text("<!doctype html><title>Elsewhere</title>")
    with serving(Folder(tmp_path)) as elsewhere:
        outside = visit(elsewhere, within=inside)
        before = studio.stack.newest(100)[0]

        outside.page.evaluate(FORM, [f"{studio.base}api/collages", "POST"])
        seen = outside.page.evaluate(IMAGE, f"{studio.base}collages/{made}/preview.jpg")

        assert seen == "refused"
        assert studio.stack.newest(100)[0] == before
        # The browser says of each that it was refused.
        assert all("Failed to load resource" in one for one in outside.wrong)
        outside.wrong.clear()


def test_a_link_of_another_page_is_told_how_to_get_in(studio, visit, tmp_path):
    inside = visit(studio.address)
    page = f'<!doctype html><title>Elsewhere</title><a href="{studio.base}">the studio</a>'
    (tmp_path / "index.html").write_text(page)
    with serving(Folder(tmp_path)) as elsewhere:
        outside = visit(elsewhere.replace("127.0.0.1", "localhost"), within=inside)
        outside.page.get_by_role("link").click()
        outside.page.get_by_role("heading", name="Not let in").wait_for()
        outside.page.get_by_role("link", name="go on to the studio").click()

        outside.page.get_by_role("link", name="Watch").wait_for()
        outside.wrong.clear()


def test_the_page_of_a_collage_leads_back(studio, made, visit):
    seen = visit(f"{studio.base}collages/{made}/", key=studio.address)

    seen.page.get_by_role("link", name="Studio").click()

    assert seen.page.url == f"{studio.base}#watch"
