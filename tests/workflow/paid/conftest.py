from collections.abc import Iterator

import pytest

from combinatoric_collage.cli.stacks.stack import Stack
from tests.fake_openai.gated import Gated
from tests.workflow.paid.cloud import paid

KEY = "sk-test-a-key-that-nobody-may-see"


@pytest.fixture(scope="package")
def fake() -> Iterator[Gated]:
    with Gated(key=KEY, cheap=True) as fake:
        yield fake


@pytest.fixture(scope="package")
def stack(fake: Gated) -> Iterator[Stack]:
    with paid(fake, KEY) as stack:
        yield stack
