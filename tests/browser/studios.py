"""A studio as a user starts it: the command, with a laptop cloud of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from combinatoric_collage.cli.stacks import laptop, running_cloud
from combinatoric_collage.cli.stacks.stack import Stack

SMALL: dict[str, Any] = {
    "rows": 2,
    "cols": 3,
    "size": 64,
    "cell": 32,
    "styles": ["Cubism", "Baroque", "Op Art"],
}


@dataclass(frozen=True)
class Studio:
    """A studio that runs."""

    address: str
    """With the token."""
    state: Path

    @property
    def base(self) -> str:
        """The address without the token, ending with a slash."""
        return self.address.partition("?")[0]

    @property
    def stack(self) -> Stack:
        """The stack behind it, for what a test looks at or puts there by another way."""
        found = running_cloud.find(self.state)
        assert found is not None
        return laptop.handed_over(found)

    def let_in(self) -> requests.Session:
        """A client that was let in, and says that it is a page of the studio."""
        session = requests.Session()
        session.headers["Origin"] = self.base.rstrip("/")
        session.get(self.address, timeout=600)
        return session

    def make(self, source: bytes, **options: Any) -> str:
        """The id of a small collage, once it is made."""
        started = self.stack.start(source, SMALL | options)
        for _ in self.stack.follow(started):
            pass
        return started["id"]


@contextmanager
def running(
    state: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[Studio]:
    """A studio until the end of the context, which is told to it as by Ctrl-C."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "AWS_"))}
    own |= environment or {}
    command = [sys.executable, "-m", "combinatoric_collage.cli.main", "studio", "--no-open"]
    with subprocess.Popen(
        [*command, "--state", str(state), *arguments], env=own, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        try:
            yield Studio(found[0], state)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()
