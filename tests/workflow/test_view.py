"""`collage view` and `collage gallery` as a user gives them, and what they serve."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collage import page
from combinatoric_collage.cli.stacks import laptop
from tests.workflow import running
from tests.workflow.command import Command
from tests.workflow.running import photo
from tests.workflow.test_cli import answer

pytestmark = pytest.mark.skipif(not page.is_built(), reason=page.NOT_BUILT)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def followed(home: Path) -> tuple[str, bytes]:
    """The id of a run that `view` followed on a stack that runs, and the script served at its end.

    The laptop cloud keeps it, and is at rest then.
    """
    with laptop.running({}, state=home / "cache" / "combinatoric-collage" / "state") as (
        cloud,
        stack,
    ):
        started = stack.start(photo(1), running.SMALL)
        arguments = ("view", started["id"], "--stack", stack.name)
        with served(home, *arguments, environment=cloud.environment) as address:

            def ended() -> bool:
                state: str = json.loads(get(f"{address}progress.json"))["state"]
                return state == "done"

            running.eventually(ended)
            return started["id"], get(f"{address}manifest.js")


@pytest.fixture(scope="module")
def made(home: Path, followed: tuple[str, bytes]) -> dict[str, Any]:
    return answer(home, "fetch", followed[0], "--out", "results/first")


@contextmanager
def served(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address that a command prints; at the end it is interrupted, as by Ctrl-C."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "AWS_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "combinatoric_collage.cli.main", *arguments, "--no-open"],
        cwd=home,
        env={**own, **(environment or {}), "XDG_CACHE_HOME": str(home / "cache")},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/\S*", said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        try:
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=600) as answered:
        data: bytes = answered.read()
    return data


def test_a_fetched_collage_has_all_that_its_page_needs(home: Path, made: Any) -> None:
    folder = home / "results" / "first"
    manifest = json.loads((folder / "manifest.json").read_text())
    files = manifest["files"]

    assert files["tiles"] == "tiles"
    for name in (*page.TYPES, files["collage"], files["source"], *files["masks"].values()):
        assert (folder / name).is_file(), name
    text = (folder / "manifest.js").read_text()
    assert json.loads(text.removeprefix("window.collage = ").rstrip(";\n")) == manifest


def test_view_serves_a_folder(home: Path, made: Any) -> None:
    with served(home, "view", "results/first") as address:
        assert b"page.js" in get(address)
        assert get(f"{address}collage.png") == (home / "results/first/collage.png").read_bytes()


def test_view_serves_a_collage_of_the_laptop_cloud(home: Path, made: Any) -> None:
    manifest = json.loads((home / made["manifest"]).read_text())
    tile = f"tiles/{manifest['tiles'][0]['key']}.png"

    with served(home, "view", made["id"]) as address:
        assert address.endswith(f"/collages/{made['id']}/")
        assert b"page.js" in get(address)
        assert json.loads(get(f"{address}progress.json"))["state"] == "done"
        script = get(f"{address}manifest.js").decode()
        assert '"tiles":"../../tiles"' in script
        root = address.partition("/collages")[0]
        assert get(f"{root}/{tile}") == (home / "results/first" / tile).read_bytes()
        for path in ("collages/other/manifest.js", "sources/a", "index.html", "tiles"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                get(f"{root}/{path}")


def test_view_follows_a_run_of_a_stack_that_runs(followed: tuple[str, bytes]) -> None:
    assert followed[1].startswith(b"window.collage = ")


def test_gallery_lists_what_lies_below(home: Path, made: Any) -> None:
    with served(home, "gallery", "results") as address:
        text = get(address).decode()

    assert address.endswith("/gallery.html")
    assert 'href="first/index.html"' in text
    assert "2 by 3 cells, 6 tiles" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["view", "nothing-like-it"], "InvalidRequest"),
        (["view", "0123456789abcdef0123"], "NotInStore"),
        (["view", "."], "InvalidRequest"),
        (["gallery", "cache"], "InvalidRequest"),
    ],
)
def test_what_is_not_there_is_said(home: Path, made: Any, arguments: Any, said: str) -> None:
    done = Command(home)(*arguments, "--no-open")

    assert done.exit_code == 2
    assert said in done.stderr
