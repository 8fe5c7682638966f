"""What begins before the command is imported: only where a cloud will be, and never left over."""

import os
import sys
from importlib import import_module
from pathlib import Path

import boto3
import psutil
import pytest

from combinatoric_collage.cli.stacks import ahead
from combinatoric_collage.local import template
from combinatoric_collage.local.translations import translations
from tests.workflow.command import Command
from tests.workflow.left_over import left_behind, left_over
from tests.workflow.running import eventually

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere none is forked")

PHOTO = str(Path(__file__).parents[2] / "examples" / "farmhouse.png")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the template was translated before, as after a first run."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        template.plan(ahead.TEMPLATE, {}, "us-east-1", ahead.NAME, translations())
    return folder


@pytest.fixture
def command(home: Path, tmp_path: Path) -> Command:
    return Command(home).given(TMPDIR=str(tmp_path))


@pytest.fixture
def alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    for name in ("AWS_REGION", "COLLAGE_STACK"):
        monkeypatch.delenv(name, raising=False)


def within(folder: Path) -> list[psutil.Process]:
    """Processes that work below a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize(
    "names", [ahead.FOR_ALL, *ahead.BY_LAYER.values(), *ahead.BY_VARIABLE.values()]
)
def test_what_functions_begin_with_is_there(names: tuple[str, ...]) -> None:
    """What is not there is passed over, and each process imports in its place what it needs."""
    for name in names:
        module, _, service = name.partition("/")
        module, _, called = module.partition(":")
        found = import_module(module)
        assert not called or callable(getattr(found, called))
        assert not service or service in boto3.Session().get_available_services()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("options", [["run", PHOTO], ["resume", "x", "--state=/no/such"]])
def test_what_functions_are_forked_off_begins_and_ends_unused(options: list[str]) -> None:
    before = left_behind()

    with ahead.begun(options):
        eventually(lambda: left_over(before)[0])
        begun = left_over(before)
        runtime = ahead.taken()
        assert ahead.taken() is None

    assert runtime is not None
    assert len(begun[2]) == 1
    assert left_over(before) == [set(), set(), set()]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--help"],
        ["list"],
        ["estimate", PHOTO],
        ["up"],
        ["run", "--help"],
        ["run", PHOTO, "-h"],
        ["run", PHOTO, "--stack", "mine"],
        ["run", PHOTO, "--stack=mine"],
        ["run", PHOTO, "--state", "x" * 300],
    ],
)
def test_nothing_begins_where_no_cloud_will(options: list[str]) -> None:
    with ahead.begun(options):
        assert ahead.taken() is None


@pytest.mark.usefixtures("alone")
def test_nothing_begins_where_another_cloud_or_stack_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ahead.RUNNING).touch()
    with ahead.begun(["run", PHOTO, "--state", str(tmp_path)]):
        assert ahead.taken() is None
    monkeypatch.setenv("COLLAGE_STACK", "mine")
    with ahead.begun(["run", PHOTO]):
        assert ahead.taken() is None


@pytest.mark.usefixtures("alone")
def test_nothing_begins_of_a_template_that_is_not_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    with ahead.begun(["run", PHOTO]):
        assert ahead.taken() is None


@pytest.mark.parametrize(
    "options", [["--no-such-option"], [__file__], [PHOTO, "--rows", "0"], ["/no/such/picture"]]
)
def test_a_command_that_fails_early_leaves_nothing(
    command: Command, tmp_path: Path, options: list[str]
) -> None:
    with command.begun("run", *options) as process:
        said = process.communicate()

    assert process.returncode == 2, said
    assert within(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_is_killed_leaves_no_process(command: Command, tmp_path: Path) -> None:
    with command.begun("run", PHOTO) as process:
        eventually(lambda: within(tmp_path))
        os.kill(process.pid, 9)
        process.wait()

    eventually(lambda: not within(tmp_path))


def test_a_command_that_is_told_to_end_while_it_is_imported_leaves_nothing(
    command: Command, tmp_path: Path
) -> None:
    with command.begun("run", PHOTO) as process:
        eventually(lambda: within(tmp_path))
        process.terminate()
        said = process.communicate()

    assert (process.returncode, *said) == (130, "", "")
    assert within(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
