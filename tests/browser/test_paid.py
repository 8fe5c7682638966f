"""What is paid for is asked about once, with the sum; and runs that wait for who is paid."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import studios
from tests.browser.asking import made, priced, small
from tests.browser.studios import SMALL, Studio
from tests.browser.test_watch import SLOW_MS, card, run
from tests.fake_openai.gated import Gated
from tests.unit.pictures import encode, noise

KEY = "sk-test-a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
def provider() -> Iterator[Gated]:
    with Gated(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory, provider: Gated) -> Iterator[Studio]:
    state = tmp_path_factory.mktemp("paid") / "state"
    environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": provider.base_url}
    pace = [f"--parameter={name}" for name in ("ImagesPerMinute=1200", "LatencySeconds=0.1")]
    with studios.running(state, *pace, environment=environment) as studio:
        yield studio


@pytest.fixture(autouse=True)
def _held(provider: Gated) -> Iterator[None]:
    """Nothing is painted unless a test lets it be, and nothing waits on for that."""
    provider.close()
    yield
    provider.turn_away()


def test_a_paid_run_asks_once_with_the_sum(paid: Studio, provider: Gated, visit):
    provider.open()
    seen = visit(paid.address)
    seen.page.goto(f"{paid.base}#ask")
    seen.page.locator(".asking").wait_for()
    small(seen)
    seen.page.locator(".engines").get_by_role("radio", name="openai").check()
    seen.page.get_by_label("My own").check()
    seen.page.get_by_label("Add: Styles").fill("Cubism,Op Art,")
    seen.page.locator("#option-quality").fill("low")
    said = priced(seen)
    sum = re.search(r"\$[\d.]+", said)[0]
    assert said.startswith(f"up to {sum}\n4 pictures by ")

    start = seen.page.get_by_role("button", name="Make the collage")
    start.click()
    dialog = seen.page.get_by_role("dialog", name=f"This costs up to {sum}")
    dialog.get_by_role("button", name="Not yet").click()
    dialog.wait_for(state="hidden")
    assert paid.stack.newest(1)[0] == []

    start.click()
    dialog.get_by_role("button", name=f"Spend up to {sum}").click()
    collage = made(seen, started=True)
    assert paid.stack.store.manifest(collage).usd > 0


def begun(paid: Studio, number: int, title: str) -> str:
    """The id of a run that goes on as the provider is let, and ends when it is stopped."""
    many = {**SMALL, "rows": 3, "cols": 4, "masks": ["halves"], "title": title}
    options = {**many, "engine": "openai", "quality": "low"}
    return paid.stack.start(encode(noise((96, 96), number)), options)["id"]


def test_tiles_appear_as_they_are_made_each_fetched_once(paid: Studio, provider: Gated, visit):
    started = begun(paid, 12, "A dozen")
    seen = visit(paid.address)
    expect(run(seen, "A dozen")).to_be_visible(timeout=SLOW_MS)

    def fetched() -> list[str]:
        return [address for address in seen.asked if f"{paid.base}tiles/" in address]

    for there in (1, 5):
        with seen.page.expect_request(lambda _, n=there: len(fetched()) == n, timeout=SLOW_MS):
            provider.let(there - len(fetched()))
    expect(run(seen, "A dozen")).to_contain_text("5 of 12", timeout=SLOW_MS)
    paid.stack.cancel(started)
    expect(card(seen, "A dozen")).to_contain_text("Cancelled", timeout=SLOW_MS)

    assert len(set(fetched())) == len(fetched()) == 5


def test_a_run_is_stopped_and_goes_on(paid: Studio, provider: Gated, visit):
    begun(paid, 13, "A long one")
    seen = visit(paid.address)

    run(seen, "A long one").get_by_role("button", name="Stop").click(timeout=SLOW_MS)
    stopped = card(seen, "A long one")
    expect(stopped).to_contain_text("Cancelled: The run was stopped on request", timeout=SLOW_MS)
    # What it was at has no end otherwise, and keeps the places of what comes next.
    provider.turn_away()
    stopped.get_by_role("button", name="Go on").click()
    dialog = seen.page.get_by_role("dialog", name="Go on with this collage?")
    dialog.get_by_role("button", name="Go on for about $").click()

    expect(run(seen, "A long one")).to_be_visible(timeout=SLOW_MS)
    run(seen, "A long one").get_by_role("button", name="Stop").click()
    expect(stopped).to_be_visible(timeout=SLOW_MS)
