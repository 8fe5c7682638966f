"""What is paid for is asked about once, with the sum; by a provider that speaks real HTTP."""

import re
from collections.abc import Iterator

import pytest

from tests.browser import studios
from tests.browser.asking import made, priced, small
from tests.browser.studios import Studio
from tests.fake_openai import FakeOpenAI

KEY = "sk-test-a-key-that-nobody-may-see"


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    state = tmp_path_factory.mktemp("paid") / "state"
    with FakeOpenAI(key=KEY, cheap=True) as fake:
        environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": fake.base_url}
        pace = [f"--parameter={name}" for name in ("ImagesPerMinute=1200", "LatencySeconds=0.1")]
        with studios.running(state, *pace, environment=environment) as studio:
            yield studio


def test_a_paid_run_asks_once_with_the_sum(paid: Studio, visit):
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
