"""The page by axe-core's rules, in light and dark, on a desktop and on a phone; with pictures."""

import pytest

from combinatoric_collage.cli import gallery
from tests.browser.conftest import Look, Seen
from tests.browser.test_page import copied, place
from tests.infrastructure.shipped import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}


BY_NIGHT = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The rules about colours: nothing else is another in the dark."""
RUN = """
async (how) => {
  const { violations } = await axe.run({ ...how, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
"""


def violations(seen: Seen) -> list[str]:
    """What is against axe-core's rules as the page is, in the light and in the dark."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `make install`")
    page = seen.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    by_day: list[str] = page.evaluate(RUN, {})
    page.emulate_media(color_scheme="dark")
    by_night: list[str] = page.evaluate(RUN, BY_NIGHT)
    page.emulate_media(color_scheme="light")
    return by_day + [f"dark: {one}" for one in by_night]


def test_desktop(look: Look, ten):
    seen = look(ten)
    assert violations(seen) == []
    seen.page.mouse.click(*place(seen, ten, 3, 4))
    seen.settle()
    assert violations(seen) == []
    seen.shot("desktop")

    seen.page.get_by_role("button", name="Compare").click()
    seen.page.get_by_label("Outline of the mask").check()
    seen.settle()
    assert violations(seen) == []
    seen.shot("compare")
    seen.page.keyboard.press("Escape")

    seen.page.goto(f"{seen.page.url.partition('#')[0]}#view=tiles&rows=style&cols=mask")
    seen.settle()
    assert violations(seen) == []
    seen.shot("table")


def test_choosing(look: Look, ten):
    seen = look(ten, "#view=tiles&rows=style-a&cols=mask&film=style-b&heat&near=4")
    seen.page.get_by_role("button", name="Pause").click()
    seen.page.locator(".thumb").first.focus()
    for key in ("s", "4", "c", "ArrowDown", "1", "c"):
        seen.page.keyboard.press(key)
    seen.page.locator(".tally").get_by_text("2 scored").wait_for()
    assert violations(seen) == []
    seen.shot("film")

    seen.page.get_by_role("button", name="Choices").click()
    assert violations(seen) == []
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("button", name="Side by side: 2").click()
    seen.settle()
    assert violations(seen) == []
    seen.shot("beside")


def test_phone(look: Look, ten):
    seen = look(ten, **PHONE)
    assert violations(seen) == []
    seen.page.touchscreen.tap(*place(seen, ten, 4, 4))
    seen.page.locator(".panel.open").wait_for()
    seen.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    assert violations(seen) == []
    seen.shot("phone")

    seen.page.get_by_role("button", name="Close").click()
    seen.page.get_by_role("button", name="Tiles").click()
    seen.page.get_by_text("Filters and axes").click()
    seen.settle()
    assert violations(seen) == []
    seen.shot("phone-tiles")


def test_the_theme_can_be_chosen_and_is_remembered(look: Look, ten):
    seen = look(ten, color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = seen.page.evaluate(ground)

    seen.page.get_by_role("button", name="Light or dark").click()
    dark = seen.page.evaluate(ground)
    seen.page.reload()

    assert dark != light
    assert seen.page.evaluate(ground) == dark


def test_gallery(look: Look, ten, tmp_path):
    for name in ("a farm", "<b>another"):
        copied(ten, tmp_path, name)
    file, count = gallery.write(tmp_path)
    assert count == 2

    seen = look(tmp_path, name=file.name, ready=False)
    seen.settle()

    assert violations(seen) == []
    assert seen.page.locator("img").evaluate_all("all => all.every((i) => i.naturalWidth > 0)")
    seen.shot("gallery")
    seen.page.get_by_role("link").first.click()
    seen.page.locator(".count").wait_for()
    # The server goes before the browser does, and what is still asked of it would fail.
    seen.settle()
