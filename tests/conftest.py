import functools
import gc
import os
import signal
from pathlib import Path

import botocore.session
import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

# Every test has clients of its own; what AWS's services are like is read once for all of them.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# Whatever is imported until all tests are collected stays.
gc.disable()

# A shell that starts the tests in the background has them ignore SIGINT, and nohup SIGHUP, and so
# their children; some tests interrupt theirs.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# The same examples in every run, and no clock: a test that fails, fails for everyone.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

SLOW = [Path(__file__).parent / folder for folder in ("browser", "workflow")]
TOGETHER = ("tests/workflow/paid/", "tests/workflow/plain/", "tests/browser/")
"""Folders whose files share what takes longest to set up: clouds, a browser, a studio."""


class Together(LoadFileScheduling):
    """One process has all tests of a file, and those of a folder that share more."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: for much of its time a workflow is waited for."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end no processor waits for another with little."""
    items.sort(key=lambda item: [not item.path.is_relative_to(folder) for folder in SLOW])


def pytest_collection_finish() -> None:
    """All tests and what they have imported stay: it took a sixth of their time to look there again
    and again for what may go.
    """
    gc.collect()
    gc.freeze()
    # Most of what a test makes goes without the collector. To look for the rest as often as usual,
    # every 700 objects, takes a tenth of a process's time that has a laptop cloud.
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
