from collections.abc import Iterator

import pytest

from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack
from tests.fake_openai.gated import Gated

KEY = "sk-test-a-key-that-nobody-may-see"


@pytest.fixture(scope="package")
def fake() -> Iterator[Gated]:
    with Gated(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture(scope="package")
def stack(fake: Gated) -> Iterator[Stack]:
    parameters = {
        "ImagesPerMinute": "1200",
        "ImagesAtOnce": "20",
        "LatencySeconds": "0.1",
        "MaxConcurrency": "3",  # each tile under way has a process
        "DailyUsdLimit": "1000",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        patch.setenv("OPENAI_BASE_URL", fake.base_url)
        with laptop.running(parameters) as (_, stack):
            yield stack
