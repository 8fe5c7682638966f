"""The page while its collage is still being made."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from playwright.sync_api import expect

from combinatoric_collage.cli.page_server import Folder
from tests.browser.conftest import Look

RUNNING = {
    "id": "0" * 20,
    "run": "0" * 20,
    "state": "running",
    "phase": "tiles",
    "tiles": {"total": 100, "done": 40, "failed": 1, "refused": 2},
    "eta_seconds": 75.0,
    "usd": 0.5,
    "created": "2026-01-01T00:00:00.000+00:00",
    "ended": None,
    "error": None,
    "message": None,
    "source": "uploads/a.png",
}


class Making:
    """A folder whose collage is still being made, as progress.json has it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.progress = Folder(folder), dict[str, Any](RUNNING)

    def read(self, path: PurePosixPath) -> bytes | None:
        if path.name == "progress.json":
            return json.dumps(self.progress).encode()
        if path.name == "manifest.js" and self.progress["state"] == "running":
            return None
        return self.folder.read(path)


def test_progress_becomes_the_collage(look: Look, ten):
    making = Making(ten)
    seen = look(ten, site=making, ready=False)

    expect(seen.page.get_by_role("heading")).to_have_text("The collage is being made")
    expect(seen.page.get_by_role("status")).to_have_text(
        "40 of 100 tiles · 2 refused · 1 failed · about 75 s to go · $0.50 so far"
    )
    expect(seen.page.locator("[aria-current=step]")).to_have_text("Tiles")
    seen.shot("progress")
    making.progress |= {"state": "done", "phase": None, "ended": making.progress["created"]}

    expect(seen.page.locator(".count")).to_have_text("100 cells")
    missing(seen)


def test_a_run_that_failed_says_why(look: Look, ten):
    making = Making(ten)
    seen = look(ten, site=making, ready=False)
    expect(seen.page.get_by_role("heading")).to_have_text("The collage is being made")

    making.progress |= {"phase": None, "error": "TooFewTiles", "message": "3 of 6 tiles exist."}
    making.progress["state"] = "failed"

    expect(seen.page.get_by_role("heading")).to_have_text("No collage came of it")
    expect(seen.page.get_by_role("status")).to_have_text("TooFewTiles: 3 of 6 tiles exist.")
    missing(seen)


def test_a_page_alone_on_disk_says_what_it_lacks(look: Look, ten, tmp_path):
    for name in ("index.html", "page.css", "page.js"):
        (tmp_path / name).write_bytes((ten / name).read_bytes())

    seen = look(tmp_path, disk=True, ready=False)

    expect(seen.page.get_by_role("status")).to_have_text(
        "Beside this page there has to be a manifest.js."
    )
    missing(seen)


def missing(seen: Any) -> None:
    """That the manifest was not there at first is all that went wrong."""
    known = ("404", "MIME type", "ERR_FILE_NOT_FOUND")
    assert all(any(word in wrong for word in known) for wrong in seen.wrong)
    seen.wrong.clear()
