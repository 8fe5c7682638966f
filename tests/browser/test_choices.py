"""Choices on the page: made by keys and buttons, kept in the browser, filtered, undone."""

import json

from playwright.sync_api import expect

from tests.browser.conftest import Look, Seen
from tests.browser.test_page import WAYS, shown


def kept(seen: Seen) -> dict[str, dict[str, dict[str, object]]]:
    """What the browser keeps: choices by person and tile."""
    found = seen.page.evaluate(
        "Object.entries(localStorage).filter(([key]) => key.startsWith('collage-choices-'))"
    )
    people: dict[str, dict[str, dict[str, object]]] = json.loads(found[0][1])["people"]
    return people


def said(choice: dict[str, object]) -> dict[str, object]:
    """A choice without when it was made."""
    return {name: value for name, value in choice.items() if name != "at"}


@WAYS
def test_a_cell_is_marked_by_keys_and_the_marks_outlive_the_page(look: Look, ten, disk):
    seen = look(ten, disk=disk)
    key = shown(ten, 0, 1).key
    seen.page.locator("[role=gridcell][tabindex='0']").focus()
    seen.page.keyboard.press("ArrowRight")
    for each in ("s", "4", "n"):
        seen.page.keyboard.press(each)
    seen.page.keyboard.type("the best sky")
    seen.page.keyboard.press("Escape")

    expect(seen.page.locator(".tally")).to_have_text("1 starred · 1 scored · 1 noted")
    mine = kept(seen)["me"][key]
    assert said(mine) == {"star": True, "score": 4, "note": "the best sky"}
    assert seen.page.evaluate("document.activeElement.role") == "gridcell"

    seen.page.keyboard.press("0")
    assert said(kept(seen)["me"][key]) == {"star": True, "note": "the best sky"}
    seen.page.reload()
    expect(seen.page.locator(".tally")).to_have_text("1 starred · 1 noted")


def test_hidden_tiles_are_out_of_sight_until_asked_for(look: Look, ten):
    seen = look(ten, "#view=tiles")
    first = seen.page.locator(".thumb").first
    first.focus()
    seen.page.keyboard.press("h")

    expect(seen.page.locator(".count")).to_have_text("99 of 100 tiles")
    seen.page.get_by_label("Marked").select_option("hidden")
    expect(seen.page.locator(".count")).to_have_text("1 of 100 tiles")
    expect(seen.page.locator(".thumb .badge")).to_contain_text("hidden")
    assert "only=hidden" in seen.page.url
    seen.page.get_by_role("button", name="Undo").click()
    expect(seen.page.locator(".count")).to_have_text("0 of 100 tiles")
    seen.page.get_by_role("button", name="Clear filters").click()
    expect(seen.page.locator(".count")).to_have_text("100 tiles")


def test_tiles_are_scored_by_buttons_and_found_by_their_score(look: Look, ten):
    seen = look(ten, "#view=tiles")
    seen.page.locator(".thumb").nth(2).click()
    seen.page.get_by_role("button", name="Score 5").click()
    seen.page.locator(".thumb").nth(5).click()
    seen.page.get_by_role("button", name="Score 3").click()
    expect(seen.page.get_by_role("button", name="Score 3")).to_have_attribute(
        "aria-pressed", "true"
    )

    seen.page.get_by_label("Score", exact=True).first.select_option("4 or more")

    expect(seen.page.locator(".count")).to_have_text("1 of 100 tiles")
    assert seen.page.locator(".thumb").get_attribute("data-tile") == "2"
    expect(seen.page.locator(".thumb .badge")).to_contain_text("scored 5")
