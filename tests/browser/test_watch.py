"""Watch: collages under way and made, as they come and go, without a reload."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from playwright.sync_api import expect

from collage.owners.owner import Owner
from collage.progress import Progress, TileCounts
from collage.request.accepted import Accepted
from collage.request.request import Request
from combinatoric_collage.cli.stacks import running_cloud
from tests.browser import studios
from tests.browser.studios import SMALL
from tests.browser.test_accessibility import PHONE, violations
from tests.unit.pictures import encode, noise
from tests.workflow.running import eventually

SLOW_MS = 600_000
"""For what a run has to do on a machine that is busy."""


def card(seen, title):
    return seen.page.locator(".made").filter(has_text=title)


def run(seen, title):
    return seen.page.locator(".run").filter(has_text=title)


def test_a_run_is_followed_to_its_end_without_a_reload(studio, visit):
    seen = visit(studio.address)
    # How it is shown until then is tested where no run ends while it is looked at.
    studio.stack.start(encode(noise((96, 96), 11)), {**SMALL, "title": "A first one"})

    expect(card(seen, "A first one")).to_contain_text("6 tiles", timeout=SLOW_MS)

    expect(run(seen, "A first one")).to_have_count(0)
    picture = card(seen, "A first one").locator("img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    card(seen, "A first one").get_by_role("link", name="A first one").click()
    seen.page.locator(".canvas canvas").first.wait_for(state="attached")


def test_a_run_is_asked_for_again_when_the_stack_says_so_and_somebody_looks(studio, visit):
    """Hours pass by the page's own clock: nothing here waits for them."""
    one = {
        "id": "c" * 20, "run": "c" * 20, "state": "running", "phase": "tiles", "usd": 0,
        "eta_seconds": None, "planned_usd": 0, "created": "2026-01-15T09:31:40.118+00:00",
        "ended": None, "error": None, "message": None, "source": None, "calls": 100, "links": {},
        "tiles": {"total": 100, "done": 10, "failed": 0, "refused": 0},
    }  # fmt: skip
    ended = {**one, "state": "cancelled", "phase": None, "error": "Cancelled", "message": "Enough."}
    asked = {"source": None, **Request(title="An hour each", **SMALL).model_dump(mode="json")}
    days = {"retry-after": "200000"}
    answers = [
        {"json": {"collage": one, "tiles": [], "next": "eJw"}, "headers": {**days, "etag": '"1"'}},
        {"status": 304, "headers": {**days, "etag": '"1"'}},
        {"json": {"collage": ended, "tiles": [], "next": "eJw"}, "headers": {"etag": '"2"'}},
    ]
    listed = {"items": [one], "next": None}

    def news(route):
        route.fulfill(**answers.pop(0))
        listed["items"] = [one if answers else ended]

    seen = visit(studio.address)
    page = seen.page
    page.clock.install()
    page.route("**/api/collages?*", lambda route: route.fulfill(json=listed))
    page.route("**/api/collages/*/request", lambda route: route.fulfill(json=asked))
    page.route("**/api/collages/*/events*", news)
    page.goto(studio.base)
    expect(run(seen, "An hour each")).to_contain_text("10 of 100", timeout=SLOW_MS)

    with page.expect_response("**/api/collages?*", timeout=SLOW_MS):
        page.clock.fast_forward(3_600_000)
    assert len(answers) == 2

    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away ?? true})")
    page.clock.fast_forward(250_000_000)
    assert len(answers) == 2

    def come_back():
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")

    with page.expect_request("**/events*", timeout=SLOW_MS) as again:
        come_back()
    assert again.value.headers["if-none-match"] == '"1"'
    assert again.value.url.endswith("?after=eJw")
    expect(run(seen, "An hour each")).to_contain_text("10 of 100", timeout=SLOW_MS)

    with page.expect_request("**/events*", timeout=SLOW_MS):
        page.clock.fast_forward(250_000_000)
    expect(card(seen, "An hour each")).to_contain_text("Enough.", timeout=SLOW_MS)


def test_why_a_run_failed_is_said_in_the_stacks_own_words(studio, visit):
    one = Progress(
        id="f" * 20,
        run="f" * 20,
        state="failed",
        phase=None,
        created="2026-01-15T09:31:40.118+00:00",
        ended="2026-01-15T09:32:40.118+00:00",
        error="TooFewTiles",
        message="<b>3</b> of 6 tiles were made.",
        source=None,
        owner=Owner(who="subject/0a1b", called="<i>anna</i>", group="painters"),
    )
    listed(studio, one)
    seen = visit(f"{studio.address}")

    failed = seen.page.locator('.made[data-state="failed"]').filter(has_text="TooFewTiles")
    more = seen.page.get_by_role("button", name="More")
    expect(failed.or_(more).first).to_be_visible(timeout=SLOW_MS)
    while failed.count() == 0:
        more.click(timeout=SLOW_MS)
    expect(failed).to_contain_text("TooFewTiles: <b>3</b> of 6 tiles were made.")
    expect(failed).to_contain_text("<i>anna</i> (painters)")


def cancelled(id, created="2020-01-01T00:00:00.000+00:00"):
    return Progress(
        id=id,
        run=id,
        state="cancelled",
        phase=None,
        tiles=TileCounts(total=6, done=3),
        created=created,
        ended="2020-01-01T00:01:00+00:00",
        error="Cancelled",
        message="Enough.",
        source=None,
    )


def listed(studio, *records, title=None):
    """Put collages into the list that nobody asked for, each with a request of its own."""
    stack = studio.stack
    request = Request(title=title, **SMALL)

    def put(record):
        stack.store.put_accepted(Accepted(id=record.id, source=None, request=request))
        stack.store.put_progress(record)
        stack.store.put_listed(record)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, records))


def test_more_than_a_hundred_are_listed_page_by_page(studio, visit):
    ids = [sha256(str(number).encode()).hexdigest()[:20] for number in range(120)]
    listed(
        studio,
        *(
            cancelled(one, f"2020-01-01T00:00:00.{number:03}+00:00")
            for number, one in enumerate(ids)
        ),
    )
    seen = visit(studio.address)
    cards = seen.page.locator(".made")
    expect(cards.first).to_be_visible()
    seen.settle()
    # Those that it follows, not the newest, which it looks at again and again.
    asked = len([one for one in seen.asked if "/api/collages?" in one and "after=" in one])

    assert asked <= 2
    while (before := cards.count()) < 100:
        seen.page.mouse.wheel(0, 20_000)
        expect(cards.nth(before)).to_be_attached(timeout=SLOW_MS)
    requests = [one for one in seen.asked if one.endswith("/request")]
    assert len(requests) < before


def test_a_stack_that_goes_away_is_said_and_found_again(tmp_path, visit):
    state = tmp_path / "state"
    command = [sys.executable, "-m", "combinatoric_collage.cli.main", "up", "--state", str(state)]

    def up():
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        eventually(lambda: running_cloud.find(state))
        return process

    cloud = up()
    try:
        with studios.running(state) as studio:
            listed(studio, cancelled("e" * 20), title="Kept")
            seen = visit(studio.address)
            expect(card(seen, "Kept")).to_be_visible(timeout=SLOW_MS)
            cloud.terminate()
            cloud.wait()
            expect(seen.page.locator(".banner")).to_contain_text("collage up", timeout=SLOW_MS)
            expect(card(seen, "Kept")).to_be_visible()
            # The browser says of each answer that it was an error.
            assert {one.partition(": ")[0] for one in seen.wrong} <= {"Failed to load resource"}
            cloud = up()
            expect(seen.page.locator(".banner")).to_be_hidden(timeout=SLOW_MS)
            seen.wrong.clear()
            seen.page.goto("about:blank")
    finally:
        cloud.terminate()
        cloud.wait()


@pytest.fixture(scope="module")
def made(studio):
    return studio.make(encode(noise((96, 96), 16)), title="By the rules")


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("where", ["desktop", "phone"])
def test_watch_by_the_rules(studio, visit, where):
    seen = visit(studio.address, **(PHONE if where == "phone" else {}))
    expect(card(seen, "By the rules")).to_be_visible(timeout=SLOW_MS)
    seen.settle()

    assert violations(seen) == []
    seen.shot(f"watch-{where}")
