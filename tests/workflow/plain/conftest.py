from collections.abc import Iterator

import pytest

from combinatoric_collage.cli.stacks import laptop
from combinatoric_collage.cli.stacks.stack import Stack
from combinatoric_collage.local import Cloud


@pytest.fixture(scope="package")
def running() -> Iterator[tuple[Cloud, Stack]]:
    """The cloud and its stack, for all tests of this folder that one process runs."""
    with laptop.running({}) as both:
        yield both


@pytest.fixture(scope="package")
def stack(running: tuple[Cloud, Stack]) -> Stack:
    return running[1]
