"""Ask, the studio's form: from a picture to a collage."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from collage.recipes import RECIPES
from tests.browser.asking import (
    BY,
    PICTURE,
    REFUSED,
    drop,
    fill,
    made,
    option,
    priced,
    recipe,
    small,
)
from tests.browser.studios import Studio
from tests.browser.test_accessibility import PHONE, violations
from tests.unit.pictures import encode, noise


def test_from_a_picture_to_a_collage_without_the_command_line(ask, studio: Studio):
    seen = ask()
    assert "Drop a picture" in seen.page.locator(".price").inner_text()

    small(seen)
    seen.page.get_by_label("My own").check()
    seen.page.get_by_label("Add: Styles").fill("Cubism, Op Art")
    seen.page.keyboard.press("Enter")
    seen.page.get_by_role("button", name="+ Baroque").click()
    seen.page.get_by_role("checkbox", name="Top", exact=True).uncheck()

    assert priced(seen).split("\n") == ["No charge", "4 pictures by 4 calls"]
    assert f"2 {BY} 2 cells, 64 {BY} 64 pixels" in seen.page.locator(".measure").inner_text()
    asked = studio.stack.store.accepted(made(seen)).request
    assert asked.styles == ("Cubism", "Op Art", "Baroque")
    assert asked.masks == ("bottom", "left", "right")
    assert (asked.rows, asked.cols, asked.cell, asked.size) == (2, 2, 32, (64, 64))


def test_every_recipe_is_shown_by_a_picture(ask):
    seen = ask()

    cards = seen.page.locator("[data-field=recipe] .card")
    names = [radio.get_attribute("value") for radio in cards.locator("input").all()]
    assert names == [*RECIPES]
    wide = cards.locator("img").evaluate_all("(all) => all.map((one) => one.naturalWidth)")
    assert wide == [240] * len(RECIPES)


def test_tiles_that_are_there_are_told(ask):
    seen = ask()
    small(seen)
    fill(seen, Cell=40)
    priced(seen)
    made(seen)

    again = ask(within=seen)
    fill(again, Cell=48)

    assert "4 tiles are there already" in priced(again)


def test_a_mistake_is_told_at_its_field_and_the_focus_goes_there(ask):
    seen = ask()
    small(seen)
    fill(seen, Rows=0, Background="octarine")
    assert priced(seen).startswith("Not like this")
    rows = seen.page.get_by_label("Rows", exact=True)

    seen.page.get_by_role("button", name="Make the collage").click()

    expect(rows).to_be_focused()
    assert rows.get_attribute("aria-invalid") == "true"
    said = seen.page.locator("[data-field=rows] .mistake")
    assert said.inner_text() == "Input should be greater than or equal to 1."
    assert said.get_attribute("id") in rows.get_attribute("aria-describedby")
    colour = seen.page.locator("[data-field=background] .mistake").inner_text()
    assert colour == "'octarine' is no colour; give a name, as navy, or #rrggbb."

    fill(seen, Rows=2, Background="")
    assert priced(seen).startswith("No charge")
    assert not seen.page.locator(".mistake").count()
    assert rows.get_attribute("aria-invalid") is None
    seen.wrong = [said for said in seen.wrong if REFUSED not in said]


def test_a_form_that_is_half_filled_survives_a_reload_with_its_pictures(ask):
    seen = ask()
    drop(seen)
    recipe(seen, "Erase")
    fill(seen, Prompt="an empty <meadow>", Title="Half")
    seen.page.get_by_role("button", name="Draw a mask").click()
    seen.page.keyboard.press("i")
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("button", name="Change").wait_for()
    priced(seen)
    uploads = [address for address in seen.asked if address.endswith("/upload")]
    assert len(uploads) == 2

    seen.page.reload()

    seen.page.locator(".pictures").get_by_text("photo.png").wait_for()
    assert seen.page.get_by_role("radio", name="Erase").is_checked()
    assert seen.page.get_by_label("Prompt", exact=True).input_value() == "an empty <meadow>"
    assert priced(seen).startswith("No charge")
    seen.page.get_by_role("button", name="Change").click()
    assert seen.page.locator(".share").inner_text() == "100 % is repainted"
    seen.page.keyboard.press("Escape")
    assert len([a for a in seen.asked if a.endswith("/upload")]) == len(uploads)

    seen.page.get_by_role("button", name="Begin anew").click()
    seen.page.reload()
    seen.page.locator(".asking").wait_for()
    assert not seen.page.locator(".pictures li").count()
    assert seen.page.get_by_role("radio", name="Collage").is_checked()


def test_the_same_picture_is_uploaded_once(ask):
    seen = ask()
    drop(seen)
    seen.page.get_by_role("button", name="Remove photo.png").click()
    drop(seen, name="the same again.png")

    assert len([address for address in seen.asked if address.endswith("/upload")]) == 1


def test_the_last_answer_counts(ask):
    seen = ask()
    small(seen)
    option(seen, "seed", 77)
    priced(seen)

    # The answer to three rows is held back until that to one has come.
    held = []

    def late(route):
        if json.loads(route.request.post_data)["rows"] == 3:
            held.append(route)
        else:
            route.continue_()

    seen.page.route("**/collages/estimate", late)
    fill(seen, Rows=3)
    while not held:
        seen.page.wait_for_timeout(50)
    fill(seen, Rows=1)
    assert "2 pictures" in priced(seen)
    held[0].continue_()
    seen.settle()

    assert "2 pictures" in priced(seen)


def test_the_copied_command_asks_for_the_same(ask, tmp_path: Path):
    seen = ask(permissions=["clipboard-read", "clipboard-write"])
    drop(seen, name="it's my photo.png")
    recipe(seen, "Matrix")
    seen.page.get_by_label("My own").check()
    seen.page.get_by_label("Add: Styles").fill("Cubism,Op Art,")
    add = seen.page.get_by_label("Add: Subjects")
    for text in ('"a dog, ""asleep"""', "{red|blue, green} house", "@home $HOME `id`"):
        add.fill(text)
        add.press("Enter")
    seen.page.get_by_label("Axes: another row").select_option("seed")
    seen.page.get_by_role("button", name="Add a row").first.click()
    seen.page.keyboard.type("1,2")
    seen.page.keyboard.press("Enter")
    fill(seen, Title='-it\'s "this"', Gap=-4, Background="#336699")
    option(seen, "size", "64x48")
    seen.page.get_by_label("Metadata", exact=True).uncheck()
    taken = re.search(r"(\d+) pictures by", priced(seen))

    seen.page.get_by_text("As a command, as JSON").click()
    seen.page.get_by_role("button", name="Copy the command").click()
    expect(seen.page.locator("body > p[role=status]")).to_have_text("Copied")
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    asked = json.loads(seen.page.locator(".copying pre").last.inner_text())

    # As a shell reads it, and with its own words.
    words = subprocess.run(
        ["sh", "-c", f'set -- {copied}; for word; do printf "%s\\0" "$word"; done'],
        capture_output=True,
        check=True,
    )
    split = words.stdout.decode().split("\0")[:-1]
    assert split == shlex.split(copied)
    assert split[:3] == ["collage", "run", "it's my photo.png"]
    assert asked["subjects"] == ['a dog, "asleep"', "{red|blue, green} house", "@home $HOME `id`"]
    (tmp_path / split[2]).write_bytes(PICTURE)
    told = subprocess.run(
        [sys.executable, "-m", "combinatoric_collage.cli.main", "estimate", *split[2:], "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    # Two seeds, two styles, four subjects, of which one stands for two.
    assert json.loads(told.stdout)["tiles"] == int(taken[1]) == 2 * 2 * 4


def test_a_recipe_of_words_alone_needs_no_picture(ask, studio: Studio):
    seen = ask()
    recipe(seen, "Samples")
    fill(seen, Prompt="a lighthouse", Cell=32)
    seen.page.locator("#option-grid_size").fill("2")
    option(seen, "size", 64)
    priced(seen)

    accepted = studio.stack.store.accepted(made(seen))

    assert accepted.source is None
    assert (accepted.request.prompt, accepted.request.grid_size) == ("a lighthouse", 2)


def test_a_style_is_taken_from_a_picture(ask, studio: Studio):
    seen = ask()
    small(seen)
    seen.page.get_by_label("My own").check()
    seen.page.get_by_label("Add: Styles").fill("Cubism,Mine,")
    file = {"name": "look.png", "mimeType": "image/png", "buffer": encode(noise((64, 64), 9))}
    chip = seen.page.locator(".chip", has_text="Mine")
    chip.locator("input[type=file]").set_input_files([file])
    chip.get_by_role("img", name="from look.png").wait_for()

    assert priced(seen).startswith("No charge")
    accepted = studio.stack.store.accepted(made(seen))
    assert (accepted.request.engine, [*accepted.style_pictures]) == ("stylizer", ["Mine"])


def test_a_form_is_filled_with_what_a_collage_was_made_by(ask, studio: Studio):
    collage = studio.make(PICTURE, title="Once <more>", seed=3)

    seen = ask(f"#ask?again={collage}")

    seen.page.locator(".pictures").get_by_text(f"96 {BY} 64").wait_for()
    assert seen.page.url.endswith("#ask")
    assert seen.page.get_by_label("Title", exact=True).input_value() == "Once <more>"
    assert seen.page.get_by_role("button", name="Remove Op Art").is_visible()
    assert "6 tiles are there already" in priced(seen)
    seen.page.reload()
    seen.page.locator(".pictures").get_by_text(f"96 {BY} 64").wait_for()
    assert not [address for address in seen.asked if address.endswith("/upload")]


def test_single_tiles_stay_changed_while_the_same_tiles_are_asked_for(ask, studio: Studio):
    collage = studio.make(PICTURE, again={"1": {"seed": 9}, "4": {"prompt": "a boat"}})

    seen = ask(f"#ask?again={collage}")
    kept = seen.page.get_by_text("2 tiles changed one by one")
    expect(kept).to_be_visible()
    seen.page.get_by_label("Title", exact=True).fill("The same six")
    assert "6 tiles are there already" in priced(seen)
    expect(kept).to_be_visible()
    option(seen, "seed", 4)

    expect(kept).to_be_hidden()
    assert "6 pictures" in priced(seen)


def test_rows_and_columns_are_asked_for_where_they_are_a_matter_of_taste(ask):
    seen = ask()
    small(seen)

    recipe(seen, "Matrix")

    expect(seen.page.get_by_label("Rows", exact=True)).to_be_hidden()
    assert "pictures" in priced(seen)


def test_a_table_that_is_asked_for_again_grows_with_its_styles(ask, studio: Studio):
    table = {"recipe": "matrix", "combine": 2, "masks": ["top", "left"], "rows": 2, "cols": 3}
    collage = studio.make(PICTURE, **table)

    seen = ask(f"#ask?again={collage}")
    said = priced(seen)
    seen.page.get_by_label("Add: Styles").fill("Art Deco,")

    assert "6 tiles are there already" in said
    assert "6 pictures" in priced(seen)
    assert f"2 {BY} 6 cells" in seen.page.locator(".measure").inner_text()


def test_the_form_by_axes_rules(ask):
    seen = ask()
    small(seen)
    seen.page.get_by_label("My own").check()
    seen.page.get_by_label("Add: Styles").fill("Cubism,Op Art,")
    fill(seen, Rows=0)
    priced(seen)
    seen.page.locator("details").evaluate_all("(all) => all.forEach((one) => (one.open = true))")

    assert violations(seen) == []
    seen.shot("ask")

    fill(seen, Rows=2)
    recipe(seen, "Erase")
    seen.page.get_by_role("button", name="Draw a mask").click()
    seen.page.keyboard.press("i")
    assert violations(seen) == []
    seen.shot("ask-draw")
    seen.wrong = [said for said in seen.wrong if REFUSED not in said]


def test_the_form_on_a_phone(ask):
    seen = ask(**PHONE)
    small(seen)
    priced(seen)

    assert violations(seen) == []
    wide = seen.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["viewport"]["width"]
    assert seen.page.get_by_role("button", name="Make the collage").is_visible()
    seen.shot("ask-phone")


def test_who_is_to_be_told_goes_with_the_request_and_is_refused_at_its_field(ask, studio: Studio):
    """Where the stack allows hosts: the one behind it allows none, and says so."""

    def allow(route):
        answer = route.fetch()
        found = answer.json()
        found["limits"]["notify_hosts"] = ["hooks.example"]
        route.fulfill(response=answer, json=found)

    seen = ask()
    assert not seen.page.get_by_label("Tell this address").is_visible()
    seen.page.route("**/recipes", allow)
    seen.page.reload()
    small(seen)
    seen.page.get_by_label("Tell this address").fill("https://hooks.example/a")

    with seen.page.expect_request(lambda one: one.url.endswith("/collages")) as sent:
        seen.page.get_by_role("button", name="Make the collage").click()

    assert sent.value.post_data_json["notify"] == "https://hooks.example/a"
    expect(seen.page.locator("[data-field=notify] .mistake")).to_contain_text("NotifyHosts")
    seen.wrong = [said for said in seen.wrong if REFUSED not in said]
