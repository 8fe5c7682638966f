"""The copy of a page that others are shown: by a signed address, without tiles, and gone."""

import pytest
from playwright.sync_api import expect

from collage.choices.choice import Change, Choices
from collage.steps.freeze_collage import freeze
from tests.browser import collages
from tests.browser.test_accessibility import PHONE, violations

INTO = "shares/one/site"
QUERY = "Policy=eyJ_-~&Signature=a-b~&Key-Pair-Id=K1"
SIGNED = f"?{QUERY}"


def frozen(**how):
    """What brings a copy to the disk; somebody has starred the first tile of the collage."""

    def take(store, collage, out):
        key = store.manifest(collage).tiles[0].key
        starred = Choices(id=collage).changed("anna", {key: Change(star=True, note="ours")})
        store.change_choices(collage, lambda _: starred)
        freeze(store, collage, INTO, **how)
        for name in store.below(INTO):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(store.read_below(INTO, name))

    return take


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    link = f"https://pictures.example/{INTO}/{{}}?{QUERY}".format
    collages.make(
        folder,
        take=frozen(link=link, until="2026-02-01T12:00:00+00:00"),
        rows=2,
        cols=3,
        size=64,
        cell=32,
        title="Barns",
    )
    return folder


@pytest.fixture(scope="module")
def without_tiles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("without")
    collages.make(folder, take=frozen(tiles=False), rows=2, cols=3, size=64, cell=32)
    return folder


def test_what_signs_the_address_goes_on_to_all_that_is_asked_for(look, signed):
    seen = look(signed, f"{SIGNED}#cell=0,1")
    page = seen.page
    expect(page).to_have_title("Barns")
    assert page.get_by_role("button", name="Take away").count() == 0
    link = page.get_by_role("link", name="Open the tile")
    assert link.get_attribute("href").endswith(SIGNED)
    page.get_by_role("button", name="Compare with the source").click()
    page.get_by_role("dialog").get_by_text("Outline of the mask").click()
    page.get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Tiles", exact=True).click()
    expect(page.locator(".tiles img")).to_have_count(6)
    seen.settle()

    files = {
        address.partition("?")[0].rpartition("/")[2]
        for address in seen.asked
        if address.endswith(SIGNED)
    }
    assert {"page.js", "page.css", "manifest.js", "choices.js", "source.png"} < files
    assert len(seen.asked) == sum(address.endswith(SIGNED) for address in seen.asked)
    page.locator(".panel").get_by_role("button", name="Close").click()
    expect(page.locator(".panel")).to_contain_text("shared until Feb 1, 2026, 12:00 PM UTC")


def test_choices_are_kept_in_the_browser_over_those_of_everybody(look, visit, signed):
    seen = look(signed, f"{SIGNED}#view=tiles&tile=1")
    page = seen.page
    expect(page.locator(".tally")).to_have_text("1 starred")
    page.keyboard.press("4")
    expect(page.locator(".tally")).to_have_text("1 starred · 1 scored")
    page.reload()
    expect(page.locator(".tally")).to_have_text("1 starred · 1 scored")
    assert page.get_by_text("anna").count() == page.get_by_text("ours").count() == 0


@pytest.mark.parametrize("disk", [True, False])
def test_without_tiles_it_says_so_and_has_nothing_that_needs_them(look, without_tiles, disk):
    seen = look(without_tiles, "#view=tiles&cell=0,1", disk=disk)
    page = seen.page
    assert page.evaluate("document.body.dataset.view") == "collage"
    expect(page.locator(".panel")).to_contain_text(
        "The tiles in full size are not part of this copy."
    )
    for name in ("Tiles", "Compare with the source", "Put side by side", "Side by side"):
        assert page.get_by_role("button", name=name, exact=True).count() == 0
    assert page.get_by_role("link", name="Open the tile").count() == 0
    page.keyboard.press("4")
    expect(page.locator(".tally")).to_have_text("1 starred · 1 scored")
    for _ in range(8):
        page.get_by_role("button", name="Zoom in").click()
    seen.settle()
    assert not [address for address in seen.asked if "/tiles/" in address]


def test_it_is_said_once_that_it_is_shared_no_longer(look, signed):
    seen = look(signed, SIGNED)
    page = seen.page
    page.route("**/*", lambda route: route.fulfill(status=403, body="Access denied"))
    page.get_by_role("button", name="Tiles", exact=True).click()
    gone = page.get_by_text("This collage is no longer shared.")
    expect(gone).to_be_visible()
    page.get_by_label("Words in the prompt").fill("and")
    seen.settle()
    expect(gone).to_have_count(1)
    seen.shot("copy-gone")
    assert all("403" in text for text in seen.wrong)
    seen.wrong.clear()


def test_a_tile_that_is_missing_for_itself_is_no_end(look, signed):
    seen = look(signed, SIGNED)
    seen.page.route("**/tiles/*", lambda route: route.fulfill(status=403, body="Access denied"))
    with seen.page.expect_response(lambda answer: "/choices.js" in answer.url):
        seen.page.get_by_role("button", name="Tiles", exact=True).click()
    seen.settle()
    assert seen.page.get_by_text("no longer shared").count() == 0
    seen.wrong.clear()


def test_opened_as_it_goes_it_says_that_it_is_gone(look, signed):
    seen = look(signed, SIGNED)
    seen.page.route(
        "**/manifest.js*", lambda route: route.fulfill(status=403, body="Access denied")
    )
    seen.page.reload()
    expect(seen.page.get_by_role("alert")).to_contain_text("This collage is no longer shared.")
    seen.wrong.clear()


@pytest.mark.parametrize(
    "how", [{}, {**PHONE, "color_scheme": "dark"}], ids=["desktop", "phone-dark"]
)
def test_it_keeps_to_axes_rules(look, without_tiles, how, request):
    seen = look(without_tiles, **how)
    if how:
        seen.page.get_by_role("button", name="About this collage").click()
    assert violations(seen) == []
    seen.shot(f"copy-{request.node.callspec.id}")
