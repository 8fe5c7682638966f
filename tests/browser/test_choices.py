"""Choices on the page: made by keys and buttons, kept in the browser, filtered, undone."""

import json
from pathlib import Path

from playwright.sync_api import expect

from collage.choices.choice import Change
from collage.steps import choose
from tests.browser import collages
from tests.browser.conftest import Look, Seen
from tests.browser.test_page import WAYS, copied, shown
from tests.unit.pictures import encode, noise


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


def exported(seen: Seen, to: Path) -> Path:
    """The file that the dialog hands on."""
    seen.page.get_by_role("button", name="Choices").click()
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Export").click()
    download.value.save_as(to)
    return to


def test_two_people_hand_on_what_they_think_as_files(look: Look, ten, tmp_path):
    tile = "#view=tiles&tile=3"
    anna = look(ten, tile, disk=True)
    for key in ("s", "5"):
        anna.page.keyboard.press(key)
    anna.page.get_by_role("button", name="Choices").click()
    anna.page.get_by_label("Your name").fill(" Anna\u202e  B. ")
    anna.page.keyboard.press("Enter")
    expect(anna.page.locator(".people")).to_have_text("Anna B.: 1 starred, 1 scored")
    anna.page.keyboard.press("Escape")
    theirs = exported(anna, tmp_path / "anna.json")
    found = collages.manifest(ten)
    assert json.loads(theirs.read_text())["id"] == found.id

    ben = look(ten, tile, disk=True)
    for key in ("h", "2"):
        ben.page.keyboard.press(key)
    expect(ben.page.locator(".tally")).to_have_text("1 hidden · 1 scored")
    ben.page.get_by_role("button", name="Choices").click()
    for _ in range(2):
        ben.page.get_by_label("A file of choices").set_input_files(theirs)
        expect(ben.page.locator(".sharing [role=status]")).to_have_text(
            "Taken in: the choices of Anna B.."
        )

    ben.page.keyboard.press("Escape")
    # Starred by one, it is not hidden by the other; the score is the mean.
    expect(ben.page.locator(".tally")).to_have_text("1 starred · 1 scored")
    expect(ben.page.locator(".thumb[data-tile='3'] .badge")).to_contain_text("starred, scored 3.5")
    expect(ben.page.locator(".others")).to_have_text("Anna B.: starred, scored 5")
    assert set(kept(ben)) == {"me", "Anna B."}


def test_a_file_that_is_no_file_of_these_choices_changes_nothing(look: Look, ten, tmp_path):
    seen = look(ten)
    seen.page.get_by_role("button", name="Choices").click()
    whole = {"version": 1, "id": collages.manifest(ten).id, "people": {}}
    at = "2026-01-15T09:31:40.118Z"
    for other, why in (
        ("no JSON", "It is no file of choices."),
        (whole | {"version": 2}, "It is of version 2; this page reads version 1."),
        (whole | {"id": "0" * 20}, "It is of another collage"),
        (whole | {"people": {"x": {"f" * 64: {"score": 6, "at": at}}}}, "its score is wrong"),
        (whole | {"people": {"x": {"short": {"at": at}}}}, "short is no key of a tile"),
        (whole | {"people": {"x": {"f" * 64: {"star": True}}}}, "it does not say when"),
        (whole | {"people": {"x": {"f" * 64: {"like": 1, "at": at}}}}, "there is no like"),
    ):
        file = tmp_path / "other.json"
        file.write_text(other if isinstance(other, str) else json.dumps(other))
        seen.page.get_by_label("A file of choices").set_input_files(file)
        expect(seen.page.locator(".sharing [role=status]")).to_contain_text(
            "other.json is not taken in."
        )
        expect(seen.page.locator(".sharing [role=status]")).to_contain_text(why)
    assert seen.page.locator(".tally").inner_text() == ""


HOSTILE = "<img src=x onerror=alert(1)>"


@WAYS
def test_choices_beside_the_page_are_shown_and_their_text_is_text(look: Look, ten, tmp_path, disk):
    folder = copied(ten, tmp_path)
    first = collages.manifest(folder).tiles[0]
    at = "2026-01-15T09:31:40.118Z"
    people = {
        HOSTILE: {first.key: {"score": 2, "note": f"</script>{HOSTILE}", "at": at}},
        "constructor": {first.key: {"star": True, "at": at}},
    }
    choices = {"version": 1, "id": collages.manifest(folder).id, "people": people}
    text = json.dumps(choices).replace("<", "\\u003c")
    (folder / "choices.js").write_text(f"window.choices = {text};")

    seen = look(folder, "#view=tiles&tile=0", disk=disk)

    expect(seen.page.locator(".tally")).to_have_text("1 starred · 1 scored · 1 noted")
    expect(seen.page.locator(".others")).to_contain_text(f"{HOSTILE}: scored 2, “</script>")
    seen.page.get_by_role("button", name="Choices").click()
    expect(seen.page.locator(".people")).to_contain_text(HOSTILE)
    assert seen.page.locator("img[src='x']").count() == 0


def test_other_tabs_see_what_is_chosen(look: Look, ten, visit):
    seen = look(ten)
    other = visit(seen.page.url, within=seen)
    other.page.locator(".tally").wait_for(state="attached")
    seen.page.locator("[role=gridcell][tabindex='0']").focus()

    seen.page.keyboard.press("s")
    expect(other.page.locator(".tally")).to_have_text("1 starred")
    other.page.locator("[role=gridcell][tabindex='0']").focus()
    other.page.keyboard.press("3")

    expect(seen.page.locator(".tally")).to_have_text("1 starred · 1 scored")


def test_in_a_studio_the_stack_keeps_them_and_other_tabs_take_them_up(studio, visit):
    made = studio.make(encode(noise((96, 96), 7)))
    keys = [record.key for record in studio.stack.store.manifest(made).tiles]
    page = f"{studio.base}collages/{made}/#view=tiles"
    seen = visit(page, key=studio.address)
    other = visit(page, within=seen)
    other.page.locator(".thumb").first.wait_for()
    assert not [url for url in seen.asked if url.endswith("choices.js")]

    seen.page.locator(".thumb[data-tile='2']").focus()
    for key in ("s", "4"):
        seen.page.keyboard.press(key)
    expect(other.page.locator(".tally")).to_have_text("1 starred · 1 scored")
    other.page.locator(".thumb[data-tile='2']").focus()
    other.page.keyboard.press("0")
    expect(seen.page.locator(".tally")).to_have_text("1 starred")

    (person, tiles), *others = studio.stack.store.choices(made).people.items()
    assert not others
    assert said(tiles[keys[2]].model_dump()) == {"star": True}
    # What others choose by another way is there when the page is looked at again.
    changes = {keys[0]: Change(note="too dark")}
    choose.choose(studio.stack.store, made, "ben", changes)
    seen.page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    expect(seen.page.locator(".tally")).to_have_text("1 starred · 1 noted")
    assert person != "ben"


def test_what_the_stack_refuses_to_keep_is_said_and_sent_again_on_request(studio, visit):
    made = studio.make(encode(noise((96, 96), 8)))
    seen = visit(f"{studio.base}collages/{made}/#view=tiles", key=studio.address)
    address = f"**/api/collages/{made}/choices"
    seen.page.route(address, refuse)
    seen.page.locator(".thumb").first.focus()

    seen.page.keyboard.press("s")

    expect(seen.page.locator(".tally")).to_have_text("1 starred")
    expect(seen.page.get_by_role("alert")).to_contain_text("Your choices are not kept. Not today.")
    seen.page.unroute(address)
    seen.page.get_by_role("button", name="Try again").click()
    expect(seen.page.get_by_role("alert")).to_be_hidden()
    assert starred(studio, made) == [True]
    seen.wrong.clear()


def test_what_is_chosen_without_a_connection_is_sent_when_there_is_one(studio, visit):
    made = studio.make(encode(noise((96, 96), 9)))
    seen = visit(f"{studio.base}collages/{made}/#view=tiles", key=studio.address)
    seen.page.locator(".thumb").first.focus()
    seen.page.context.set_offline(True)

    seen.page.keyboard.press("s")

    expect(seen.page.locator(".tally")).to_have_text("1 starred")
    expect(seen.page.get_by_role("alert")).to_contain_text("Your choices are not kept.")
    seen.page.context.set_offline(False)
    expect(seen.page.get_by_role("alert")).to_be_hidden()
    assert starred(studio, made) == [True]
    seen.wrong.clear()


def refuse(route):
    if route.request.method == "PATCH":
        route.fulfill(
            status=403, json={"title": "Forbidden", "status": 403, "detail": "Not today."}
        )
    else:
        route.continue_()


def starred(studio, made):
    (tiles,) = studio.stack.store.choices(made).people.values()
    return [choice.star for choice in tiles.values()]
