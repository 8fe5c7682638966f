"""Light and dark: as the system has it, until the button is pressed."""

import pytest

from tests.browser.conftest import Look

PAINTED = ("--veil", "--refused", "--failed", "--repeated")
"""What marks.js reads of the style, to paint with on a canvas."""

BY_DAY = ["rgba(244, 242, 238, 0.88)", "rgb(154, 91, 0)", "rgb(179, 38, 30)", "rgb(95, 101, 112)"]
BY_NIGHT = ["rgba(15, 14, 13, 0.86)", "rgb(168, 106, 18)", "rgb(196, 56, 47)", "rgb(109, 116, 128)"]

READ = """names => {
  const style = getComputedStyle(document.documentElement);
  return names.map(name => style.getPropertyValue(name).trim());
}"""


@pytest.mark.parametrize(
    ("theme", "first", "then"), [("light", BY_DAY, BY_NIGHT), ("dark", BY_NIGHT, BY_DAY)]
)
def test_a_canvas_is_painted_in_the_colours_of_the_theme(look: Look, ten, theme, first, then):
    seen = look(ten, color_scheme=theme)

    assert seen.page.evaluate(READ, PAINTED) == first
    seen.page.get_by_role("button", name="Light or dark").click()
    assert seen.page.evaluate(READ, PAINTED) == then
    seen.page.get_by_role("button", name="Light or dark").click()
    assert seen.page.evaluate(READ, PAINTED) == first
