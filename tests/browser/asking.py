"""The studio's form as somebody fills it in."""

import re

from tests.browser.conftest import Seen
from tests.unit.pictures import encode, noise

PICTURE = encode(noise((96, 64), 5))
BY = "\N{MULTIPLICATION SIGN}"
REFUSED = "Failed to load resource: the server responded with a status of 422"
"""What Chromium writes to its console of an answer that says what is wrong."""
HANGS_MS = 600_000
"""What no run takes, on a machine however busy."""


def drop(seen: Seen, data: bytes = PICTURE, name: str = "photo.png") -> None:
    """Give the form a picture, and wait until it is uploaded."""
    file = {"name": name, "mimeType": "image/png", "buffer": data}
    seen.page.locator(".drop input[type=file]").set_input_files([file])
    there = seen.page.locator(".pictures li", has_text=name)
    there.get_by_text(re.compile(rf"^\d+ {BY} \d+$")).wait_for()


def recipe(seen: Seen, name: str) -> None:
    seen.page.get_by_role("radio", name=name).check(force=True)


def fill(seen: Seen, **values) -> None:
    for label, value in values.items():
        seen.page.get_by_label(label, exact=True).fill(str(value))


def option(seen: Seen, name: str, value) -> None:
    """Fill in what stands among all options."""
    seen.page.locator("details.all").evaluate("(all) => (all.open = true)")
    seen.page.locator(f"#option-{name}").fill(str(value))


def priced(seen: Seen) -> str:
    """What the form says that it takes, once it is known."""
    known = seen.page.locator(".price:not(.pending)", has_text=re.compile(r"charge|\$|Not like"))
    known.wait_for()
    return seen.page.locator(".price").inner_text()


def small(seen: Seen) -> None:
    """A collage that is made in no time."""
    drop(seen)
    fill(seen, Rows=2, Columns=2, Cell=32)
    option(seen, "size", 64)


def made(seen: Seen, *, started: bool = False) -> str:
    """Start it, unless it is, and wait for the page of the collage; its id."""
    if not started:
        seen.page.get_by_role("button", name="Make the collage").click()
    seen.page.wait_for_url(re.compile("/collages/[0-9a-f]{20}/$"))
    seen.page.locator(".canvas canvas").first.wait_for(state="attached", timeout=HANGS_MS)
    seen.settle()
    # While it is being made, there is no manifest yet: the page asks for it, and goes by progress.
    seen.wrong = [said for said in seen.wrong if not re.search("404|manifest.js", said)]
    return seen.page.url.rstrip("/").rpartition("/")[2]
