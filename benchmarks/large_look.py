"""The page of a collage that `benchmarks.large` has made: ``python -m benchmarks.large_look``.

The laptop cloud is started over the folder that holds it, and Chromium opens the page as `collage
view` serves it. Of what it shows at first, and of its cells once they can be told apart, a picture
is written.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from benchmarks.large_page import PROGRAMS
from combinatoric_collage.cli.page_server import serving
from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stored_site import InStore

CLOSER = 6
"""Steps of zooming in."""


def main() -> None:
    """Open the page of the newest collage, and write what is seen."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("state", type=Path, help="the folder that was given to `benchmarks.large`")
    asked.add_argument("pictures", type=Path, help="the folder for whole.png and closer.png")
    given = asked.parse_args()
    given.pictures.mkdir(parents=True, exist_ok=True)
    with laptop.running({}, state=given.state) as (_, stack):
        newest = stack.store.newest(1)[0][0]
        with serving(InStore(stack.store, stack.runs, newest)) as address:
            look(f"{address}collages/{newest}/", given.pictures)


def look(address: str, pictures: Path) -> None:
    """Write what the page at an address shows."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, PROGRAMS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.set_default_timeout(100_000)
        tab.goto(address)
        tab.locator("[role=gridcell]").first.wait_for()
        tab.wait_for_load_state("networkidle")
        tab.screenshot(path=pictures / "whole.png")
        for _ in range(CLOSER):
            tab.get_by_role("button", name="Zoom in").click()
        tab.wait_for_load_state("networkidle")
        tab.screenshot(path=pictures / "closer.png")
        browser.close()


if __name__ == "__main__":
    main()
