"""The page by axe-core's rules, in light and dark, on a desktop and on a phone; with pictures."""

import pytest

from combinatoric_collage.cli import gallery
from tests.browser.conftest import Look, Seen
from tests.browser.test_page import copied, place
from tests.infrastructure.shipped import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}


def violations(seen: Seen) -> list[str]:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `make install`")
    seen.page.evaluate(AXE.read_text())
    found = seen.page.evaluate("axe.run()")
    return [f"{v['id']}: {node['html']}" for v in found["violations"] for node in v["nodes"]]


@THEMES
def test_desktop(look: Look, ten, theme):
    seen = look(ten, color_scheme=theme)
    assert violations(seen) == []
    seen.page.mouse.click(*place(seen, ten, 3, 4))
    seen.settle()
    assert violations(seen) == []
    seen.shot(f"desktop-{theme}")

    seen.page.get_by_role("button", name="Compare").click()
    seen.page.get_by_label("Outline of the mask").check()
    seen.settle()
    assert violations(seen) == []
    seen.shot(f"compare-{theme}")
    seen.page.keyboard.press("Escape")

    seen.page.goto(f"{seen.page.url.partition('#')[0]}#view=tiles&rows=style&cols=mask")
    seen.settle()
    assert violations(seen) == []
    seen.shot(f"table-{theme}")


@THEMES
def test_choosing(look: Look, ten, theme):
    seen = look(
        ten, "#view=tiles&rows=style-a&cols=mask&film=style-b&heat&near=4", color_scheme=theme
    )
    seen.page.get_by_role("button", name="Pause").click()
    seen.page.locator(".thumb").first.focus()
    for key in ("s", "4", "c", "ArrowDown", "1", "c"):
        seen.page.keyboard.press(key)
    seen.page.locator(".tally").get_by_text("2 scored").wait_for()
    assert violations(seen) == []
    seen.shot(f"film-{theme}")

    seen.page.get_by_role("button", name="Choices").click()
    assert violations(seen) == []
    seen.page.keyboard.press("Escape")
    seen.page.get_by_role("button", name="Side by side: 2").click()
    seen.settle()
    assert violations(seen) == []
    seen.shot(f"beside-{theme}")


@THEMES
def test_phone(look: Look, ten, theme):
    seen = look(ten, color_scheme=theme, **PHONE)
    assert violations(seen) == []
    seen.page.touchscreen.tap(*place(seen, ten, 4, 4))
    seen.page.locator(".panel.open").wait_for()
    seen.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    assert violations(seen) == []
    seen.shot(f"phone-{theme}")

    seen.page.get_by_role("button", name="Close").click()
    seen.page.get_by_role("button", name="Tiles").click()
    seen.page.get_by_text("Filters and axes").click()
    seen.settle()
    assert violations(seen) == []
    seen.shot(f"phone-tiles-{theme}")


def test_the_theme_can_be_chosen_and_is_remembered(look: Look, ten):
    seen = look(ten, color_scheme="light")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = seen.page.evaluate(ground)

    seen.page.get_by_role("button", name="Light or dark").click()
    dark = seen.page.evaluate(ground)
    seen.page.reload()

    assert dark != light
    assert seen.page.evaluate(ground) == dark


@THEMES
def test_gallery(look: Look, ten, forty, tmp_path, theme):
    for name, folder in (("a farm", ten), ("<b>many", forty)):
        copied(folder, tmp_path, name)
    file, count = gallery.write(tmp_path)
    assert count == 2

    seen = look(tmp_path, name=file.name, ready=False, color_scheme=theme)
    seen.settle()

    assert violations(seen) == []
    assert seen.page.locator("img").evaluate_all("all => all.every((i) => i.naturalWidth > 0)")
    seen.shot(f"gallery-{theme}")
    seen.page.get_by_role("link").first.click()
    seen.page.locator(".count").wait_for()
    # The server goes before the browser does, and what is still asked of it would fail.
    seen.settle()
