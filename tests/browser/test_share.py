"""The dialog "Share", and the way from it to a browser of somebody without any rights."""

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.test_accessibility import PHONE, violations
from tests.unit.pictures import encode, noise

WAIT_MS = 600_000
"""What nothing takes on a machine however busy."""

SHARE = {
    "version": 1,
    "id": "a" * 26,
    "collage": "0" * 20,
    "until": "2026-02-01T12:00:00+00:00",
    "tiles": True,
    "by": "anna",
    "at": "2026-01-25T12:00:00+00:00",
}
ADDRESS = (
    f"https://d1.example/shares/{'a' * 26}/site/index.html?Policy=eyJTdGF0ZW1lbnQi&Signature=x"
)
ALL = [
    {"share": {**SHARE, "tiles": False}, "state": "over"},
    {"share": SHARE, "state": "failed", "error": "NoAnswer", "message": "Nothing came of it."},
    {"share": {**SHARE, "by": ""}, "state": "open", "address": ADDRESS},
]


@pytest.fixture(scope="module")
def made(studio):
    return studio.make(encode(noise((96, 96), 4)), cell=128, size=128, title="Noise & <b>")


@pytest.fixture
def opened(studio, made, visit):
    """Opens the dialog on the collage's page; ``shares`` stand in for those that there are."""

    def open_page(shares=None, days=20, **context):
        seen = visit(studio.address, **context)
        if shares is not None:
            items = [{"address": None, "links": {"self": "/shares/x"}, **one} for one in shares]
            seen.page.route(
                "**/shares", lambda route: route.fulfill(json={"days": days, "items": items})
            )
        seen.page.goto(f"{studio.base}collages/{made}/#share")
        seen.page.get_by_role("dialog", name="Share").wait_for()
        return seen

    return open_page


def test_an_address_opens_the_collage_for_anybody_until_it_is_shared_no_longer(opened, visit, made):
    seen = opened()
    dialog = seen.page.get_by_role("dialog", name="Share")
    dialog.get_by_label("Days").fill("3")
    dialog.get_by_role("button", name="Share it").click()
    address = dialog.get_by_label("Address").first
    address.wait_for(timeout=WAIT_MS)
    signed = address.input_value()
    assert made not in signed

    other = visit(signed)
    other.page.locator(".canvas canvas").first.wait_for(state="attached")
    expect(other.page).to_have_title("Noise & <b>")
    other.page.get_by_role("button", name="Tiles", exact=True).click()
    expect(other.page.locator(".tiles img")).to_have_count(6)
    shown = "(all) => all.every((one) => one.complete && one.naturalWidth === 128)"
    other.page.wait_for_function(f"() => ({shown})([...document.querySelectorAll('.tiles img')])")
    assert not [each for each in other.asked if "/api/" in each]
    preview = other.page.locator('meta[property="og:image"]').get_attribute("content")
    picture = requests.get(preview, timeout=600)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert requests.get(preview.partition("?")[0], timeout=600).status_code == 403

    dialog.get_by_role("button", name="Unshare").click()
    expect(dialog.get_by_text("Ended · with tiles")).to_be_visible()
    expect(dialog.get_by_label("Address")).to_have_count(0)


def test_more_days_than_the_stack_allows_are_refused_in_its_own_words(opened):
    seen = opened()
    seen.page.get_by_label("Days").fill("400")
    seen.page.get_by_role("button", name="Share it").click()
    expect(seen.page.locator(".share .said.wrong")).to_contain_text("days at most")
    # The browser says of itself that the answer was no success.
    seen.wrong.clear()


def test_where_sharing_is_off_it_says_how_it_is_turned_on(opened):
    seen = opened([], days=None)
    expect(seen.page.get_by_text("its parameter Sharing is off")).to_be_visible()
    assert not seen.page.get_by_role("button", name="Share it").is_visible()
    assert violations(seen) == []
    seen.shot("share-off")


def test_all_that_is_shared_is_listed_and_an_address_copied(opened):
    seen = opened(ALL, permissions=["clipboard-read", "clipboard-write"])
    said = seen.page.locator(".shares li > p:first-child").all_inner_texts()
    assert [re.sub(r"\d+:\d+", "…", text.replace(" ", " ")) for text in said] == [
        "Until Feb 1, 2026, … PM · with tiles",
        "Not shared · with tiles · by anna",
        "Ended · without tiles · by anna",
    ]
    seen.page.get_by_role("button", name="Copy", exact=True).click()
    expect(seen.page.get_by_role("button", name="Copied")).to_be_visible()
    assert seen.page.evaluate("navigator.clipboard.readText()") == ADDRESS


def test_the_dialog_by_axes_rules(opened):
    seen = opened(ALL)
    seen.page.get_by_label("Address").wait_for()
    assert violations(seen) == []
    seen.shot("share")


def test_the_dialog_on_a_phone(opened):
    seen = opened(ALL, **PHONE)
    seen.page.get_by_label("Address").wait_for()
    assert violations(seen) == []
    seen.shot("share-phone")
