"""The command as a user gives it: at once in this process, or under way in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from combinatoric_collage.cli.application import app

COLLAGE = [sys.executable, "-m", "combinatoric_collage.cli.main"]


@dataclass(frozen=True)
class Command:
    """Runs in ``home``, where its cache is, with no setting of the developer's own."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str | None]:
        """What to set and, as None, what to unset."""
        own = ("OPENAI_", "AWS_", "COLLAGE_", "XDG_")
        return {
            **{name: None for name in os.environ if name.startswith(own)},
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.environment,
        }

    def given(self, **variables: str) -> "Command":
        """The same with more variables."""
        return replace(self, environment={**self.environment, **variables})

    def __call__(self, *arguments: str) -> Result:
        with chdir(self.home):
            return CliRunner().invoke(app, arguments, env=self.variables)

    def answer(self, *arguments: str) -> dict[str, Any]:
        """The JSON object that it prints."""
        done = self(*arguments, "--json")
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def newest(self, tiles: int) -> dict[str, Any] | None:
        """The collage that was asked for last, if so many of its tiles are there."""
        listed = self.answer("list", "--limit", "1")["collages"]
        return next((one for one in listed if one["tiles"]["done"] == tiles), None)

    @contextmanager
    def begun(self, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
        """It is under way, and killed at the end if it still is."""
        variables = {**os.environ, **self.variables}
        with subprocess.Popen(
            [*COLLAGE, *arguments],
            cwd=self.home,
            env={name: value for name, value in variables.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()
