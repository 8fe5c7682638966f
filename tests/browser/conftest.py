import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from collage import page as built
from combinatoric_collage.cli.page_server import Folder, serving
from combinatoric_collage.studio import pages
from tests.browser import collages, studios
from tests.browser.studios import Studio

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first has no windows to put together, and a page takes a third of the processor's time."""
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Sites of anybody, none of which is asked.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]
SHOTS = os.environ.get("SCREENSHOTS")
"""A folder for pictures of the pages, for people."""
PATIENCE_MS = 300_000
"""For what the page does by itself: only one that never does it takes so long, on any machine."""

LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium-headless-shell)")
    if not built.is_built():
        pytest.skip(built.NOT_BUILT)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def ten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10 x 10 cells, two of which have no tile of their own."""
    folder = tmp_path_factory.mktemp("ten")
    collages.make(folder, refused=7, failed=11, size=96, cell=48, gap=2)
    return folder


@pytest.fixture(scope="session")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 x 40 cells of 60 tiles."""
    folder = tmp_path_factory.mktemp("forty")
    collages.make(folder, rows=40, cols=40, tiles=60, size=64, cell=32)
    return folder


@dataclass
class Seen:
    """A page in the browser, and what went wrong on it."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Addresses of all that was asked for."""
    answered: int = 0

    def settle(self) -> None:
        """Wait until nothing more is asked for."""
        quiet = 0
        while quiet < 2:
            before = len(self.asked)
            self.page.wait_for_timeout(60)
            quiet = quiet + 1 if before == len(self.asked) == self.answered else 0

    def answer(self, _: object) -> None:
        """Count an answer, whichever it was."""
        self.answered += 1

    def said(self, message: ConsoleMessage) -> None:
        """Note an error; that nobody's choices lie beside the page is none."""
        there = message.location["url"].endswith("/choices.js") or "/choices.js'" in message.text
        if message.type == "error" and not there:
            self.wrong.append(message.text)

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def prompt(self) -> str:
        """The prompt in the panel."""
        return self.page.locator(".panel .prompt p").inner_text()

    def shot(self, name: str) -> None:
        """Write a picture of the page, where they are asked for."""
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")


Look = Callable[..., Seen]


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with a laptop cloud of its own, for all tests that have a use for one."""
    if not pages.is_built():
        pytest.skip(built.NOT_BUILT)
    state = tmp_path_factory.mktemp("studio") / "state"
    with studios.running(state, "--parameter", "Sharing=on") as studio:
        yield studio


@pytest.fixture
def visit(browser: Browser) -> Iterator[Look]:
    """Opens an address in the browser; nothing may go wrong on its page.

    Pages of one ``within`` share cookies and what is kept, as the tabs of a window do.
    ``key`` is an address that lets the browser in, as that of a studio, and is not shown itself.
    ``script`` runs before any of the page.
    """
    with ExitStack() as stack:
        opened: list[Seen] = []

        def visit(
            address: str,
            *,
            within: Seen | None = None,
            key: str = "",
            script: str = "",
            **context: Any,
        ) -> Seen:
            options: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
            if within:
                page = within.page.context.new_page()
            else:
                page = browser.new_context(**options | context).new_page()
                stack.callback(page.context.close)
            page.set_default_timeout(PATIENCE_MS)
            seen = Seen(page)
            page.on("pageerror", lambda error: seen.wrong.append(str(error)))
            page.on("dialog", lambda dialog: seen.wrong.append(f"dialog {dialog.message}"))
            page.on("console", seen.said)
            page.on("request", lambda request: seen.asked.append(request.url))
            page.on("requestfinished", seen.answer)
            page.on("requestfailed", seen.answer)
            page.add_init_script(LISTEN + script)
            if key:
                page.context.request.get(key, max_redirects=0)
            page.goto(address)
            opened.append(seen)
            return seen

        yield visit
        for seen in opened:
            assert seen.violations() == []
            assert seen.wrong == []


@pytest.fixture
def ask(studio: Studio, visit: Look):
    """Opens the form."""

    def ask(hash: str = "#ask", within: Seen | None = None, **context) -> Seen:
        seen = visit(f"{studio.base}{hash}", key=studio.address, within=within, **context)
        seen.page.locator(".asking").wait_for()
        return seen

    return ask


@pytest.fixture
def look(visit: Look) -> Iterator[Look]:
    """Opens a folder in the browser, from a server or from disk; nothing may go wrong on it."""
    with ExitStack() as stack:

        def look(
            folder: Path,
            choice: str = "",
            *,
            disk: bool = False,
            name: str = "index.html",
            ready: bool = True,
            site: Any = None,
            **context: Any,
        ) -> Seen:
            if disk:
                base = f"{folder.as_uri()}/"
            else:
                base = stack.enter_context(serving(site or Folder(folder)))
            seen: Seen = visit(f"{base}{name}{choice}", **context)
            if ready:
                seen.page.locator(".canvas canvas").first.wait_for(state="attached")
                seen.settle()
            return seen

        yield look
