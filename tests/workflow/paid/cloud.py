"""A laptop cloud whose provider is the tests' fake, which costs nothing and hurries nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack
from tests.fake_openai import FakeOpenAI

PARAMETERS = {
    "ImagesPerMinute": "1200",
    "ImagesAtOnce": "20",
    "LatencySeconds": "0.1",
    "MaxConcurrency": "3",  # each tile under way has a process
    "DailyUsdLimit": "1000",
}


@contextmanager
def paid(fake: FakeOpenAI, key: str, **options: Any) -> Iterator[Stack]:
    """A stack that pays ``fake`` by ``key``; ``options`` are those of a laptop cloud."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", key)
        patch.setenv("OPENAI_BASE_URL", fake.base_url)
        with laptop.running(PARAMETERS, **options) as (_, stack):
            yield stack
